/**
 * Checks what somebody signs in with, and opens the session of the browser.
 *
 * Always true: every attempt is counted before it is looked at, by its address and, with a password, by its e-mail; who is
 * over the limit learns nothing of what was sent. A refusal does not tell whether there is such a user.
 */
import { randomBytes } from 'node:crypto'
import { type Clock, isPassword } from '@cairn/domain'
import {
  browserSessionSeconds,
  type Database,
  findPasswordHolders,
  findSessionHolder,
  findTokenHolder,
  openSignInSession,
  type SessionOwner,
  type TokenHolder,
  type UserKey,
} from '@cairn/store'
import { hashToken } from '../http/authenticate.ts'
import { createRateLimiter, type RateLimit, type RateLimiter } from '../http/rate-limit.ts'

export type SignInProof =
  | { readonly kind: 'token'; readonly token: string }
  | {
      readonly kind: 'password'
      readonly email: string
      readonly password: string
      /** null = whichever fits. */
      readonly tenant: string | null
    }

/** A session of a browser. */
export interface OpenedSession {
  /** What the browser keeps; only its hash is kept here. */
  readonly secret: string
  readonly holder: TokenHolder
}

export type SignInOutcome =
  | ({ readonly kind: 'signed-in' } & OpenedSession)
  | {
      readonly kind: 'refused'
      /** Those whose password it was not; none with a token. */
      readonly meant: readonly UserKey[]
    }
  | { readonly kind: 'limited'; readonly retryAfterSeconds: number }

export interface SignInLimits {
  readonly byAddress: RateLimit
  readonly byEmail: RateLimit
}

export interface SignInChecker {
  /** @param address of the client; counts its attempts */
  signIn(proof: SignInProof, address: string): Promise<SignInOutcome>
  /** Opens a session for whom was proven otherwise; null = the user may not sign in. */
  open(owner: SessionOwner): Promise<OpenedSession | null>
}

/** Lifetime of a session, also told to the browser. */
export const sessionSeconds = browserSessionSeconds

export function createSignInChecker(parts: {
  readonly database: Database
  readonly clock: Clock
  readonly limits: SignInLimits
}): SignInChecker {
  const { database, clock, limits } = parts
  const byAddress = createRateLimiter(limits.byAddress, clock)
  const byEmail = createRateLimiter(limits.byEmail, clock)
  return {
    signIn: async (proof, address) => {
      const retryAfterSeconds = waitOf({ byAddress, byEmail }, proof, address)
      if (retryAfterSeconds > 0) return { kind: 'limited', retryAfterSeconds }
      const { owner, meant } = await judge(database, proof)
      const opened = owner === null ? null : await openSession(database, owner)
      return opened === null ? { kind: 'refused', meant } : { kind: 'signed-in', ...opened }
    },
    open: (owner) => openSession(database, owner),
  }
}

async function openSession({ db }: Database, owner: SessionOwner): Promise<OpenedSession | null> {
  const secret = randomBytes(32).toString('base64url')
  await openSignInSession(db, hashToken(secret), owner)
  // Read back, so that a session says the same of itself from its first answer on.
  const holder = await findSessionHolder(db, hashToken(secret), null)
  return holder === null ? null : { secret, holder }
}

function waitOf(
  { byAddress, byEmail }: { readonly byAddress: RateLimiter; readonly byEmail: RateLimiter },
  proof: SignInProof,
  address: string,
): number {
  const wait = byAddress.take(address)
  if (wait > 0 || proof.kind === 'token') return wait
  return byEmail.take(proof.email.toLowerCase())
}

interface Judged {
  readonly owner: SessionOwner | null
  readonly meant: readonly UserKey[]
}

async function judge({ db }: Database, proof: SignInProof): Promise<Judged> {
  if (proof.kind === 'token') return { owner: await findTokenHolder(db, hashToken(proof.token)), meant: [] }
  const holders = await findPasswordHolders(db, proof.email, proof.tenant)
  for (const { userId, passwordHash } of holders) {
    if (await isPassword(proof.password, passwordHash)) return { owner: { userId, tokenId: null }, meant: holders }
  }
  if (holders.length === 0) await isPassword(proof.password, null)
  return { owner: null, meant: holders }
}
