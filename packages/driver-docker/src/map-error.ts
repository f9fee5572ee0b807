import { DriverError, type DriverErrorCode } from '@cairn/driver'

interface FailedAnswer {
  readonly status: number
  readonly body: unknown
}

interface AskedFor {
  readonly method: string
  readonly path: string
}

/** First match wins: by what the engine said, since its statuses differ between engines and versions. */
const bySaying: readonly (readonly [RegExp, DriverErrorCode])[] = [
  [/no such image|image .*not (found|known)/i, 'image_not_found'],
  [/no such container|no container with name or id|dead or marked for removal/i, 'workload_not_found'],
  [
    /no space left|non-overlapping|cannot allocate memory|too many open files|port is already allocated/i,
    'no_capacity',
  ],
  [/all predefined address pools|address already in use|resource temporarily unavailable/i, 'no_capacity'],
]

const byStatus: Readonly<Record<number, DriverErrorCode>> = {
  400: 'invalid_spec',
  401: 'denied',
  502: 'unavailable',
  503: 'unavailable',
}

/** What an engine's refusal means to the caller of the port. */
export function responseError(answer: FailedAnswer, request: AskedFor): DriverError {
  const saying = engineMessage(answer.body)
  const code = bySaying.find(([pattern]) => pattern.test(saying))?.[1] ?? byStatus[answer.status] ?? 'unknown'
  const asked = `${request.method} ${request.path}`
  return new DriverError(code, `the container engine answered ${answer.status} to ${asked}: ${saying}`)
}

/** What a broken connection means, with what to do about it. */
export function connectionError(error: unknown, engine: string): DriverError {
  const code = errorCode(error)
  const options = { cause: error }
  if (code === 'EACCES' || code === 'EPERM') {
    const remedy = 'let this user into the group that owns the socket, or set CAIRN_DOCKER_HOST to one it may open'
    return new DriverError('denied', `no permission to open the container engine at ${engine}: ${remedy}`, options)
  }
  const words = error instanceof Error ? error.message : String(error)
  return new DriverError('unavailable', `the container engine at ${engine} does not answer: ${words}`, options)
}

/** The words of an engine's error body, whatever its shape. */
export function engineMessage(body: unknown): string {
  if (typeof body === 'string' && body.trim() !== '') return body.trim()
  if (typeof body === 'object' && body !== null) {
    if ('message' in body && typeof body.message === 'string' && body.message !== '') return body.message
    if ('cause' in body && typeof body.cause === 'string') return body.cause
  }
  return 'no reason given'
}

function errorCode(error: unknown): string | null {
  return typeof error === 'object' && error !== null && 'code' in error && typeof error.code === 'string'
    ? error.code
    : null
}
