/** Looking for a secret where it must not be. */
import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { openDatabase } from '@cairn/store'

/** The forms in which a careless program, template or library may show it. */
export function formsOf(secret: string): string[] {
  const bytes = Buffer.from(secret)
  const base64 = ['base64', 'base64url'] as const
  // In a longer text the encoding depends on where the secret begins; its inner characters are the same for each third.
  const shifted = [0, 1, 2].flatMap((shift) =>
    base64.map((encoding) =>
      Buffer.concat([Buffer.alloc(shift, 'x'), bytes])
        .toString(encoding)
        .slice(4, -4),
    ),
  )
  return [
    secret,
    secret.slice(0, 12),
    encodeURIComponent(secret),
    encodeURIComponent(secret).replaceAll('%20', '+'),
    JSON.stringify(secret).slice(1, -1),
    JSON.stringify(JSON.stringify(secret)).slice(3, -3),
    bytes.toString('hex'),
    ...shifted,
  ]
}

/** Those of the forms that the text has, in any case. */
export function formsIn(text: string, forms: readonly string[]): string[] {
  return forms.filter((form) => text.toLowerCase().includes(form.toLowerCase()))
}

/** Every table as text, as a dump has it. */
export async function dumpDatabase(url: string): Promise<string> {
  const onError = (): void => undefined
  const database = openDatabase({ url, maxConnections: 1, applicationName: 'dump', onError })
  try {
    const tables = await database.pool.query<{ name: string }>(
      `select format('%I.%I', schemaname, tablename) as name from pg_tables
        where schemaname not in ('pg_catalog', 'information_schema')`,
    )
    const texts: string[] = []
    for (const { name } of tables.rows) {
      const { rows } = await database.pool.query<{ row: string }>(`select t::text as row from ${name} t`)
      texts.push(...rows.map(({ row }) => `${name} ${row}`))
    }
    return texts.join('\n')
  } finally {
    await database.close()
  }
}

export async function filesUnder(directory: string): Promise<string> {
  const entries = await readdir(directory, { recursive: true, withFileTypes: true })
  const files = entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name))
  const contents = await Promise.all(files.map((file) => readFile(file, 'latin1')))
  return files.map((file, index) => `${file}\n${contents[index]}`).join('\n')
}
