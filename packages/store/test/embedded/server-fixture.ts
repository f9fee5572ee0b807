import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import { Client } from 'pg'

const script = fileURLToPath(new URL('server-process.ts', import.meta.url))

export interface ServerProcess {
  readonly child: ChildProcess
  readonly url: string
  readonly postmaster: number
  /** Sends the signal and waits for the end of the process. */
  readonly end: (signal: NodeJS.Signals) => Promise<void>
}

export type StartOutcome = ServerProcess | { readonly refused: string }

/** Starts a process that owns the server in `directory`. */
export async function startServerProcess(
  directory: string,
  user?: { uid: number; gid: number },
): Promise<StartOutcome> {
  const child = spawn(process.execPath, [script, directory], { stdio: ['ignore', 'pipe', 'ignore'], ...user })
  const ended = once(child, 'exit')
  for await (const line of createInterface({ input: child.stdout })) {
    const said: unknown = JSON.parse(line)
    if (!isStarted(said)) {
      await ended
      return { refused: JSON.stringify(said) }
    }
    const end = async (signal: NodeJS.Signals): Promise<void> => {
      child.kill(signal)
      await ended
    }
    return { child, url: said.url, postmaster: said.postmaster, end }
  }
  throw new Error('the process ended without a word')
}

export async function startedServerProcess(directory: string): Promise<ServerProcess> {
  const outcome = await startServerProcess(directory)
  if ('refused' in outcome) throw new Error(outcome.refused)
  return outcome
}

const isStarted = (value: unknown): value is { url: string; postmaster: number } =>
  typeof value === 'object' && value !== null && 'url' in value && 'postmaster' in value

/** Runs statements, each its own transaction, on a connection of their own; answers the rows of the last. */
export async function query(url: string, ...statements: readonly string[]): Promise<unknown[]> {
  const client = new Client({ connectionString: url, connectionTimeoutMillis: 2000 })
  client.on('error', () => undefined)
  await client.connect()
  try {
    let rows: unknown[] = []
    for (const statement of statements) rows = (await client.query<Record<string, unknown>>(statement)).rows
    return rows
  } finally {
    await client.end()
  }
}

export const makeDirectory = (): Promise<string> => mkdtemp(join(tmpdir(), 'cairn-embedded-test-'))
