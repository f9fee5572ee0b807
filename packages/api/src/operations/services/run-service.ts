/** Stop, start and restart of services. */
import { CairnError } from '@cairn/contract'
import {
  enqueueWork,
  type LockedService,
  markServiceStarted,
  markServiceStopped,
  type TokenHolder,
  type Tx,
} from '@cairn/store'
import type { ApiContext } from '../../context.ts'
import type { Operation } from '../../operation.ts'
import { recordChange } from '../record-change.ts'
import { lockOwnService, refuseWhenLeaving, revise } from './lock-own-service.ts'

/** Changes what a service is to do, under its lock, and has the engine look. False = nothing was to be changed. */
async function changeService(
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

export const stopService: Operation<'stopService'> = (context, { caller, params }) =>
  changeService(context, caller, params.serviceId, async (tx, locked) => {
    if (locked.stoppedBy !== null) return false
    await markServiceStopped(tx, locked.id, caller.userEmail)
    await recordChange(tx, caller, { type: 'service.stopped', id: locked.id })
    return true
  })

export const startService: Operation<'startService'> = (context, { caller, params }) =>
  changeService(context, caller, params.serviceId, async (tx, locked) => {
    if (locked.stoppedBy === null) return false
    await markServiceStarted(tx, locked.id)
    await recordChange(tx, caller, { type: 'service.started', id: locked.id })
    return true
  })

export const restartService: Operation<'restartService'> = (context, { caller, params }) =>
  changeService(context, caller, params.serviceId, async (tx, locked) => {
    if (locked.stoppedBy !== null) {
      throw new CairnError('conflict', `service "${locked.name}" is stopped; start it instead of restarting it`)
    }
    await revise(tx, caller, locked, { spec: locked.spec, cause: 'restarted' })
    return true
  })
