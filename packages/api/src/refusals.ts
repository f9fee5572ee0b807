import { CairnError, type ErrorCode } from '@cairn/contract'

/**
 * @example
 * throw notFound('image', 7) // image 7 does not exist
 */
export function notFound(kind: string, id: string | number): CairnError {
  return new CairnError('not_found', `${kind} ${id} does not exist`)
}

/** A refusal about one field, whose message is the field and the rule. */
export function refusedField(code: ErrorCode, field: string, rule: string): CairnError {
  return new CairnError(code, `${field}: ${rule}`, { errors: [{ field, rule }] })
}
