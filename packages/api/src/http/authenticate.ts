import { createHash } from 'node:crypto'
import { CairnError } from '@cairn/contract'
import { type Db, findTokenHolder, type TokenHolder } from '@cairn/store'

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
