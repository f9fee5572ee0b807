import { randomUUID } from 'node:crypto'
import { CairnError, type Delivery, type DeliveryDetails } from '@cairn/contract'
import { deliveriesTo, deliveryPatienceMs, notificationFacts } from '@cairn/domain'
import {
  type DeliveryRecord,
  type DeliveryWithAttempts,
  findDelivery,
  findWorkflow,
  insertNotification,
  listDeliveries as list,
  readDeliveries,
  readStoredBody,
  readWatchedRun,
  requestRedelivery,
} from '@cairn/store'
import type { ApiContext } from '../../context.ts'
import type { Operation } from '../../operation.ts'
import { pageKeysOf, pageRequestOf } from '../../paging.ts'
import { notFound } from '../../refusals.ts'

export const listDeliveries: Operation<'listDeliveries'> = async (context, { caller, query }) => {
  const request = pageRequestOf(query)
  const page = await list(context.database.db, caller.tenantId, query, request)
  return { deliveries: page.items.map(describe), deliveriesCount: page.total, ...pageKeysOf(page, request) }
}

export const describeDelivery: Operation<'describeDelivery'> = async (context, { caller, params }) =>
  describeWithAttempts(await find(context, caller.tenantId, params.deliveryId))

export const redeliver: Operation<'redeliver'> = async (context, { caller, params }) => {
  const asked = { tenantId: caller.tenantId, id: params.deliveryId }
  const outcome = await context.database.transaction((tx) => requestRedelivery(tx, asked, timesOf(context)))
  if (outcome === 'not_found') throw notFound('delivery', params.deliveryId)
  if (outcome === 'in_the_inbox') {
    throw new CairnError('conflict', 'this delivery is an entry of an inbox, which it cannot enter twice')
  }
  context.hints.notify('work')
  return describeWithAttempts(await find(context, caller.tenantId, params.deliveryId))
}

/** Tells the watcher of nothing that happened, in the shape of the workflow's newest run, if there is one. */
export const testWatcher: Operation<'testWatcher'> = async (context, { caller, params }) => {
  const { db } = context.database
  const { workflowId, watcherIndex } = params
  const workflow = await findWorkflow(db, caller.tenantId, workflowId)
  if (workflow === null) throw notFound('workflow', workflowId)
  const watcher = readStoredBody(workflow.body).watchers[watcherIndex]
  if (watcher === undefined) throw notFound('watcher', `${watcherIndex} of workflow ${workflowId}`)
  const run = workflow.lastExecutionId === null ? null : await readWatchedRun(db, workflow.lastExecutionId)
  const source = { tenantName: caller.tenantName, workflowId, workflowName: workflow.name, run }
  const { now: createdAt, giveUpAt } = timesOf(context)
  const ids = await context.database.transaction((tx) =>
    insertNotification(tx, {
      tenantId: caller.tenantId,
      workflowId,
      executionId: run?.executionId ?? null,
      key: `test:${randomUUID()}`,
      facts: notificationFacts(source, context.publicUrl),
      deliveries: deliveriesTo(watcher, watcherIndex, 'test'),
      createdAt,
      giveUpAt,
    }),
  )
  context.hints.notify('work')
  return { deliveries: (await readDeliveries(db, caller.tenantId, ids)).map(describe) }
}

function timesOf({ clock }: ApiContext): { readonly now: Date; readonly giveUpAt: Date } {
  const now = clock.now()
  return { now: new Date(now), giveUpAt: new Date(now + deliveryPatienceMs) }
}

async function find(context: ApiContext, tenantId: string, id: string): Promise<DeliveryWithAttempts> {
  const delivery = await findDelivery(context.database.db, tenantId, id)
  if (delivery === null) throw notFound('delivery', id)
  return delivery
}

function describe(record: DeliveryRecord): Delivery {
  const { id, workflowId, executionId, event, watcher, watcherName, channel, target, status, attempts } = record
  return {
    id,
    workflowId,
    executionId,
    event,
    watcher,
    watcherName,
    channel,
    target,
    status,
    attempts,
    lastError: record.lastError,
    nextAttemptAt: record.nextAttemptAt?.toISOString() ?? null,
    createdAt: record.createdAt.toISOString(),
    deliveredAt: record.deliveredAt?.toISOString() ?? null,
  }
}

function describeWithAttempts(delivery: DeliveryWithAttempts): DeliveryDetails {
  const history = delivery.history.map(({ attempt, startedAt, finishedAt, durationMs, answer, error }) => ({
    attempt,
    startedAt: startedAt.toISOString(),
    finishedAt: finishedAt?.toISOString() ?? null,
    duration: durationMs,
    answer,
    error,
  }))
  return { ...describe(delivery), history }
}
