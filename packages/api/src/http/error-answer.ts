import { CairnError, type FieldError } from '@cairn/contract'
import { isDiskFull } from '@cairn/domain'

/** Every refusal of the API. `detail` and `message` are the same words, for clients of either habit. */
export interface ErrorAnswer {
  readonly detail: string
  readonly message: string
  readonly code: string
  readonly requestId: string
  /** The fields that broke a rule, when the refusal is about fields. */
  readonly errors?: readonly FieldError[]
}

export function errorAnswerOf(error: CairnError, requestId: string): ErrorAnswer {
  return {
    detail: error.message,
    message: error.message,
    code: error.code,
    requestId,
    ...(error.errors.length > 0 && { errors: error.errors }),
  }
}

const rulesInMessage = 5

/**
 * A refusal whose message names the first broken rules.
 *
 * @example
 * invalid([{ field: 'name', rule: 'is required' }]).message // name: is required
 */
export function invalid(
  errors: readonly FieldError[],
  code: 'invalid_request' | 'invalid_workflow' | 'unknown_reference' = 'invalid_request',
): CairnError {
  const words = errors.slice(0, rulesInMessage).map(({ field, rule }) => `${field}: ${rule}`)
  const more = errors.length - words.length
  return new CairnError(code, words.join('; ') + (more > 0 ? `; and ${more} more` : ''), { errors })
}

const lostDatabase = /^(?:08|57P0|53300)/
const lostConnection = new Set(['ECONNREFUSED', 'ECONNRESET', 'ENOENT', 'ETIMEDOUT', 'EPIPE'])

function isDatabaseGone(error: Error): boolean {
  const code = 'code' in error && typeof error.code === 'string' ? error.code : ''
  const isFromPool = /connection terminated|timeout exceeded when trying to connect/i.test(error.message)
  const isSystemCall = 'syscall' in error && (error.syscall === 'connect' || error.syscall === 'read')
  return lostDatabase.test(code) || isFromPool || (isSystemCall && lostConnection.has(code))
}

/** What a caller is told of a failure: refusals as they are, everything else without its words. */
export function refusalOf(error: unknown): CairnError {
  if (error instanceof CairnError) return error
  if (error instanceof Error) {
    // Not 503: clients of the reference would send an upload again, without its bytes.
    if (isDiskFull(error)) {
      return new CairnError('storage_full', 'the disk of the server is full; make room and try again', { cause: error })
    }
    if (isDatabaseGone(error)) {
      return new CairnError('service_unavailable', 'the database does not answer now; try again', { cause: error })
    }
    const status = 'statusCode' in error ? error.statusCode : undefined
    if (typeof status === 'number' && status >= 400 && status < 500) {
      return new CairnError('invalid_request', error.message, { cause: error })
    }
  }
  return new CairnError('internal', 'Cairn failed to do this; its log has the cause under this request id', {
    cause: error,
  })
}
