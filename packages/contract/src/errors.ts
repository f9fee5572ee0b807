/** The catalog of permanent error codes. A code is never renamed or reused; docs/errors.md is generated from it. */
export const errorCatalog = {
  invalid_request: {
    status: 400,
    meaning: 'A field of the request breaks a rule; `errors` names each field and its rule.',
  },
  invalid_archive: {
    status: 400,
    meaning: 'The uploaded zip is not one that Cairn unpacks; the message names the entry and the rule.',
  },
  invalid_workflow: {
    status: 400,
    meaning: 'The workflow cannot run as written; the message names the step and the field.',
  },
  name_taken: { status: 400, meaning: 'Another resource of this tenant and kind has this name.' },
  version_taken: { status: 400, meaning: 'The image already has this version.' },
  unknown_reference: {
    status: 400,
    meaning: 'The body names an image, version, instance type or secret that does not exist here.',
  },
  unauthorized: {
    status: 401,
    meaning: 'There is no valid token in the Authorization header and no session of a browser, or a sign-in is wrong.',
  },
  token_ended: {
    status: 401,
    meaning: 'The token has expired, was revoked, or its user is disabled; the message says which, and since when.',
  },
  invalid_signature: {
    status: 401,
    meaning: 'The call of a webhook is not signed as the hook asks for; the message names the header and the rule.',
  },
  forbidden: { status: 403, meaning: 'The caller is known and may not do this; the message names what is needed.' },
  not_found: { status: 404, meaning: 'No such resource in this tenant.' },
  route_not_found: { status: 404, meaning: 'No operation has this method and path.' },
  conflict: { status: 409, meaning: 'The resource is in a state that does not allow this; the message says which.' },
  already_running: {
    status: 409,
    meaning: 'A run of this workflow is live and concurrent runs are off; the message names the run.',
  },
  replayed: {
    status: 409,
    meaning: 'This call of a webhook was received before, or its id is that of another call; no run was started.',
  },
  payload_too_large: { status: 413, meaning: 'The body is larger than the limit that the message names.' },
  unprocessable: { status: 422, meaning: 'The request is well formed but cannot be carried out as asked.' },
  queue_full: { status: 429, meaning: 'Too many runs of this workflow wait already; retry after the given seconds.' },
  rate_limited: {
    status: 429,
    meaning: 'Too many requests of this token, or too many sign-ins; retry after the given seconds.',
  },
  request_timeout: { status: 408, meaning: 'The body did not arrive in time.' },
  internal: { status: 500, meaning: 'A fault of Cairn; the server log has it under the request id.' },
  not_built: { status: 501, meaning: 'The contract names this operation, this version of Cairn does not do it yet.' },
  service_unavailable: {
    status: 503,
    meaning: 'A part that this needs (database, engine, instance) does not answer now.',
  },
  storage_full: {
    status: 507,
    meaning: 'The disk of the server or of its database is full; nothing of the request was kept.',
  },
} as const satisfies Record<string, { status: number; meaning: string }>

export type ErrorCode = keyof typeof errorCatalog

/** One broken rule. `field` is a path such as `steps.train.command`; `rule` is what holds there. */
export interface FieldError {
  readonly field: string
  readonly rule: string
}

/**
 * A refusal that reaches the caller as it is. Anything else that is thrown becomes `internal` without its message.
 *
 * @example
 * throw new CairnError('not_found', 'image 7 does not exist')
 */
export class CairnError extends Error {
  readonly code: ErrorCode
  readonly status: number
  readonly errors: readonly FieldError[]
  readonly retryAfterSeconds: number | null

  constructor(
    code: ErrorCode,
    message: string,
    details: { errors?: readonly FieldError[]; retryAfterSeconds?: number; cause?: unknown } = {},
  ) {
    super(message, 'cause' in details ? { cause: details.cause } : undefined)
    this.name = 'CairnError'
    this.code = code
    this.status = errorCatalog[code].status
    this.errors = details.errors ?? []
    this.retryAfterSeconds = details.retryAfterSeconds ?? null
  }
}
