/** What may have changed. A hint carries no data: whoever hears it reads the tables. */
export const hintTopics = ['work', 'execution', 'stop', 'routes', 'wake', 'log'] as const
export type HintTopic = (typeof hintTopics)[number]

/**
 * Wakes other processes sooner than their next poll. Hints may be lost, late or doubled; polling is the truth, and
 * without a connection hints fall silent and nothing else changes.
 */
export interface Hints {
  /** Tells every process, this one included. Call it after the commit; calls within a few milliseconds become one. */
  readonly notify: (topic: HintTopic) => void
  /** Calls `listener` after hints of the topic, and after a lost connection is back. Answers the way to unsubscribe. */
  readonly subscribe: (topic: HintTopic, listener: () => void) => () => void
  /** Sends what is pending, if it can, and closes the connection. */
  readonly close: () => Promise<void>
}
