import type { ServiceLogDownloadQuery } from '@cairn/contract'
import { serviceLogStream, serviceRunState } from '@cairn/domain'
import {
  findService,
  isServiceLogLive,
  readServiceLog,
  type ServiceLogFilter,
  type ServiceLogPage,
  type ServiceRecord,
} from '@cairn/store'
import type { ApiContext } from '../../context.ts'
import type { Operation } from '../../operation.ts'
import { notFound } from '../../refusals.ts'
import { serviceLogFile } from '../logs.ts'

/** A service that sleeps or is stopped is waited for like one that is silent: the log goes on when it wakes. */
export const getServiceLogs: Operation<'getServiceLogs'> = async (context, { caller, params, query, signal }) => {
  const key = { id: params.serviceId, tenantId: caller.tenantId }
  const filter = filterOf(query, query.since)
  const from = { token: query.nextToken ?? null, tail: query.tail ?? null, filter }
  const log = {
    stream: serviceLogStream(key.id, JSON.stringify(filter)),
    writer: { kind: 'service', id: key.id },
    waits: query.wait ?? true,
  } as const
  const { state, isLive } = await context.logFollowers.follow(log, signal, async () => {
    // The status first: an instance's log is complete before its end is recorded.
    const found = await readLogState(context, key, filter)
    const page: ServiceLogPage = await readServiceLog(context.database.db, key, from)
    return { state: { service: found.service, page }, isLive: found.isLive, page }
  })
  return {
    serviceStatus: state.service.status,
    state: serviceRunState(state.service),
    ended: !isLive,
    nextToken: state.page.nextToken,
    logs: state.page.lines.map(({ at, text, instance, revision }) => ({
      message: text,
      timestamp: at,
      instance,
      revision,
    })),
  }
}

function filterOf({ instance, revision }: ServiceLogDownloadQuery, since?: number): ServiceLogFilter {
  return { instance: instance ?? null, revision: revision ?? null, sinceMs: since ?? null }
}

interface Key {
  readonly id: string
  readonly tenantId: string
}

async function readLogState(
  context: ApiContext,
  key: Key,
  filter: ServiceLogFilter,
): Promise<{ service: ServiceRecord; isLive: boolean }> {
  const { db } = context.database
  const service = await findService(db, key.tenantId, key.id)
  if (service === null) throw notFound('service', key.id)
  const life = await isServiceLogLive(db, key, filter)
  if (life === null) {
    const what = filter.instance === null ? `revision ${filter.revision}` : `instance "${filter.instance}"`
    throw notFound('log', `of ${what} of service ${key.id}`)
  }
  return { service, isLive: life === 'live' }
}

export const downloadServiceLogs: Operation<'downloadServiceLogs'> = async (context, { caller, params, query }) => {
  const key = { id: params.serviceId, tenantId: caller.tenantId }
  await readLogState(context, key, filterOf(query))
  const path = `/webapps/api/v1/webapps/${key.id}/logs/file`
  const { instance, revision } = query
  const selected = {
    ...(instance !== undefined && { instance }),
    ...(revision !== undefined && { revision: String(revision) }),
  }
  return { downloadUrl: context.links.sign(subjectOf(key, query), path, selected) }
}

export const readServiceLogFile: Operation<'readServiceLogFile'> = async (context, { params, query }) => {
  const key = { id: params.serviceId, tenantId: query.tenant }
  if (!context.links.verify(subjectOf(key, query), query)) throw notFound('link', 'with this signature')
  const { service } = await readLogState(context, key, filterOf(query))
  return {
    content: serviceLogFile(context.database.db, key, { filter: filterOf(query), until: context.clock.now() }),
    sizeBytes: null,
    fileName: `${service.name}.log`,
  }
}

const subjectOf = ({ id, tenantId }: Key, { instance, revision }: ServiceLogDownloadQuery) => ({
  operationId: 'readServiceLogFile',
  tenantId,
  ids: [id, instance ?? '', String(revision ?? '')],
})
