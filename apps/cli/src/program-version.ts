import { readFile } from 'node:fs/promises'

/** Of this program, as its package says. */
export async function programVersion(): Promise<string> {
  const text = await readFile(new URL('../package.json', import.meta.url), 'utf8')
  const { version }: { version?: unknown } = JSON.parse(text)
  return String(version)
}
