import { createHash } from 'node:crypto'
import { CairnError } from '@cairn/contract'
import { type CalledHook, type Db, findHook, findTokenHolder, type TokenHolder } from '@cairn/store'

const longestToken = 4096

/** SHA-256 of a token: what the database knows of it. */
export function hashToken(token: string): Buffer {
  return createHash('sha256').update(token, 'utf8').digest()
}

/** The token of an `Authorization` header, raw or after `Bearer `; null when there is none. */
export function readToken(header: string | undefined): string | null {
  const token = (header ?? '').replace(/^bearer\s+/i, '').trim()
  return token === '' || token.length > longestToken ? null : token
}

/**
 * Whom the request speaks for.
 *
 * @throws {CairnError} `unauthorized` without a valid token; the message does not tell which of them was wrong
 */
export async function authenticate(db: Db, header: string | undefined): Promise<TokenHolder> {
  const token = readToken(header)
  const holder = token === null ? null : await findTokenHolder(db, hashToken(token))
  if (holder === null) {
    throw new CairnError('unauthorized', 'send a valid API token in the Authorization header, raw or after "Bearer "')
  }
  return holder
}

/**
 * The hook that a call names.
 *
 * @throws {CairnError} `not_found`, the same for what is no token, was one, or never was
 */
export async function authenticateHook(db: Db, token: string | undefined): Promise<CalledHook> {
  const given = token?.toLowerCase() ?? ''
  const hook = given === '' || given.length > longestToken ? null : await findHook(db, given)
  if (hook === null) throw new CairnError('not_found', unknownHook)
  return hook
}

/** What a caller is told of a hook that is not, or no longer, there. */
export const unknownHook = 'there is no such webhook'
