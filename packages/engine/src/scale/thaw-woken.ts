/**
 * Thaws services as soon as a gateway has written that they wake, without a pass through the queue.
 *
 * Always true: it only thaws, which is right whenever a service wakes, whoever else does it; a wake that is not finished
 * here, because the engine does not answer or the process dies, is finished by the service's next pass, which the wake has
 * made due in its own statement. A wake that this process has recorded as ended is not thawed again: its service may sleep
 * anew by then.
 */
import type { Logger } from '@cairn/domain'
import type { EngineDriver } from '@cairn/driver'
import { type Database, endWake, findFrozenWakes, type FrozenWake, type Hints } from '@cairn/store'

export interface WokenThawer {
  /** Resolves when the instances have the CPU; false = the engine would not. */
  thaw(wake: FrozenWake): Promise<boolean>
  /** Waits for what is under way. */
  stop(): Promise<void>
}

export interface WokenThawerOptions {
  readonly database: Database
  readonly hints: Hints
  readonly driver: EngineDriver
  readonly logger: Logger
}

const patienceMs = 10_000

/** Listens to the hint `wake`, which gateways of other processes give. */
export function startWokenThawer(options: WokenThawerOptions): WokenThawer {
  const { database, hints, driver, logger } = options
  const underWay = new Map<string, Promise<boolean>>()
  /** The latest wake of each service whose end this process has recorded. */
  const ended = new Map<string, number>()
  let looking: Promise<void> = Promise.resolve()

  const thawOnce = async (wake: FrozenWake): Promise<boolean> => {
    const call = { signal: AbortSignal.timeout(patienceMs) }
    try {
      await Promise.all(wake.instances.map(({ name }) => driver.thaw(name, call)))
      return true
    } catch (error) {
      logger.warn({ err: error, serviceId: wake.serviceId }, 'a service could not be thawed at once')
      return false
    }
  }
  /** Those who wait need not wait for this. */
  const tell = async ({ serviceId, wakes }: FrozenWake): Promise<void> => {
    try {
      if (await endWake(database.db, serviceId, wakes)) hints.notify('routes')
      ended.set(serviceId, wakes)
    } catch (error) {
      logger.warn({ err: error, serviceId }, 'the end of a wake is recorded later')
    }
  }
  const thaw = (wake: FrozenWake): Promise<boolean> => {
    if ((ended.get(wake.serviceId) ?? 0) >= wake.wakes) return Promise.resolve(true)
    const key = `${wake.serviceId} ${wake.wakes}`
    const known = underWay.get(key)
    if (known !== undefined) return known
    const thawing = thawOnce(wake)
    underWay.set(key, thawing)
    void thawing.then((isThawed) => (isThawed ? tell(wake) : undefined)).finally(() => underWay.delete(key))
    return thawing
  }
  const look = async (): Promise<void> => {
    try {
      await Promise.all((await findFrozenWakes(database.db)).map(thaw))
    } catch (error) {
      logger.warn({ err: error }, 'wakes could not be read')
    }
  }
  const unsubscribe = hints.subscribe('wake', () => {
    looking = looking.then(look)
  })
  return {
    thaw,
    async stop() {
      unsubscribe()
      await looking
      await Promise.all(underWay.values())
    },
  }
}
