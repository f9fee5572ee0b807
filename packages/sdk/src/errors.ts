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
  /** Status of the answer. */
  readonly status: number
  /** Permanent code of the catalog; null when something other than Cairn answered. */
  readonly code: ErrorCode | null
  /** Under which the server log has the request; null when the answer names none. */
  readonly requestId: string | null
  /** The fields that break a rule; empty when it is not about fields. */
  readonly errors: readonly FieldError[]
  /** Seconds after which the server may be asked again; null when it does not say. */
  readonly retryAfterSeconds: number | null
  /** Operation that was called, e.g. `createWorkflow`. */
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

/**
 * 400: a field breaks a rule, or names what does not exist.
 *
 * @example
 * await client.workflows.executeWorkflow(1).catch((error) => {
 *   if (!(error instanceof BadRequestError)) throw error
 *   for (const { field, rule } of error.errors) console.error(field, rule)
 * })
 */
export class BadRequestError extends CairnApiError {}
/**
 * 401: no token, or one that is not valid.
 *
 * @example
 * await client.workflows.executeWorkflow(1).catch((error) => {
 *   if (!(error instanceof UnauthorizedError)) throw error
 *   console.error('get a new token')
 * })
 */
export class UnauthorizedError extends CairnApiError {}
/**
 * 403: the token may not do this.
 *
 * @example
 * await client.workflows.executeWorkflow(1).catch((error) => {
 *   if (!(error instanceof ForbiddenError)) throw error
 *   console.error(error.operation)
 * })
 */
export class ForbiddenError extends CairnApiError {}
/**
 * 404: no such resource in this tenant.
 *
 * @example
 * await client.workflows.executeWorkflow(1).catch((error) => {
 *   if (!(error instanceof NotFoundError)) throw error
 *   console.error('not there')
 * })
 */
export class NotFoundError extends CairnApiError {}
/**
 * 409: the resource is in a state that does not allow this.
 *
 * @example
 * await client.workflows.executeWorkflow(1).catch((error) => {
 *   if (!(error instanceof ConflictError)) throw error
 *   console.error(error.code)
 * })
 */
export class ConflictError extends CairnApiError {}
/**
 * 413: the upload is larger than the server takes.
 *
 * @example
 * await client.workflows.executeWorkflow(1).catch((error) => {
 *   if (!(error instanceof PayloadTooLargeError)) throw error
 *   console.error(error.message)
 * })
 */
export class PayloadTooLargeError extends CairnApiError {}
/**
 * 422: well formed, but cannot be carried out as asked.
 *
 * @example
 * await client.workflows.executeWorkflow(1).catch((error) => {
 *   if (!(error instanceof UnprocessableError)) throw error
 *   console.error(error.message)
 * })
 */
export class UnprocessableError extends CairnApiError {}
/**
 * 429: too many requests or queued runs; `retryAfterSeconds` says when to come back.
 *
 * @example
 * await client.workflows.executeWorkflow(1).catch((error) => {
 *   if (!(error instanceof TooManyRequestsError)) throw error
 *   console.error(error.retryAfterSeconds)
 * })
 */
export class TooManyRequestsError extends CairnApiError {}
/**
 * 5xx: a fault of the server, or a part of it that is away.
 *
 * @example
 * await client.workflows.executeWorkflow(1).catch((error) => {
 *   if (!(error instanceof ServerError)) throw error
 *   console.error(error.requestId)
 * })
 */
export class ServerError extends CairnApiError {}

/**
 * No answer, or none that Cairn gives. `sent: false` means that nothing reached the server, so the call had no effect;
 * `true` that it may have had one.
 *
 * @example
 * await client.workflows.executeWorkflow(1).catch((error) => {
 *   if (error instanceof CairnConnectionError && !error.sent) console.error('the server is down; nothing happened')
 *   else throw error
 * })
 */
export class CairnConnectionError extends Error {
  /** Whether anything may have reached the server. */
  readonly sent: boolean
  /** Operation that was called. */
  readonly operation: string

  constructor(message: string, details: { sent: boolean; operation: string; cause: unknown }) {
    super(message, { cause: details.cause })
    this.name = 'CairnConnectionError'
    this.sent = details.sent
    this.operation = details.operation
  }
}

/**
 * The time that the caller gave was over. What was asked for may still happen.
 *
 * @example
 * await client.images.waitForBuild(imageId, buildId, { timeoutMs: 60_000 }).catch((error) => {
 *   if (error instanceof CairnTimeoutError) console.error('still building')
 *   else throw error
 * })
 */
export class CairnTimeoutError extends Error {
  constructor(message: string) {
    super(message)
    this.name = 'CairnTimeoutError'
  }
}

/**
 * What was waited for ended otherwise: a build that failed, a service that could not be created.
 *
 * @example
 * await client.images.waitForBuild(imageId, buildId).catch((error) => {
 *   if (error instanceof UnwantedOutcomeError) console.error(error.status, error.reason)
 *   else throw error
 * })
 */
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
