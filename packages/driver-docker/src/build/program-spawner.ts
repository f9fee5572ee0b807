/**
 * Runs client programs from a small process of its own: to start one, the memory map of the process that starts it is
 * copied, for which a server of some hundred megabytes stands still for tens of milliseconds.
 *
 * Always true: there is at most one such process, forked when it is first needed and let go after a time without a
 * program; what it runs ends with it, and it ends with this process (see spawner-process.ts). A run that it cannot tell
 * the end of, because it is gone, counts as not run.
 */
import { type ChildProcess, fork } from 'node:child_process'
import type { ProgramEnd, ProgramRun } from './run-program.ts'
import { isSpawnerAnswer, type SpawnerAnswer, type SpawnerRequest } from './spawner-messages.ts'

/** A program without input. */
export type SpawnedRun = Omit<ProgramRun, 'input'>

export interface ProgramSpawner {
  /** Sees to it that the process is there, so that the next run does not wait for its start. */
  warm(): void
  /** As `runProgram`: rejects with the signal's reason once the program has ended. */
  run(run: SpawnedRun, signal: AbortSignal): Promise<ProgramEnd>
}

/** Milliseconds without a program after which the process is let go. */
const idleMs = 60_000

/**
 * @example
 * const spawner = createProgramSpawner()
 * const end = await spawner.run({ program: '/usr/bin/docker', args: ['--version'], env: {}, onLine }, signal)
 */
export function createProgramSpawner(): ProgramSpawner {
  let current: Spawner | null = null
  const hold = (): Spawner => {
    current = current?.isUsable() === true ? current : new Spawner()
    return current
  }
  return {
    warm: () => hold().rest(),
    run: (run, signal) => hold().run(run, signal),
  }
}

interface Waiting {
  readonly onLine: (line: string) => void
  readonly settle: (end: ProgramEnd) => void
}

class Spawner {
  readonly #child: ChildProcess
  readonly #waiting = new Map<number, Waiting>()
  #lastId = 0
  #idle: NodeJS.Timeout | null = null
  #isGone = false

  constructor() {
    this.#child = fork(new URL('spawner-process.ts', import.meta.url), {
      env: {},
      execArgv: [],
      serialization: 'advanced',
      stdio: ['ignore', 'ignore', 'ignore', 'ipc'],
    })
    this.#child.on('message', (message) => {
      if (isSpawnerAnswer(message)) this.#take(message)
    })
    this.#child.once('error', (error) => this.#lose(error.message))
    this.#child.once('exit', (code, signal) => this.#lose(`it ended with ${code ?? signal}`))
    this.#keepAlive(false)
  }

  isUsable(): boolean {
    return !this.#isGone && this.#child.connected
  }

  async run({ onLine, program, args, env }: SpawnedRun, signal: AbortSignal): Promise<ProgramEnd> {
    signal.throwIfAborted()
    if (this.#idle !== null) clearTimeout(this.#idle)
    this.#lastId += 1
    const id = this.#lastId
    const { promise, resolve } = Promise.withResolvers<ProgramEnd>()
    this.#waiting.set(id, { onLine, settle: resolve })
    this.#keepAlive(true)
    const abort = (): void => this.#tell({ kind: 'abort', id })
    signal.addEventListener('abort', abort)
    try {
      this.#tell({ kind: 'run', id, run: { program, args, env } })
      const end = await promise
      signal.throwIfAborted()
      return end
    } finally {
      signal.removeEventListener('abort', abort)
      this.#waiting.delete(id)
      this.rest()
    }
  }

  /** Begins the time without a program, if none runs. */
  rest(): void {
    if (this.#waiting.size > 0) return
    this.#keepAlive(false)
    if (this.#idle !== null) clearTimeout(this.#idle)
    this.#idle = setTimeout(() => this.#letGo(), idleMs).unref()
  }

  #letGo(): void {
    if (this.#waiting.size === 0 && this.#child.connected) this.#child.disconnect()
  }

  #tell(request: SpawnerRequest): void {
    this.#child.send(request, (error) => {
      if (error !== null) this.#lose(error.message)
    })
  }

  #take(answer: SpawnerAnswer): void {
    const waiting = this.#waiting.get(answer.id)
    if (answer.kind === 'ended') waiting?.settle(answer.end)
    else for (const line of answer.lines) waiting?.onLine(line)
  }

  #lose(why: string): void {
    this.#isGone = true
    const error = new Error(`the process that runs client programs is gone: ${why}`)
    for (const { settle } of this.#waiting.values()) settle({ kind: 'not_run', error })
  }

  /** An idle process must not hold back the end of this one. */
  #keepAlive(isWanted: boolean): void {
    const { channel } = this.#child
    if (isWanted) {
      this.#child.ref()
      channel?.ref()
    } else {
      this.#child.unref()
      channel?.unref()
    }
  }
}
