import type { RoutedInstance, ServiceRoute } from '@cairn/store'

/** What came of asking for the wake of a service. */
export type Woken =
  /** Requests may go to these instances although routes do not name them yet. */
  | { readonly kind: 'awake'; readonly wakes: number; readonly instances: readonly RoutedInstance[] }
  /** An engine knows; routes will tell. `wakes` is the number of the wake. */
  | { readonly kind: 'asked'; readonly wakes: number }
  /** Users have stopped it, or it is being deleted or gone. */
  | { readonly kind: 'refused'; readonly reason: string }

/** Wakes services that rest. Idempotent: one that wakes already is not woken again. */
export interface Waker {
  /**
   * @param cause what asks for it, for the history
   * @throws when nobody can be asked, e.g. because the database is away
   */
  wake(route: ServiceRoute, cause: string): Promise<Woken>
}
