import { CairnError } from '@cairn/contract'
import { changeRequestLimits, checkServiceName, redeployNeeded } from '@cairn/domain'
import {
  enqueueWork,
  insertService,
  type LockedService,
  markServiceDeleting,
  updateService as update,
  writeScaleBounds,
} from '@cairn/store'
import type { Operation } from '../../operation.ts'
import { refusedField } from '../../refusals.ts'
import { recordChange } from '../record-change.ts'
import { lockOwnService, refuseWhenLeaving, revise } from './change-service.ts'
import { checkInstanceCounts, checkScaleToZero } from './scale-fields.ts'
import { changedSpec, checkServiceFields, specOf } from './service-spec.ts'

export const createService: Operation<'createService'> = async (context, { caller, body }) => {
  const serviceType = body.serviceType ?? 'web-app'
  const name = checkServiceName(body.name, caller.tenantName)
  if (name.kind === 'refused') throw refusedField('invalid_request', 'name', name.rule)
  checkServiceFields(body, serviceType)
  checkInstanceCounts(body, 1, context.limits.mostInstances)
  const { tenantId, userEmail: createdBy } = caller
  const id = await context.database.transaction(async (tx) => {
    const spec = await specOf({ db: tx, tenantId, serviceType, machine: context.machine() }, body)
    checkScaleToZero(spec, serviceType)
    const serviceId = await insertService(tx, {
      tenantId,
      name: body.name,
      serviceType,
      title: body.title ?? null,
      description: body.description ?? null,
      access: body.access ?? 'private',
      tags: body.tags ?? [],
      minInstances: body.minInstances ?? 1,
      drainSeconds: body.drainSeconds ?? null,
      limits: changeRequestLimits(null, body.limits),
      spec,
      createdBy,
    })
    if (serviceId === null) {
      throw new CairnError('name_taken', `name: the name "${body.name}" is already in use by a service`)
    }
    await writeScaleBounds(tx, serviceId, body)
    await recordChange(tx, caller, { type: 'service.created', id: serviceId })
    await enqueueWork(tx, { kind: 'service', key: serviceId })
    return serviceId
  })
  context.hints.notify('work')
  context.hints.notify('routes')
  return { id }
}

export const updateService: Operation<'updateService'> = async (context, { caller, params, body }) => {
  const { tenantId, userEmail } = caller
  await context.database.transaction(async (tx) => {
    const locked = await lockOwnService(tx, caller, params.serviceId)
    refuseWhenLeaving(locked)
    refuseOtherIdentity(locked, body)
    checkServiceFields(body, locked.serviceType)
    checkInstanceCounts(body, locked.minInstances, context.limits.mostInstances)
    const resolving = { db: tx, tenantId, serviceType: locked.serviceType, machine: context.machine() }
    const spec = await changedSpec(resolving, locked.spec, body)
    checkScaleToZero(spec, locked.serviceType)
    await update(tx, locked.id, {
      title: body.title ?? locked.title,
      description: body.description ?? locked.description,
      access: body.access ?? locked.access,
      tags: body.tags ?? locked.tags,
      minInstances: body.minInstances ?? locked.minInstances,
      drainSeconds: body.drainSeconds === undefined ? locked.drainSeconds : body.drainSeconds,
      limits: changeRequestLimits(locked.limits, body.limits),
      updatedBy: userEmail,
    })
    const hasOtherBounds = await writeScaleBounds(tx, locked.id, body)
    const hasOtherCount = body.minInstances !== undefined && body.minInstances !== locked.minInstances
    // A deploy that failed is tried again when it is asked for again.
    if (locked.revisionStatus === 'failed' || redeployNeeded(locked.spec, spec)) {
      await revise(tx, caller, locked, { spec, cause: 'updated', rolledBackTo: null })
    } else if (!hasOtherCount && !hasOtherBounds) return
    await enqueueWork(tx, { kind: 'service', key: locked.id })
  })
  context.hints.notify('work')
  context.hints.notify('routes')
  return { id: params.serviceId }
}

/** Clients send the whole body again; name and type may be in it but not change. */
function refuseOtherIdentity(
  locked: LockedService,
  body: { readonly name?: string; readonly serviceType?: string },
): void {
  if (body.name !== undefined && body.name !== locked.name) {
    throw refusedField('unprocessable', 'name', `cannot change; the service is named "${locked.name}"`)
  }
  if (body.serviceType !== undefined && body.serviceType !== locked.serviceType) {
    throw refusedField('unprocessable', 'serviceType', `cannot change; the service is of type "${locked.serviceType}"`)
  }
}

export const deleteService: Operation<'deleteService'> = async (context, { caller, params }) => {
  await context.database.transaction(async (tx) => {
    const locked = await lockOwnService(tx, caller, params.serviceId)
    if (locked.status === 'DELETING') return
    await markServiceDeleting(tx, locked.id, caller.userEmail)
    await recordChange(tx, caller, { type: 'service.deleting', id: locked.id })
    await enqueueWork(tx, { kind: 'service', key: locked.id })
  })
  context.hints.notify('work')
  context.hints.notify('routes')
  return { id: params.serviceId }
}
