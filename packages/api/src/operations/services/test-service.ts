import { CairnError, type TestServiceBody } from '@cairn/contract'
import { findService, findServiceByName, type ServiceRecord } from '@cairn/store'
import type { ApiContext } from '../../context.ts'
import type { Operation } from '../../operation.ts'
import { notFound, refusedField } from '../../refusals.ts'

const testMs = 60_000
const uuid = /^[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}$/i

/** Refusals are 422, never 5xx: clients of the reference would repeat the call and hide the reason. */
export const testService: Operation<'testService'> = async (context, { caller, params, body, signal }) => {
  const service = await findByNameOrId(context, caller.tenantId, params.serviceName)
  if (service === null) throw notFound('service', `"${params.serviceName}"`)
  if (service.serviceType !== 'api') {
    throw new CairnError('unprocessable', `service "${service.name}" is of type "${service.serviceType}", not "api"`)
  }
  const startedAt = context.clock.now()
  const reply = await context.serviceCaller.call(
    { tenantId: caller.tenantId, serviceId: service.id, ...requestOf(body) },
    { signal: AbortSignal.any([signal, AbortSignal.timeout(testMs)]) },
  )
  if (reply.kind === 'unavailable') {
    throw new CairnError('unprocessable', `service "${service.name}" is ${service.status}: ${reply.reason}`)
  }
  return {
    responseBody: Buffer.from(reply.body).toString('utf8'),
    responseStatus: reply.status,
    reqStartTime: new Date(startedAt).toISOString(),
    reqEndTime: new Date(context.clock.now()).toISOString(),
    responseSize: sizeInWords(reply.body.byteLength),
  }
}

async function findByNameOrId(context: ApiContext, tenantId: string, name: string): Promise<ServiceRecord | null> {
  const { db } = context.database
  const found = await findServiceByName(db, tenantId, name)
  return found ?? (uuid.test(name) ? findService(db, tenantId, name) : null)
}

export function requestOf(body: TestServiceBody) {
  const method = (body.httpMethod ?? 'get').toUpperCase()
  const path = body.path ?? '/'
  // `//host` would be another host to whoever resolves it.
  if (!path.startsWith('/') || path.startsWith('//')) {
    throw refusedField('invalid_request', 'path', 'must begin with one /')
  }
  const hasBody = method !== 'GET' && body.payload !== undefined && body.payload !== null
  return {
    method,
    path,
    headers: { accept: '*/*', ...(hasBody && { 'content-type': 'application/json' }) },
    body: hasBody ? JSON.stringify(body.payload) : null,
  }
}

/**
 * @example
 * sizeInWords(1024) // 1KB
 */
export function sizeInWords(bytes: number): string {
  if (bytes < 1024) return `${bytes}B`
  const kilobytes = bytes / 1024
  return kilobytes < 1024 ? `${Math.round(kilobytes)}KB` : `${Math.round((kilobytes / 1024) * 10) / 10}MB`
}
