/**
 * Removals of instances that go on beside the passes over their services, for an app may take its whole grace time to end.
 *
 * Always true: of each name at most one removal is under way in this process. It needs no lease: the names that are removed are
 * recorded as on their way out, no name comes twice, and what is gone is gone. A removal that is lost with the process is
 * begun again by the next pass.
 */
export interface BegunRemovals {
  /** Resolves with the end of the removal, or at once when the one of an earlier call is under way. */
  begin(name: string, remove: (signal: AbortSignal) => Promise<void>): Promise<void>
  /** Aborts them and waits for their ends. */
  stop(): Promise<void>
}

export function createBegunRemovals(): BegunRemovals {
  const underWay = new Map<string, Promise<void>>()
  const stopping = new AbortController()
  return {
    begin(name, remove) {
      if (underWay.has(name)) return Promise.resolve()
      const removal = remove(stopping.signal).finally(() => underWay.delete(name))
      underWay.set(name, removal)
      // Whoever still waits is told of a failure; the next pass tries again in any case.
      removal.catch(() => undefined)
      return removal
    },
    async stop() {
      stopping.abort()
      await Promise.allSettled(underWay.values())
    },
  }
}
