/**
 * Runs the `git` program.
 *
 * Always true: when a promise settles, the program and all that it started are gone (a process group of its own, ended
 * with SIGKILL when the signal aborts). Nothing of this machine's configuration is read, and nothing is inherited but the
 * path of programs. Settings, credentials among them, are in the environment: arguments are seen by everybody.
 */
import { type ChildProcessByStdio, spawn } from 'node:child_process'
import type { Readable } from 'node:stream'

export interface GitCall {
  readonly args: readonly string[]
  /** `key` → `value`, as `git config` names them. */
  readonly settings: Readonly<Record<string, string>>
  /** PATH of the programs. */
  readonly path: string
  readonly signal: AbortSignal
}

export type GitEnd = { readonly kind: 'done' } | { readonly kind: 'failed'; readonly words: string }

/** Bytes of the program's own words that are kept. */
const mostWords = 8192

/** Hands every chunk of the output to `take`, which may throw: the program is ended then. */
export async function runGit(call: GitCall, take: (chunk: Buffer) => void): Promise<GitEnd> {
  const child = startGit(call)
  const end = whenEnded(child)
  try {
    for await (const chunk of child.stdout) take(chunk)
  } catch (error) {
    killGroup(child)
    await end
    throw error
  }
  const ended = await end
  call.signal.throwIfAborted()
  return ended
}

/** The output as a stream; a failure of the program is the stream's. */
export async function* streamGit(call: GitCall): AsyncGenerator<Uint8Array> {
  const child = startGit(call)
  const end = whenEnded(child)
  try {
    for await (const chunk of child.stdout) yield chunk
    const ended = await end
    call.signal.throwIfAborted()
    if (ended.kind === 'failed') throw new Error(ended.words)
  } finally {
    killGroup(child)
    await end
  }
}

type Git = ChildProcessByStdio<null, Readable, Readable>

function startGit({ args, settings, path, signal }: GitCall): Git {
  signal.throwIfAborted()
  const child = spawn('git', args, {
    env: { ...isolation, PATH: path, ...environmentOf(settings) },
    detached: true,
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  const abort = (): void => killGroup(child)
  signal.addEventListener('abort', abort)
  child.once('close', () => signal.removeEventListener('abort', abort))
  return child
}

const isolation = {
  HOME: '/nonexistent',
  LC_ALL: 'C',
  GIT_CONFIG_NOSYSTEM: '1',
  GIT_CONFIG_GLOBAL: '/dev/null',
  GIT_TERMINAL_PROMPT: '0',
  GIT_ATTR_NOSYSTEM: '1',
} as const

function environmentOf(settings: Readonly<Record<string, string>>): Record<string, string> {
  const entries = Object.entries(settings)
  return {
    GIT_CONFIG_COUNT: String(entries.length),
    ...Object.fromEntries(
      entries.flatMap(([key, value], place) => [
        [`GIT_CONFIG_KEY_${place}`, key],
        [`GIT_CONFIG_VALUE_${place}`, value],
      ]),
    ),
  }
}

function killGroup({ pid }: Git): void {
  if (pid === undefined) return
  try {
    process.kill(-pid, 'SIGKILL')
  } catch {
    // None of the group is left.
  }
}

function whenEnded(child: Git): Promise<GitEnd> {
  let words = ''
  child.stderr.on('data', (chunk: Buffer) => {
    words = (words + chunk.toString()).slice(-mostWords)
  })
  return new Promise((resolve) => {
    child.once('error', (error) => resolve({ kind: 'failed', words: `git cannot be run: ${error.message}` }))
    child.once('close', (code) => resolve(code === 0 ? { kind: 'done' } : { kind: 'failed', words: lastWords(words) }))
  })
}

/** The line that says why; git ends with hints and with what it then did. */
function lastWords(words: string): string {
  const lines = words.split(/[\r\n]+/).filter((line) => line.trim() !== '')
  const fatal = lines.findLast((line) => /^(?:fatal|error): /.test(line))
  return (fatal ?? lines.at(-1) ?? 'git was ended').replace(/^(?:fatal|error): /, '')
}
