import { get } from 'node:http'
import { connect } from 'node:net'
import type { HealthCheck } from '@cairn/domain'

export interface HealthTarget {
  readonly host: string
  readonly port: number
  /** Path for GET; null = a TCP connection is enough. */
  readonly path: string | null
  /**
   * Whether an app without a path is sent a request that asks for nothing (`OPTIONS *`): its answer tells at once what an
   * open connection tells only after a while. It shows in logs of apps, so it is for when somebody waits.
   */
  readonly mayAsk: boolean
}

/** Looks once whether an instance is healthy. Never rejects; what goes wrong is the reason. */
export type HealthChecker = (target: HealthTarget, signal: AbortSignal) => Promise<HealthCheck>

const timeoutMs = 5_000
/**
 * A published port is accepted by the engine's own proxy also while nothing listens in the container; the proxy then
 * closes at once. A connection that stays open for so long has reached the app.
 */
const tcpHoldMs = 100

/** Healthy = an answer below 400 to GET, or a TCP connection that stays open; anything else within 5 s is not. */
export const checkHealth: HealthChecker = async (target, signal) => {
  const bounded = AbortSignal.any([signal, AbortSignal.timeout(timeoutMs)])
  try {
    const problem = target.path === null ? await connectOnce(target, bounded) : await getOnce(target, bounded)
    return problem === null ? { kind: 'healthy' } : { kind: 'unhealthy', reason: problem }
  } catch (error) {
    const what = target.path === null ? 'TCP connect' : `GET ${target.path}`
    return {
      kind: 'unhealthy',
      reason: `${what}: ${bounded.aborted ? `no answer within ${timeoutMs / 1000} s` : explain(error)}`,
    }
  }
}

/** Null when the app answers below 400, else what it answered. */
function getOnce(target: HealthTarget, signal: AbortSignal): Promise<string | null> {
  const { host, port, path } = target
  return new Promise((resolve, reject) => {
    const request = get(
      { host, port, path, agent: false, signal, headers: { host: 'localhost', 'user-agent': 'cairn-health-check' } },
      (response) => {
        const status = response.statusCode ?? 0
        response.destroy()
        resolve(status >= 200 && status < 400 ? null : `GET ${path} answered ${status}`)
      },
    )
    request.on('error', reject)
  })
}

function connectOnce(target: HealthTarget, signal: AbortSignal): Promise<string | null> {
  return new Promise((resolve, reject) => {
    const socket = connect({ host: target.host, port: target.port, signal })
    let hold: NodeJS.Timeout | null = null
    const settle = (finish: () => void): void => {
      if (hold !== null) clearTimeout(hold)
      socket.destroy()
      finish()
    }
    socket.on('connect', () => {
      if (target.mayAsk) socket.write(emptyRequest)
      hold = setTimeout(() => settle(() => resolve(null)), tcpHoldMs)
    })
    socket.on('end', () => settle(() => resolve('TCP connect: closed at once, nothing listens on the port')))
    socket.on('error', (error) => settle(() => reject(error)))
    // Without a reader the end of the connection would never be seen.
    socket.on('data', () => settle(() => resolve(null)))
  })
}

/** RFC 9110 calls it a ping. */
const emptyRequest =
  'OPTIONS * HTTP/1.1\r\nHost: localhost\r\nUser-Agent: cairn-health-check\r\nConnection: close\r\n\r\n'

const meanings: Readonly<Record<string, string>> = {
  ECONNREFUSED: 'connection refused',
  ECONNRESET: 'connection closed, nothing listens on the port yet',
  EHOSTUNREACH: 'host not reachable',
}

function explain(error: unknown): string {
  if (!(error instanceof Error)) return 'failed'
  const code = 'code' in error && typeof error.code === 'string' ? error.code : ''
  return meanings[code] ?? error.message
}
