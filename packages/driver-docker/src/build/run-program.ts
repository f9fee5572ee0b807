/**
 * Runs a client program to its end.
 *
 * Invariant: when the promise settles, the program and all it started are gone: it runs in a process group of its own,
 * which is ended with SIGTERM, then SIGKILL, when the signal aborts or the input fails.
 */
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import type { Readable } from 'node:stream'
import { LineSplitter } from '../split-lines.ts'

export interface ProgramRun {
  readonly program: string
  readonly args: readonly string[]
  /** The whole environment; nothing is inherited. */
  readonly env: Readonly<Record<string, string>>
  /** Written to standard input; without it there is none. */
  readonly input?: AsyncIterable<Uint8Array>
  /** Lines of both outputs as they come. */
  readonly onLine: (line: string) => void
}

export type ProgramEnd =
  | { readonly kind: 'exited'; readonly code: number }
  /** Also when the program does not exist. */
  | { readonly kind: 'not_run'; readonly error: Error }

const killAfterMs = 3_000

/** Rejects with the input's error, or with the signal's reason, once the program has ended. */
export async function runProgram(run: ProgramRun, signal: AbortSignal): Promise<ProgramEnd> {
  signal.throwIfAborted()
  const child = spawn(run.program, run.args, {
    env: run.env,
    detached: true,
    stdio: [run.input === undefined ? 'ignore' : 'pipe', 'pipe', 'pipe'],
  })
  readLines(child.stdout, run.onLine)
  readLines(child.stderr, run.onLine)
  const group = new ProcessGroup(child)
  const abort = (): void => group.end()
  signal.addEventListener('abort', abort)
  try {
    const feeding = feed(child, run.input, group)
    const end = await ended(child)
    const inputError = await feeding
    signal.throwIfAborted()
    if (inputError !== null) throw inputError
    return end
  } finally {
    signal.removeEventListener('abort', abort)
    group.forget()
  }
}

class ProcessGroup {
  readonly #child: ChildProcess
  #timer: NodeJS.Timeout | null = null

  constructor(child: ChildProcess) {
    this.#child = child
  }

  end(): void {
    this.#kill('SIGTERM')
    this.#timer ??= setTimeout(() => this.#kill('SIGKILL'), killAfterMs)
  }

  forget(): void {
    if (this.#timer !== null) clearTimeout(this.#timer)
  }

  #kill(signal: NodeJS.Signals): void {
    const { pid } = this.#child
    if (pid === undefined) return
    try {
      process.kill(-pid, signal)
    } catch {
      // None of the group is left.
    }
  }
}

/** The error of the input itself, or null; that the program stopped reading is no error of the input. */
async function feed(
  child: ChildProcess,
  input: AsyncIterable<Uint8Array> | undefined,
  group: ProcessGroup,
): Promise<Error | null> {
  const { stdin } = child
  if (input === undefined || stdin === null) return null
  stdin.on('error', () => undefined)
  const closed = new Promise<void>((resolve) => stdin.once('close', resolve))
  try {
    for await (const chunk of input) {
      if (stdin.destroyed) break
      if (!stdin.write(chunk)) await Promise.race([closed, once(stdin, 'drain').catch(() => undefined)])
    }
    stdin.end()
    return null
  } catch (error) {
    group.end()
    return error instanceof Error ? error : new Error(String(error))
  }
}

function ended(child: ChildProcess): Promise<ProgramEnd> {
  const killedBySignal = 128
  return new Promise((resolve) => {
    child.once('error', (error) => resolve({ kind: 'not_run', error }))
    child.once('close', (code) => resolve({ kind: 'exited', code: code ?? killedBySignal }))
  })
}

function readLines(stream: Readable | null, onLine: (line: string) => void): void {
  const splitter = new LineSplitter()
  stream?.on('data', (chunk: Buffer) => {
    for (const line of splitter.push(chunk)) onLine(line)
  })
  stream?.on('end', () => {
    for (const line of splitter.end()) onLine(line)
  })
}
