/** One call of a service by the platform itself, past the gateway's sign-in; for the API's test operation. */
import { type ServiceCall, type ServiceCaller, serviceHost, type ServiceReply } from '@cairn/domain'
import type { RoutedInstance, ServiceRoute } from '@cairn/store'
import { Agent } from 'undici'
import { notReady } from './refusal.ts'
import type { RouteTable } from './route-table.ts'
import { originOf } from './upstreams.ts'

/** A caller with connections of its own. */
export interface OpenServiceCaller extends ServiceCaller {
  close(): Promise<void>
}

export interface ServiceCallerOptions {
  readonly routes: RouteTable
  readonly domain: string
  /** Milliseconds for the whole call. 30,000 by default. */
  readonly timeoutMs?: number
}

const maxAnswerBytes = 1024 * 1024

const unavailable = (reason: string): ServiceReply => ({ kind: 'unavailable', reason })

export function createServiceCaller(options: ServiceCallerOptions): OpenServiceCaller {
  const { routes, domain, timeoutMs = 30_000 } = options
  const agent = new Agent({ connect: { timeout: 5_000 }, pipelining: 0, headersTimeout: 0, bodyTimeout: 0 })
  return {
    async call(call, { signal }) {
      const route = await freshRoute(routes, call)
      if (route === null) return unavailable('the service does not exist')
      const instance = route.instances[0]
      if (instance === undefined) return unavailable(notReady(route).message)
      if (!/^\/[\x21-\x7e]*$/.test(call.path)) {
        return unavailable('the path must begin with "/" and hold visible ASCII characters only; percent-encode others')
      }
      const timeout = AbortSignal.timeout(timeoutMs)
      try {
        const host = serviceHost(route.serviceName, route.tenantName, domain)
        return await send(agent, { call, instance, host }, AbortSignal.any([signal, timeout]))
      } catch (error) {
        signal.throwIfAborted()
        return unavailable(
          timeout.aborted
            ? `the service did not answer within ${timeoutMs / 1000} s`
            : `the service closed the connection before it had answered${codeOf(error)}`,
        )
      }
    },
    close: () => agent.destroy(),
  }
}

/** A test often follows a deployment at once: a table that knows no instance yet is read again. */
async function freshRoute(routes: RouteTable, call: ServiceCall): Promise<ServiceRoute | null> {
  const find = (): ServiceRoute | null => {
    const route = routes.findById(call.serviceId)
    return route !== null && route.tenantId === call.tenantId ? route : null
  }
  const known = find()
  if (known !== null && known.instances.length > 0) return known
  await routes.refresh()
  return find()
}

async function send(
  agent: Agent,
  sending: { readonly call: ServiceCall; readonly instance: RoutedInstance; readonly host: string },
  signal: AbortSignal,
): Promise<ServiceReply> {
  const { method, path, headers, body } = sending.call
  const answer = await agent.request({
    origin: originOf(sending.instance),
    method,
    path,
    body,
    headers: { 'user-agent': 'cairn-service-test', ...headers, host: sending.host },
    signal,
  })
  const chunks: Buffer[] = []
  let size = 0
  for await (const chunk of answer.body) {
    // Without an encoding set, a body yields bytes.
    const bytes = chunk as Buffer
    size += bytes.length
    if (size > maxAnswerBytes) {
      return unavailable('the answer is larger than 1 MiB, the most that a test shows; call the service at its own URL')
    }
    chunks.push(bytes)
  }
  return { kind: 'answered', status: answer.statusCode, body: Buffer.concat(chunks) }
}

function codeOf(error: unknown): string {
  return error instanceof Error && 'code' in error && typeof error.code === 'string' ? ` (${error.code})` : ''
}
