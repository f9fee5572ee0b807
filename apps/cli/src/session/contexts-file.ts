/** The named servers of the user, in a file that only the user can read: it holds tokens. */
import { chmod, mkdir, readFile, rename, writeFile } from 'node:fs/promises'
import { dirname } from 'node:path'
import { usageError } from '../errors/cli-error.ts'
import { cannotWrite, unreadable } from '../files/named-file.ts'

export interface Context {
  readonly url: string
  readonly token: string
}

export interface Contexts {
  /** Name of the one in use; null when there is none. */
  readonly current: string | null
  readonly contexts: Readonly<Record<string, Context>>
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

function isContext(value: unknown): value is Context {
  return isObject(value) && typeof value['url'] === 'string' && typeof value['token'] === 'string'
}

function parseContexts(text: string, path: string): Contexts {
  const broken = (): Error => usageError(`${path} is not a file of contexts: mend it, or remove it and log in again.`)
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch {
    throw broken()
  }
  if (!isObject(value) || !isObject(value['contexts'])) throw broken()
  const entries = Object.entries(value['contexts']).flatMap(([name, context]): [string, Context][] =>
    isContext(context) ? [[name, { url: context.url, token: context.token }]] : [],
  )
  const current = value['current']
  return { current: typeof current === 'string' ? current : null, contexts: Object.fromEntries(entries) }
}

/** The contexts; none when there is no file. */
export async function readContexts(path: string): Promise<Contexts> {
  const text = await readFile(path, 'utf8').catch((error: unknown) => {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return null
    throw unreadable(`${path}, where contexts are kept`, error)
  })
  return text === null ? { current: null, contexts: {} } : parseContexts(text, path)
}

/** Replaces the file as a whole, so that no reader sees half of it. */
export async function writeContexts(path: string, contexts: Contexts): Promise<void> {
  const next = `${path}.${process.pid}`
  try {
    await mkdir(dirname(path), { recursive: true, mode: 0o700 })
    await writeFile(next, `${JSON.stringify(contexts, null, 2)}\n`, { mode: 0o600 })
    await chmod(next, 0o600)
    await rename(next, path)
  } catch (cause) {
    throw cannotWrite(path, cause)
  }
}
