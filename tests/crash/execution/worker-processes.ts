/** Starts, stops, freezes and kills the engine processes of the crash suite. */
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import { frozenSign } from './frozen-sign.ts'
import type { WorkerOptions } from './worker.ts'

const program = fileURLToPath(new URL('worker.ts', import.meta.url))

export interface Worker {
  readonly isAlive: () => boolean
  /** Resolves when the process is gone. */
  readonly gone: Promise<void>
  /** Resolves when the process has said that it stops itself. */
  readonly frozen: Promise<void>
  signal(signal: 'SIGKILL' | 'SIGSTOP' | 'SIGCONT'): void
}

export function startWorker(options: WorkerOptions, errors: string[]): Worker {
  const child: ChildProcess = spawn(process.execPath, [program, JSON.stringify(options)], {
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  child.stderr?.on('data', (chunk: Buffer) => errors.push(chunk.toString()))
  const gone = untilGone(child)
  const { promise: frozen, resolve } = Promise.withResolvers<void>()
  child.stdout?.on('data', (chunk: Buffer) => {
    if (chunk.toString().includes(frozenSign)) resolve()
  })
  return {
    isAlive: () => child.exitCode === null && child.signalCode === null,
    gone,
    frozen,
    signal: (signal) => {
      child.kill(signal)
    },
  }
}

async function untilGone(child: ChildProcess): Promise<void> {
  await once(child, 'exit')
}

/** Keeps so many workers alive until stopped. */
export class WorkerPool {
  readonly #options: WorkerOptions
  readonly #errors: string[]
  readonly #workers = new Set<Worker>()
  #stopped = false
  deaths = 0

  constructor(options: WorkerOptions, size: number, errors: string[]) {
    this.#options = options
    this.#errors = errors
    for (let index = 0; index < size; index += 1) this.#start()
  }

  get workers(): Worker[] {
    return [...this.#workers].filter((worker) => worker.isAlive())
  }

  #start(): void {
    const worker = startWorker(this.#options, this.#errors)
    this.#workers.add(worker)
    void this.#replaceWhenGone(worker)
  }

  async #replaceWhenGone(worker: Worker): Promise<void> {
    await worker.gone
    this.#workers.delete(worker)
    if (this.#stopped) return
    this.deaths += 1
    this.#start()
  }

  async stop(): Promise<void> {
    this.#stopped = true
    const workers = [...this.#workers]
    for (const worker of workers) worker.signal('SIGKILL')
    await Promise.all(workers.map((worker) => worker.gone))
  }
}
