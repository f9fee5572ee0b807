import { readFile } from 'node:fs/promises'

/** Version of Cairn, e.g. `0.1.0`. */
export async function readVersion(): Promise<string> {
  const text = await readFile(new URL('../package.json', import.meta.url), 'utf8')
  const { version }: { version?: unknown } = JSON.parse(text)
  return String(version)
}
