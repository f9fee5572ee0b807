import type { ErrorCode, FieldError } from '@cairn/contract'

/** What a refusal says, beside its message. */
export interface RefusalDetails {
  readonly status: number
  /** Permanent code of the catalog; `null` when something other than Cairn answered, e.g. a proxy. */
  readonly code: ErrorCode | null
  /** Under which the server log has the request; `null` when the answer names none. */
  readonly requestId: string | null
  /** The fields that break a rule; empty when it is not about fields. */
  readonly errors: readonly FieldError[]
  readonly retryAfterSeconds: number | null
  /** Operation that was called, e.g. `createWorkflow`. */
  readonly operation: string
  /** The body of the answer: an object when it is JSON, else its text. */
  readonly cause: unknown
}

/**
 * The server refused a call. Subclasses by status; `code` says more.
 *
 * @example
 * try {
 *   await client.workflows.createWorkflow(body)
 * } catch (error) {
 *   if (error instanceof BadRequestError) for (const { field, rule } of error.errors) console.log(field, rule)
 *   else throw error
 * }
 */
export class CairnApiError extends Error {
  readonly status: number
  readonly code: ErrorCode | null
  readonly requestId: string | null
  readonly errors: readonly FieldError[]
  readonly retryAfterSeconds: number | null
  readonly operation: string

  constructor(message: string, details: RefusalDetails) {
    super(message, { cause: details.cause })
    this.name = new.target.name
    this.status = details.status
    this.code = details.code
    this.requestId = details.requestId
    this.errors = details.errors
    this.retryAfterSeconds = details.retryAfterSeconds
    this.operation = details.operation
  }
}

/** 400: a field breaks a rule, or names what does not exist. */
export class BadRequestError extends CairnApiError {}
/** 401: no token, or one that is not valid. */
export class UnauthorizedError extends CairnApiError {}
/** 403: the token may not do this. */
export class ForbiddenError extends CairnApiError {}
/** 404: no such resource in this tenant. */
export class NotFoundError extends CairnApiError {}
/** 409: the resource is in a state that does not allow this. */
export class ConflictError extends CairnApiError {}
/** 413: the upload is larger than the server takes. */
export class PayloadTooLargeError extends CairnApiError {}
/** 422: well formed, but cannot be carried out as asked. */
export class UnprocessableError extends CairnApiError {}
/** 429: too many requests or queued runs; `retryAfterSeconds` says when to come back. */
export class TooManyRequestsError extends CairnApiError {}
/** 5xx: a fault of the server, or a part of it that is away. */
export class ServerError extends CairnApiError {}

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
export function refusalOf(message: string, details: RefusalDetails): CairnApiError {
  const Refusal = byStatus[details.status] ?? (details.status >= 500 ? ServerError : CairnApiError)
  return new Refusal(message, details)
}

/**
 * No answer, or none that Cairn gives. `sent: false` means that nothing reached the server, so the call had no effect;
 * `true` that it may have had one.
 */
export class CairnConnectionError extends Error {
  readonly sent: boolean
  readonly operation: string

  constructor(message: string, details: { sent: boolean; operation: string; cause: unknown }) {
    super(message, { cause: details.cause })
    this.name = 'CairnConnectionError'
    this.sent = details.sent
    this.operation = details.operation
  }
}

/** The time that the caller gave was over. What was asked for may still happen. */
export class CairnTimeoutError extends Error {
  constructor(message: string) {
    super(message)
    this.name = 'CairnTimeoutError'
  }
}

/** What was waited for ended otherwise: a build that failed, a service that could not be created. */
export class UnwantedOutcomeError extends Error {
  /** The status in which it ended, e.g. `failed` or `CREATE_FAILED`. */
  readonly status: string
  /** Why, as the server says it. */
  readonly reason: string | null

  constructor(what: string, outcome: { status: string; reason: string | null }) {
    super(`${what} ended as ${outcome.status}${outcome.reason === null ? '' : `: ${outcome.reason}`}`)
    this.name = 'UnwantedOutcomeError'
    this.status = outcome.status
    this.reason = outcome.reason
  }
}
