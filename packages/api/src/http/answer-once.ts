/**
 * Writes with an `Idempotency-Key`: the first call of a key is carried out, and its answer is given to each that repeats it
 * within 24 hours. What is refused had no effect and frees its key. A call whose end is not known (this process died, or
 * the operation failed in an unforeseen way) is never carried out again under its key.
 *
 * What was asked and answered is kept sealed: either can hold secrets.
 */
import { createHash } from 'node:crypto'
import { CairnError } from '@cairn/contract'
import { answerNamedCall, beginNamedCall, forgetNamedCall } from '@cairn/store'
import type { ApiContext } from '../context.ts'

export interface OnceCall {
  readonly tenantId: string
  readonly key: string
  /** All that was asked, the operation included. */
  readonly asked: unknown
}

export interface OnceAnswer {
  readonly answer: unknown
  /** True = of an earlier call; this one did nothing. */
  readonly replayed: boolean
}

/** The key of a request; null when it names none. */
export function readCallKey(header: string | readonly string[] | undefined): string | null {
  if (header === undefined) return null
  if (typeof header === 'string' && /^[\x20-\x7e]{1,255}$/.test(header) && header.trim() !== '') return header
  throw new CairnError('invalid_request', 'Idempotency-Key: must be 1 to 255 visible ASCII characters', {
    errors: [{ field: 'Idempotency-Key', rule: 'must be 1 to 255 visible ASCII characters' }],
  })
}

export async function answerOnce(
  context: ApiContext,
  { tenantId, key, asked }: OnceCall,
  work: () => Promise<unknown>,
): Promise<OnceAnswer> {
  const { secretCipher, database } = context
  const call = { tenantId, key }
  const place = { tenantId, name: `Idempotency-Key ${key}` }
  const fingerprint = createHash('sha256').update(JSON.stringify(asked)).digest('hex')
  const known = await beginNamedCall(database.db, call, secretCipher.seal(fingerprint, place))
  if (known !== null) {
    const answer = known.answer === null ? null : secretCipher.open(known.answer, place)
    return { answer: answerOf(fingerprint, secretCipher.open(known.request, place), answer), replayed: true }
  }
  try {
    const answer = await work()
    await answerNamedCall(database.db, call, secretCipher.seal(JSON.stringify(answer), place))
    return { answer, replayed: false }
  } catch (error) {
    if (error instanceof CairnError) await forgetNamedCall(database.db, call)
    throw error
  }
}

function answerOf(fingerprint: string, opened: string, answer: string | null): unknown {
  if (opened !== fingerprint) {
    throw new CairnError('unprocessable', 'Idempotency-Key: was used for another request; give each its own key')
  }
  if (answer !== null) return JSON.parse(answer)
  const what = 'Idempotency-Key: the call of this key goes on, or its end is not known'
  throw new CairnError('conflict', `${what}; ask again, and if this stays so look whether it was done`, {
    retryAfterSeconds: 1,
  })
}
