/**
 * Builds a site when its sources changed. What is there is always whole: the builder writes beside it, and a rename puts
 * it in place. `.sources` in it holds the hash of what it was built from.
 */
import { spawn } from 'node:child_process'
import { createHash } from 'node:crypto'
import { glob, readFile, rename, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'

export const root = join(import.meta.dirname, '../..')

export interface Site {
  /** In messages. */
  readonly name: string
  /** Where it is put. */
  readonly directory: string
  /** Globs below the root. */
  readonly sources: readonly string[]
  /** Arguments of Node that build it into a directory. */
  argv(directory: string): readonly string[]
  /** Looks at what was built before it is put in place. @throws Error when it must not be. */
  inspect(directory: string): Promise<void>
}

async function hashOf(sources: readonly string[]): Promise<string> {
  const hash = createHash('sha256')
  const names: string[] = []
  for await (const name of glob([...sources], { cwd: root })) names.push(name)
  for (const name of names.toSorted()) {
    const content = await readFile(join(root, name)).catch(() => null)
    if (content !== null) hash.update(`${name}\0${content.length}\0`).update(content)
  }
  return hash.digest('hex')
}

function runBuilder(name: string, argv: readonly string[]): Promise<void> {
  return new Promise((resolve, reject) => {
    // Tests set NODE_ENV, and a builder would make what is for development.
    const env = { ...process.env, NODE_ENV: 'production' }
    const child = spawn(process.execPath, argv, { cwd: root, env, stdio: ['ignore', 'pipe', 'pipe'] })
    const chunks: Buffer[] = []
    child.stdout.on('data', (chunk: Buffer) => chunks.push(chunk))
    child.stderr.on('data', (chunk: Buffer) => chunks.push(chunk))
    child.on('error', reject)
    child.on('close', (code) => {
      if (code === 0) resolve()
      else reject(new Error(`${name} was not built (code ${code}):\n${Buffer.concat(chunks).toString()}`))
    })
  })
}

/**
 * @returns whether it was built anew.
 * @throws Error with what the builder said; the site of before stays.
 */
export async function buildWhenChanged(site: Site): Promise<boolean> {
  const hash = await hashOf(site.sources)
  const built = await readFile(join(site.directory, '.sources'), 'utf8').catch(() => null)
  if (built === hash) return false
  const fresh = `${site.directory}-${process.pid}`
  try {
    await runBuilder(site.name, site.argv(fresh))
    await site.inspect(fresh)
    await writeFile(join(fresh, '.sources'), hash)
    await rm(site.directory, { recursive: true, force: true })
    await rename(fresh, site.directory)
  } finally {
    await rm(fresh, { recursive: true, force: true })
  }
  return true
}
