import { notificationKey } from '@cairn/domain'
import {
  enqueueWork,
  type LockedWorkflow,
  readStoredBody,
  recordResourceEvent,
  type TickRecord,
  type Tx,
} from '@cairn/store'

/**
 * Adds to the workflow's history that ticks were missed, and leaves work for whoever tells its watchers. Once for a pass:
 * after an hour without an engine nobody wants sixty mails. The last of the ticks stands for them all.
 */
export async function recordMissed(
  tx: Tx,
  { tenantId, locked }: { readonly tenantId: string; readonly locked: LockedWorkflow },
  missed: readonly TickRecord[],
): Promise<void> {
  const [first] = missed
  const last = missed.at(-1)
  if (first === undefined || last === undefined) return
  const tick = isoOf(last.until ?? last.tick)
  const isOne = missed.length === 1 && last.until === null
  const reason = isOne ? last.reason : `${countOf(missed)} scheduled times from ${isoOf(first.tick)} on: ${last.reason}`
  await recordResourceEvent(tx, {
    tenantId,
    kind: 'workflow',
    resourceId: String(locked.id),
    type: 'schedule.missed',
    ...(reason !== null && { reason }),
    data: { tick, first: isoOf(first.tick) },
  })
  const isWatched = readStoredBody(locked.body).watchers.some(({ events }) => events.missed === true)
  if (isWatched)
    await enqueueWork(tx, {
      kind: 'notification',
      key: notificationKey({ kind: 'missed', workflowId: locked.id, tick }),
    })
}

const isoOf = (tick: number): string => new Date(tick).toISOString()

function countOf(missed: readonly TickRecord[]): string {
  return missed.some(({ until }) => until !== null) ? 'many' : String(missed.length)
}
