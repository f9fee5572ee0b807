/**
 * Where requests wait for a service that is being woken.
 *
 * Always true: of all requests that wait for a service in this process one asks for its wake; each of them is let go
 * once: with a route that has instances, or with the reason why not; never later than `waitMs`; at most `mostWaiting`
 * wait for one service; one whose client has left is forgotten. Nothing of a request is read while it waits.
 *
 * This process may know sooner than its routes that a service is awake. What it knows is believed only against routes of
 * the sleep that it ended: each sleep has its number.
 */
import type { Logger } from '@cairn/domain'
import type { RoutedInstance, ServiceRoute } from '@cairn/store'
import { notReady, type Refusal, unknownService } from './refusal.ts'
import type { RouteTable } from './route-table.ts'
import type { Waker } from './wake-port.ts'
import { tooManyWait, wakeFailed, wakeTooSlow } from './wake-refusals.ts'

export type Awaited =
  | { readonly kind: 'awake'; readonly route: ServiceRoute }
  | { readonly kind: 'refused'; readonly refusal: Refusal }
  /** The client left. */
  | { readonly kind: 'left' }

export interface WakeRoomOptions {
  readonly routes: RouteTable
  readonly waker: Waker
  /** Requests and tunnels that this process has open on an instance. */
  readonly loadOf: (instance: RoutedInstance) => number
  readonly logger: Logger
  readonly limits: WakeLimits
}

export interface WakeLimits {
  /** Longest wait of a request, in milliseconds. */
  readonly waitMs: number
  /** Requests that may wait for one service in this process. */
  readonly mostWaiting: number
}

interface Waiter {
  readonly letGo: (awaited: Awaited) => void
}

interface Waking {
  route: ServiceRoute
  /** Null until it is known which wake it is. */
  wakes: number | null
  readonly waiters: Set<Waiter>
}

/** Requests that are let go in one turn, so that an app that has just started is not met by all at once. */
const turnSize = 64
const turnMs = 5

export class WakeRoom {
  readonly #options: WakeRoomOptions
  readonly #waking = new Map<string, Waking>()
  readonly #awake = new Map<string, { readonly wakes: number; readonly instances: readonly RoutedInstance[] }>()
  readonly #unsubscribe: () => void

  constructor(options: WakeRoomOptions) {
    this.#options = options
    this.#unsubscribe = options.routes.subscribe(() => this.#routesChanged())
  }

  /** The route by which requests can go now; null = the service rests and has to be woken. */
  current(route: ServiceRoute): ServiceRoute | null {
    const { sleep } = route
    if (sleep === null) return route
    const known = this.#awake.get(route.serviceId)
    if (known === undefined) return null
    const isOfThisSleep = sleep.tier === 'waking' ? known.wakes >= sleep.wakes : known.wakes > sleep.wakes
    return isOfThisSleep ? { ...route, sleep: null, instances: known.instances } : null
  }

  /** Waits until the service is awake, and has it woken when nobody did yet. */
  wait(route: ServiceRoute, cause: string, client: AbortSignal): Promise<Awaited> {
    const { waitMs, mostWaiting } = this.#options.limits
    if (client.aborted) return Promise.resolve({ kind: 'left' })
    const waking = this.#waking.get(route.serviceId) ?? this.#begin(route, cause)
    if (waking.waiters.size >= mostWaiting) {
      return Promise.resolve({ kind: 'refused', refusal: tooManyWait(route, mostWaiting) })
    }
    return new Promise((resolve) => {
      const leave = (): void => waiter.letGo({ kind: 'left' })
      const timer = setTimeout(
        () => waiter.letGo({ kind: 'refused', refusal: wakeTooSlow(waking.route, waitMs) }),
        waitMs,
      )
      const waiter: Waiter = {
        letGo: (awaited) => {
          clearTimeout(timer)
          client.removeEventListener('abort', leave)
          waking.waiters.delete(waiter)
          resolve(awaited)
        },
      }
      client.addEventListener('abort', leave)
      waking.waiters.add(waiter)
    })
  }

  close(): void {
    this.#unsubscribe()
    for (const { route, waiters } of this.#waking.values()) {
      const refusal = wakeFailed(route, 'the gateway stops')
      for (const waiter of waiters) waiter.letGo({ kind: 'refused', refusal })
    }
    this.#waking.clear()
  }

  #begin(route: ServiceRoute, cause: string): Waking {
    const waking: Waking = { route, wakes: null, waiters: new Set() }
    this.#waking.set(route.serviceId, waking)
    void this.#ask(waking, cause)
    return waking
  }

  async #ask(waking: Waking, cause: string): Promise<void> {
    const { route } = waking
    try {
      const woken = await this.#options.waker.wake(route, cause)
      if (woken.kind === 'refused') return this.#fail(waking, wakeFailed(route, woken.reason))
      waking.wakes = woken.wakes
      if (woken.kind === 'awake') {
        if (woken.instances.length === 0) return this.#fail(waking, notReady(route))
        this.#awake.set(route.serviceId, woken)
        return this.#release(waking, { ...route, sleep: null, instances: woken.instances })
      }
      await this.#options.routes.refresh()
    } catch (error) {
      this.#options.logger.warn({ err: error, serviceId: route.serviceId }, 'a service could not be woken')
      this.#fail(waking, wakeFailed(route, 'the database or the container engine does not answer'))
    }
  }

  #routesChanged(): void {
    for (const waking of this.#waking.values()) this.#look(waking)
    for (const id of this.#awake.keys()) {
      const route = this.#options.routes.findById(id)
      if (route === null || route.sleep === null || this.current(route) === null) this.#awake.delete(id)
    }
    this.#wakeWhatIsUsed()
  }

  #look(waking: Waking): void {
    if (waking.wakes === null) return
    const route = this.#options.routes.findById(waking.route.serviceId)
    if (route === null) return this.#fail(waking, unknownService(waking.route.serviceName))
    waking.route = route
    const { sleep } = route
    if (sleep === null) {
      return route.instances.length > 0 ? this.#release(waking, route) : this.#fail(waking, notReady(route))
    }
    // The table may be older than the wake.
    if (sleep.wakes < waking.wakes) return
    if (sleep.failure !== null) return this.#fail(waking, wakeFailed(route, sleep.failure))
    if (sleep.tier !== 'waking') this.#fail(waking, wakeFailed(route, 'it was given up'))
  }

  /** What was sent before this process knew that the service was about to be frozen would wait for ever. */
  #wakeWhatIsUsed(): void {
    for (const route of this.#options.routes.all()) {
      if (route.sleep === null || route.sleep.tier === 'waking' || this.#waking.has(route.serviceId)) continue
      if (this.current(route) !== null || !route.sleep.instances.some((each) => this.#options.loadOf(each) > 0))
        continue
      this.#begin(route, 'a request that had begun')
    }
  }

  #fail(waking: Waking, refusal: Refusal): void {
    this.#waking.delete(waking.route.serviceId)
    for (const waiter of waking.waiters) waiter.letGo({ kind: 'refused', refusal })
  }

  #release(waking: Waking, route: ServiceRoute): void {
    this.#waking.delete(waking.route.serviceId)
    const turn = (): void => {
      let left = turnSize
      for (const waiter of waking.waiters) {
        if (left === 0) {
          setTimeout(turn, turnMs)
          return
        }
        left -= 1
        waiter.letGo({ kind: 'awake', route })
      }
    }
    turn()
  }
}
