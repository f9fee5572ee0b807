import { type ClaimedExecution, type Database, flushRunEvents, readRunEventsOfMany } from '@cairn/store'

/**
 * Ends a run whose progress can neither be read nor written, from what the database holds of it. What its containers do
 * is lost; the sweep removes them.
 */
export async function failBrokenRun(
  database: Database,
  processId: string,
  broken: { readonly execution: ClaimedExecution; readonly error: unknown; readonly at: number },
): Promise<void> {
  const executionId = broken.execution.id
  const events = (await readRunEventsOfMany(database.db, [executionId])).get(executionId) ?? []
  const last = events.at(-1)
  const message = broken.error instanceof Error ? broken.error.message : 'unknown'
  const reason = `a fault of Cairn: the run cannot go on: ${message}`
  const end = { type: 'run.finished', status: 'failed', reason } as const
  const isEnded = last?.event.type === 'run.finished'
  await flushRunEvents(database.pool, processId, {
    events: isEnded ? [] : [{ executionId, sequence: (last?.sequence ?? 0) + 1, at: broken.at, event: end }],
    // The plan may be what is broken. Where nobody watches, nobody is told.
    finished: [{ executionId, status: 'failed', reason, at: broken.at, watched: true }],
    logs: [],
    repeated: false,
  })
}
