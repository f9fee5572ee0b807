/**
 * Containers that wait for the start of their step, so that it is one write to a process that is there, and their end is
 * told at once, where an engine tells it only when it has taken a container apart.
 *
 * Always true:
 * - it is best effort: a start finds what is held under its name, or makes the container itself;
 * - at most `most` are held at a time, or being made;
 * - a name is taken by its start or let go, never both; one that is let go is removed after its making has settled, so
 *   that nothing comes after the removal. What a process leaves by dying is released by the next owner's starts, removed
 *   by its look at skipped steps, or swept once the run has ended.
 */
import { type CrashPoints, type Logger, limitConcurrency } from '@cairn/domain'
import type { Call, EngineDriver, HeldSpec, Prepared } from '@cairn/driver'
import { bounded } from './call-engine.ts'
import type { StepNetworks } from './step-networks.ts'

export interface HeldStartsSetting {
  readonly driver: EngineDriver
  readonly networks: StepNetworks
  readonly logger: Logger
  readonly crashPoints: CrashPoints
  /** Throws when this process may not act for its runs any more. */
  readonly assertOwner: () => void
  /** Never rejects. */
  readonly removeContainer: (name: string) => void
  readonly signal: AbortSignal
  /** Resolves when one may be made that no step waits for yet. */
  readonly turnToMakeAhead: () => Promise<void>
  /** Containers held at a time; 0 = none is. */
  readonly most: number
}

interface Hold {
  readonly executionId: string
  /** Whether a container is held; never rejects. */
  readonly settled: Promise<boolean>
  /** The engine was asked, so there may be a container. */
  isBegun: boolean
  /** Taken or let go: what has not begun does not begin. */
  isOver: boolean
}

/** They are made beside the steps that run, which go first. */
const concurrentHolds = 2

export class HeldStarts {
  readonly #use: HeldStartsSetting
  readonly #holds = new Map<string, Hold>()
  readonly #limit = limitConcurrency(concurrentHolds)
  /** Images whose containers cannot be held, and why is in the log. As many as there are images at most. */
  readonly #unholdable = new Set<string>()

  constructor(setting: HeldStartsSetting) {
    this.#use = setting
  }

  /** Begins to hold, unless the name is held, there is no room, or the image cannot be held. */
  hold(executionId: string, spec: HeldSpec): void {
    if (this.#holds.has(spec.name) || this.#holds.size >= this.#use.most || this.#unholdable.has(spec.image)) return
    const { promise: settled, resolve } = Promise.withResolvers<boolean>()
    const hold: Hold = { executionId, settled, isBegun: false, isOver: false }
    this.#holds.set(spec.name, hold)
    void this.#limit(async () => {
      const isHeld = await this.#prepare(spec, hold)
      if (!isHeld && this.#holds.get(spec.name) === hold) this.#end(spec.name)
      resolve(isHeld)
    })
  }

  /**
   * For a start that found nothing held: makes its container in the same way, to be released next. Nothing is done where
   * that cannot be. Throws as `prepare` of the driver does.
   */
  async makeNow(spec: HeldSpec, call: Call): Promise<void> {
    if (this.#use.most === 0 || this.#unholdable.has(spec.image)) return
    this.#note(spec, await this.#use.driver.prepare(spec, call))
    this.#use.crashPoints.reach('execution.made-to-hold')
  }

  /** Called before the start of a name: true = its container waits. */
  async take(name: string): Promise<boolean> {
    const hold = this.#end(name)
    return hold?.isBegun === true && (await hold.settled)
  }

  /** The step of this name will not start. */
  letGo(name: string): void {
    const hold = this.#end(name)
    if (hold?.isBegun !== true) return
    void hold.settled.then(() => this.#use.removeContainer(name))
  }

  /** No step of the run will start any more in this process's hands. */
  letGoOfRun(executionId: string): void {
    for (const [name, hold] of this.#holds) if (hold.executionId === executionId) this.letGo(name)
  }

  #end(name: string): Hold | undefined {
    const hold = this.#holds.get(name)
    this.#holds.delete(name)
    if (hold !== undefined) hold.isOver = true
    return hold
  }

  /** Never rejects. */
  async #prepare(spec: HeldSpec, hold: Hold): Promise<boolean> {
    const { driver, networks, crashPoints, assertOwner, turnToMakeAhead, signal, logger } = this.#use
    await turnToMakeAhead()
    if (hold.isOver || signal.aborted) return false
    try {
      const call = bounded({ signal })
      await networks.ensure(spec.network, call)
      if (hold.isOver) return false
      crashPoints.reach('execution.before-hold')
      assertOwner()
      hold.isBegun = true
      const prepared = await driver.prepare(spec, call)
      crashPoints.reach('execution.held')
      this.#note(spec, prepared)
      return prepared.kind === 'held'
    } catch (error) {
      networks.forget(spec.network)
      if (!signal.aborted) logger.debug({ err: error, workload: spec.name }, 'a container is not held')
      return false
    }
  }

  #note({ image }: HeldSpec, prepared: Prepared): void {
    if (prepared.kind !== 'not_held') return
    this.#unholdable.add(image)
    this.#use.logger.info({ image, reason: prepared.reason }, 'containers of this image start in the usual way')
  }
}
