import type { ErrorCode, FieldError } from '@cairn/contract'
import {
  BadRequestError,
  CairnApiError,
  ConflictError,
  ForbiddenError,
  NotFoundError,
  PayloadTooLargeError,
  type RefusalDetails,
  ServerError,
  TooManyRequestsError,
  UnauthorizedError,
  UnprocessableError,
} from '../errors.ts'
import { errorCodes } from '../generated/operations.ts'
import { readRetryAfter } from './retry-policy.ts'

const byStatus: Readonly<Record<number, typeof CairnApiError>> = {
  400: BadRequestError,
  401: UnauthorizedError,
  403: ForbiddenError,
  404: NotFoundError,
  409: ConflictError,
  413: PayloadTooLargeError,
  422: UnprocessableError,
  429: TooManyRequestsError,
}

/** The error class of a status. */
function refusalOf(message: string, details: RefusalDetails): CairnApiError {
  const Refusal = byStatus[details.status] ?? (details.status >= 500 ? ServerError : CairnApiError)
  return new Refusal(message, details)
}

const known: ReadonlySet<unknown> = new Set(errorCodes)

function isErrorCode(value: unknown): value is ErrorCode {
  return known.has(value)
}

function textOf(value: unknown): string | null {
  return typeof value === 'string' && value !== '' ? value : null
}

function fieldErrorsOf(value: unknown): FieldError[] {
  const items: readonly unknown[] = Array.isArray(value) ? value : []
  return items.flatMap((item) => {
    if (typeof item !== 'object' || item === null) return []
    const [field, rule] = [textOf(Reflect.get(item, 'field')), textOf(Reflect.get(item, 'rule'))]
    return field === null || rule === null ? [] : [{ field, rule }]
  })
}

function parseObject(text: string): object | null {
  try {
    const value: unknown = JSON.parse(text)
    return typeof value === 'object' ? value : null
  } catch {
    return null
  }
}

/** The typed error of an answer that is no success. Whatever answered: a body that is not Cairn's is quoted shortly. */
export function readRefusal(operation: string, response: Response, text: string): CairnApiError {
  const body = parseObject(text)
  const field = (name: string): unknown => Reflect.get(body ?? {}, name)
  const code = field('code')
  const errors = fieldErrorsOf(field('errors'))
  const said = textOf(field('detail')) ?? textOf(field('message')) ?? (text.slice(0, 200).trim() || response.statusText)
  return refusalOf(`${operation} was refused with ${response.status}: ${said}`, {
    operation,
    status: response.status,
    code: isErrorCode(code) ? code : null,
    requestId: textOf(field('requestId')) ?? response.headers.get('x-request-id'),
    errors,
    retryAfterSeconds: readRetryAfter(response.headers.get('retry-after'), Date.now()),
    cause: body ?? text,
  })
}
