import { CairnError } from '@cairn/contract'
import { isDeleting } from '@cairn/domain'
import {
  type LockedService,
  lockService,
  reviseService,
  type RevisionContent,
  type TokenHolder,
  type Tx,
} from '@cairn/store'
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
