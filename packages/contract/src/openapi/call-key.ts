import type { ErrorCode } from '../errors.ts'
import type { Route } from '../route.ts'

/**
 * Whether a caller may name a call by an `Idempotency-Key`: writes by a token that answer with JSON. The first call of a
 * key is carried out, and its answer is given to each that repeats it within 24 hours.
 */
export function takesCallKey({ method, auth, response }: Route): boolean {
  return method !== 'GET' && auth === 'token' && response.kind === 'json'
}

/** What a call with a key can be answered beside the errors of its route: it goes on still, or the key is another's. */
export const callKeyErrors = ['conflict', 'unprocessable'] as const satisfies readonly ErrorCode[]

export const callKeyParameter = {
  name: 'Idempotency-Key',
  in: 'header',
  required: false,
  description:
    'A name of the call, such as a UUID. Within 24 hours a call that repeats it does nothing and is given the answer of the first, with the header Idempotency-Replayed.',
  schema: { type: 'string', minLength: 1, maxLength: 255 },
} as const
