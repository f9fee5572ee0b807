import { createHash } from 'node:crypto'
import { CairnError } from '@cairn/contract'
import {
  type CalledHook,
  type Db,
  type EndedToken,
  findEndedToken,
  findHook,
  findSessionHolder,
  findTokenHolder,
  type TokenHolder,
} from '@cairn/store'

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

/** What a request proves itself by. */
export interface RequestProof {
  /** The `Authorization` header. Where it is there, it alone counts. */
  readonly authorization: string | undefined
  /** The session in the cookie, when the request may use it; asked for only without the header. */
  readonly session: () => string | null
}

/**
 * Whom the request speaks for.
 *
 * @throws {CairnError} `token_ended` by a token that was good once, else `unauthorized` without a valid token or session; the
 * message does not tell which of them was wrong
 */
export async function authenticate(db: Db, { authorization, session }: RequestProof): Promise<TokenHolder> {
  const holder = authorization === undefined ? await holderOfSession(db, session()) : await holderOf(db, authorization)
  if (holder === null) {
    throw new CairnError('unauthorized', 'send a valid API token in the Authorization header, raw or after "Bearer "')
  }
  return holder
}

async function holderOf(db: Db, authorization: string): Promise<TokenHolder | null> {
  const token = readToken(authorization)
  if (token === null) return null
  const hash = hashToken(token)
  const holder = await findTokenHolder(db, hash)
  const ended = holder === null ? await findEndedToken(db, hash) : null
  if (ended !== null) throw new CairnError('token_ended', describeEnd(ended))
  return holder
}

function describeEnd({ cause, at }: EndedToken): string {
  const since = `${at.toISOString().slice(0, 16).replace('T', ' ')} UTC`
  if (cause === 'user disabled') return `the user of this token is disabled since ${since}; an admin enables users`
  return `this token ${cause === 'expired' ? 'expired' : 'was revoked'} at ${since}; make another one, or ask an admin for it`
}

async function holderOfSession(db: Db, secret: string | null): Promise<TokenHolder | null> {
  return secret === null ? null : findSessionHolder(db, hashToken(secret), null)
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
