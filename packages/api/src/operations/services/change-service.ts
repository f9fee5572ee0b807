/** What all changes of a service have in common. */
import { CairnError } from '@cairn/contract'
import { isDeleting } from '@cairn/domain'
import {
  enqueueWork,
  type LockedService,
  lockService,
  reviseService,
  type RevisionContent,
  type TokenHolder,
  type Tx,
} from '@cairn/store'
import type { ApiContext } from '../../context.ts'
import { notFound } from '../../refusals.ts'
import { recordChange } from '../record-change.ts'

/** @throws CairnError `not_found` when the caller's tenant has no such service */
export async function lockOwnService(tx: Tx, caller: TokenHolder, serviceId: string): Promise<LockedService> {
  const locked = await lockService(tx, caller.tenantId, serviceId)
  if (locked === null) throw notFound('service', serviceId)
  return locked
}

/** @throws CairnError `conflict` when the service is being deleted */
export function refuseWhenLeaving(locked: LockedService): void {
  if (!isDeleting(locked)) return
  throw new CairnError('conflict', `service "${locked.name}" is ${locked.status}; it cannot be changed any more`)
}

/** Makes a revision and writes it into the service's history; the caller of it enqueues the service's work. */
export async function revise(
  tx: Tx,
  caller: TokenHolder,
  locked: LockedService,
  content: Omit<RevisionContent, 'createdBy'>,
): Promise<void> {
  await reviseService(tx, locked, { ...content, createdBy: caller.userEmail })
  const facts = { generation: locked.generation + 1, cause: content.cause }
  await recordChange(tx, caller, { type: 'service.revised', id: locked.id, facts })
}

/** Changes what a service is to do, under its lock, and has the engine look. False = nothing was to be changed. */
export async function changeService(
  context: ApiContext,
  caller: TokenHolder,
  serviceId: string,
  change: (tx: Tx, locked: LockedService) => Promise<boolean>,
): Promise<{ id: string }> {
  const isChanged = await context.database.transaction(async (tx) => {
    const locked = await lockOwnService(tx, caller, serviceId)
    refuseWhenLeaving(locked)
    if (!(await change(tx, locked))) return false
    await enqueueWork(tx, { kind: 'service', key: locked.id })
    return true
  })
  if (isChanged) {
    context.hints.notify('work')
    context.hints.notify('routes')
  }
  return { id: serviceId }
}
