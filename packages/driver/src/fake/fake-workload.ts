/**
 * One container of the fake engine.
 *
 * Invariant: phases only go `created` → `running` ⇄ `frozen` → `exited`, and no program ends while it is frozen; every change of phase or log emits `change` after the
 * state holds it, so a reader that looks first and then waits misses nothing.
 */
import { EventEmitter, once } from 'node:events'
import type { Clock } from '@cairn/domain'
import { exitReason } from '../exit-reason.ts'
import { cutLine, maxLogLineBytes } from '../log-pieces.ts'
import type { Call, Exit, ListeningPort, Load, LogLine, Observation, WorkloadSpec } from '../port.ts'
import { heldSpecHash, specHash } from '../workload-spec.ts'
import type { FakeOutput, FakeProgram } from './fake-program.ts'

const sigkillExit = 137
const sigtermExit = 143

export class FakeWorkload {
  readonly spec: WorkloadSpec
  readonly installation: string
  readonly hash: string
  /** It waits; what it will run is not known yet. */
  readonly isHeld: boolean
  /** What `usage` tells. */
  writableBytes = 0
  /** What `load` tells. */
  load: Load = { cpuSeconds: 0, memoryBytes: 0, memoryLimitBytes: null }
  /** What `listeningPorts` tells. */
  listening: readonly ListeningPort[] | null = null
  readonly lines: LogLine[] = []
  readonly #program: FakeProgram
  readonly #clock: Clock
  readonly #changes = new EventEmitter().setMaxListeners(0)
  #phase: Observation['phase'] = 'created'
  #startedAt: Date | null = null
  #finishedAt: Date | null = null
  #exit: Exit | null = null
  /** What its program came to while it was frozen. */
  #endOnThaw: Exit | null = null
  readonly #timers: NodeJS.Timeout[] = []
  /** Output that is still to come, in its order. */
  #pending: readonly (FakeOutput & { readonly afterMs: number })[] = []

  constructor(
    spec: WorkloadSpec,
    setting: { installation: string; program: FakeProgram; clock: Clock; isHeld: boolean },
  ) {
    this.spec = spec
    this.installation = setting.installation
    this.isHeld = setting.isHeld
    this.hash = setting.isHeld ? heldSpecHash(spec) : specHash(spec)
    this.#program = setting.program
    this.#clock = setting.clock
  }

  get phase(): Observation['phase'] {
    return this.#phase
  }

  /** Starts the program when it never started; otherwise nothing. */
  start(): void {
    if (this.#phase !== 'created') return
    const { startFailure, output = [], durationMs = 0, exitCode = 0, reason } = this.#program
    if (startFailure !== undefined) {
      this.#end({ code: 127, reason: 'error', detail: startFailure })
      return
    }
    this.#phase = 'running'
    this.#startedAt = new Date(this.#clock.now())
    for (const line of output) if (line.afterMs === undefined) this.print(line)
    this.#pending = output.flatMap(({ afterMs, ...line }) => (afterMs === undefined ? [] : [{ ...line, afterMs }]))
    for (const { afterMs } of this.#pending) this.#timers.push(setTimeout(() => this.#printUntil(afterMs), afterMs))
    if (durationMs !== 'endless') {
      const exit = { code: exitCode, reason: reason ?? exitReason(exitCode, false), detail: null }
      this.#timers.push(setTimeout(() => this.#endProgram(exit, durationMs), durationMs))
    }
    this.#changed()
  }

  print(output: FakeOutput): void {
    const at = new Date(this.#clock.now())
    for (const piece of cutLine(Buffer.from(output.text), maxLogLineBytes)) {
      this.lines.push({ at, stream: output.stream, text: piece.toString() })
    }
    this.#changed()
  }

  /** Ends a running or frozen program; otherwise nothing. */
  finish(exit: Exit): void {
    if (this.#phase === 'running' || this.#phase === 'frozen') this.#end(exit)
  }

  /** False when there is nothing that runs. */
  freeze(): boolean {
    if (this.#phase === 'running') {
      this.#phase = 'frozen'
      this.#changed()
    }
    return this.#phase === 'frozen'
  }

  thaw(): void {
    if (this.#phase !== 'frozen') return
    this.#phase = 'running'
    if (this.#endOnThaw === null) this.#changed()
    else this.#end(this.#endOnThaw)
  }

  /** As the engine does: stop signal, then kill when the program has not ended after `graceMs`. */
  async stop(graceMs: number, call: Call): Promise<void> {
    this.thaw()
    if (this.#phase !== 'running') return
    if (this.#program.honoursStopSignal ?? true) {
      this.finish(killedWith(sigtermExit))
      return
    }
    const kill = setTimeout(() => this.kill(), graceMs)
    try {
      await this.ended(call)
    } finally {
      clearTimeout(kill)
    }
  }

  kill(): void {
    this.finish(killedWith(sigkillExit))
  }

  /** Resolves once the phase is `exited`. */
  async ended(call: Call): Promise<void> {
    while (this.#phase !== 'exited') await this.changed(call)
  }

  async changed(call: Call): Promise<void> {
    await once(this.#changes, 'change', { signal: call.signal })
  }

  /** Tells those who wait that this one left the engine or was replaced. */
  leave(): void {
    this.#changed()
  }

  onChange(listener: () => void): void {
    this.#changes.on('change', listener)
  }

  /** Files of the program as it was scripted. */
  get files(): NonNullable<FakeProgram['files']> {
    return this.#program.files ?? {}
  }

  observe(): Observation {
    const { name, owner, publishPort } = this.spec
    const isAlive = this.#phase === 'running' || this.#phase === 'frozen'
    const published = publishPort === null ? null : { host: '127.0.0.1', port: publishPort }
    return {
      name,
      owner,
      phase: this.#phase,
      address: isAlive && published !== null ? (this.#program.address ?? published) : null,
      startedAt: this.#startedAt,
      finishedAt: this.#finishedAt,
      exit: this.#exit,
    }
  }

  /** Timers of a process that was held up may fire out of order; what a program says and its end do not. */
  #printUntil(afterMs: number): void {
    const due = this.#pending.filter((line) => line.afterMs <= afterMs)
    this.#pending = this.#pending.filter((line) => line.afterMs > afterMs)
    for (const line of due) this.print(line)
  }

  #endProgram(exit: Exit, durationMs: number): void {
    this.#printUntil(durationMs)
    if (this.#phase === 'frozen') this.#endOnThaw = exit
    else this.#end(exit)
  }

  #end(exit: Exit): void {
    for (const timer of this.#timers) clearTimeout(timer)
    this.#phase = 'exited'
    this.#finishedAt = new Date(this.#clock.now())
    this.#exit = exit
    this.#changed()
  }

  #changed(): void {
    this.#changes.emit('change')
  }
}

function killedWith(code: number): Exit {
  return { code, reason: 'killed', detail: null }
}
