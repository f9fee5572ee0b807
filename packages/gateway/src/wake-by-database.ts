import { type Database, type FrozenWake, type Hints, wakeService } from '@cairn/store'
import type { Waker } from './wake-port.ts'

export interface DatabaseWakerOptions {
  readonly database: Database
  readonly hints: Hints
  /**
   * Thaws the instances of a wake in this process, for a server that is engine and gateway at once; null = engines are
   * elsewhere. False = it could not; the engine's next look at the service goes on.
   */
  readonly thaw: ((wake: FrozenWake) => Promise<boolean>) | null
}

/** The wake is durable before anything is thawed; from then on any engine finishes it. */
export function createDatabaseWaker({ database, hints, thaw }: DatabaseWakerOptions): Waker {
  return {
    async wake(route, cause) {
      const state = await wakeService(database.db, { id: route.serviceId, tenantId: route.tenantId }, cause)
      if (state === null) return { kind: 'refused', reason: 'it is stopped, or being deleted' }
      const { tier, wakes, instances } = state
      if (tier === 'awake') return { kind: 'awake', wakes, instances }
      hints.notify('work')
      if (instances.length === 0) return { kind: 'asked', wakes }
      if (thaw === null) hints.notify('wake')
      else if (await thaw({ serviceId: route.serviceId, wakes, instances })) return { kind: 'awake', wakes, instances }
      return { kind: 'asked', wakes }
    },
  }
}
