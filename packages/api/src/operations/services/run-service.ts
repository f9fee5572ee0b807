/** Stop, start and restart of services. */
import { CairnError } from '@cairn/contract'
import { markServiceStarted, markServiceStopped } from '@cairn/store'
import type { Operation } from '../../operation.ts'
import { recordChange } from '../record-change.ts'
import { changeService, revise } from './change-service.ts'

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
    await revise(tx, caller, locked, { spec: locked.spec, cause: 'restarted', rolledBackTo: null })
    return true
  })
