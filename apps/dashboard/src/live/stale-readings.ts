/**
 * Readings that are not true any more. Invariant: a key stays until nothing of it is being read, and then what is on the
 * screen of it is read anew. So a reading begins after the last event about it, and none is broken off by an event: under
 * steady events a reading that takes longer than they are apart would never end.
 */
import type { QueryClient, QueryKey } from '@tanstack/react-query'

export class StaleReadings {
  readonly #keys = new Map<string, QueryKey>()

  add(keys: readonly QueryKey[]): void {
    for (const key of keys) this.#keys.set(JSON.stringify(key), key)
  }

  /** Reads anew what nobody is reading; the rest waits for the next call. */
  readAgain(queries: QueryClient): void {
    for (const [name, queryKey] of this.#keys) {
      if (queries.isFetching({ queryKey }) > 0) continue
      this.#keys.delete(name)
      void queries.invalidateQueries({ queryKey })
    }
  }
}
