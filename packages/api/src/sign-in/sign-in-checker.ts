/**
 * Checks what somebody signs in with, and opens the session of the browser.
 *
 * Always true: every attempt is counted before it is looked at, by its address and, with a password, by its e-mail; who is
 * over the limit learns nothing of what was sent. A refusal does not tell whether there is such a user, also not by its time.
 * Sign-ins stand in the audit log before anybody learns of them; wrong passwords of users that there are soon after.
 */
import { randomBytes } from 'node:crypto'
import type { Clock, Logger } from '@cairn/domain'
import {
  type AuditLog,
  browserSessionSeconds,
  type Database,
  findPasswordHolders,
  findSessionHolder,
  findTokenHolder,
  openSignInSession,
  type SealedSecret,
  type SessionOwner,
  type TokenHolder,
  type UserKey,
} from '@cairn/store'
import { hashToken } from '../http/authenticate.ts'
import { addressKey } from './address-key.ts'
import { type Full, full, type PasswordLimits, PasswordWork } from './password-work.ts'
import { signedIn, wrongPassword } from './sign-in-events.ts'
import type { SignInPlace, SignInProof } from './sign-in-proof.ts'
import { createRateLimiter, type RateLimit, type RateLimiter, rateLimited, refuseIfMany } from '../http/rate-limit.ts'

/** A session of a browser. */
export interface OpenedSession {
  /** What the browser keeps; only its hash is kept here. */
  readonly secret: string
  readonly holder: TokenHolder
}

export type SignInOutcome =
  | ({ readonly kind: 'signed-in' } & OpenedSession)
  | { readonly kind: 'refused' }
  | { readonly kind: 'limited'; readonly retryAfterSeconds: number }

export interface SignInLimits {
  readonly byAddress: RateLimit
  readonly byEmail: RateLimit
}

export interface SignInChecker {
  signIn(proof: SignInProof, place: SignInPlace): Promise<SignInOutcome>
  /**
   * Opens a session for whom was proven otherwise; null = the user may not sign in.
   *
   * @param providerToken what the provider of identities knows the sign-in by; null = it was not by one
   */
  open(owner: SessionOwner, providerToken: SealedSecret | null): Promise<OpenedSession | null>
  /**
   * What is kept of a new password.
   *
   * @throws {CairnError} `rate_limited` when many are worked on
   */
  hashPassword(password: string): Promise<string>
  /**
   * Whether it is the password of who is signed in already, counted as an attempt to sign in.
   *
   * @throws {CairnError} `rate_limited`
   */
  isPasswordOf(email: string, password: string, kept: string): Promise<boolean>
}

/** Lifetime of a session, also told to the browser. */
export const sessionSeconds = browserSessionSeconds

const passwordLimits: PasswordLimits = { atOnce: 2, mostWaiting: 20 }

export function createSignInChecker(parts: {
  readonly database: Database
  readonly clock: Clock
  readonly auditLog: AuditLog
  readonly logger: Logger
  readonly limits: SignInLimits
}): SignInChecker {
  const { database, clock, auditLog, logger, limits } = parts
  const byAddress = createRateLimiter(limits.byAddress, clock)
  const byEmail = createRateLimiter(limits.byEmail, clock)
  const passwords = new PasswordWork(passwordLimits)
  const keepRefusal = (meant: readonly UserKey[], proof: SignInProof, place: SignInPlace): void => {
    const kept = Promise.all(meant.map((user) => auditLog.record(wrongPassword(user, proof, place))))
    kept.catch((error: unknown) => logger.error({ err: error }, 'a wrong password is missing in the audit log'))
  }
  return {
    signIn: async (proof, place) => {
      const retryAfterSeconds = waitOf({ byAddress, byEmail }, proof, place.address)
      if (retryAfterSeconds > 0) return { kind: 'limited', retryAfterSeconds }
      const judged = await judge({ database, passwords }, proof, place.tenant)
      if (judged === full) return { kind: 'limited', retryAfterSeconds: fullSeconds }
      const { owner, meant } = judged
      const opened = owner === null ? null : await openSession(database, owner, null)
      if (opened === null) {
        keepRefusal(meant, proof, place)
        return { kind: 'refused' }
      }
      await auditLog.record(signedIn('createSession', opened.holder, place))
      return { kind: 'signed-in', ...opened }
    },
    open: (owner, providerToken) => openSession(database, owner, providerToken),
    hashPassword: async (password) => unlessFull(await passwords.hash(password)),
    isPasswordOf: async (email, password, kept) => {
      refuseIfMany(byEmail.take(email.toLowerCase()), tooMany)
      return unlessFull(await passwords.isPassword(password, kept))
    },
  }
}

const tooMany = 'too many passwords are checked'
/** After so many seconds somebody may try again who came while too many passwords were checked. */
const fullSeconds = 1

function unlessFull<T>(done: T | Full): T {
  if (done !== full) return done
  throw rateLimited(fullSeconds, tooMany)
}

async function openSession(
  { db }: Database,
  owner: SessionOwner,
  providerToken: SealedSecret | null,
): Promise<OpenedSession | null> {
  const secret = randomBytes(32).toString('base64url')
  await openSignInSession(db, hashToken(secret), owner, providerToken)
  // Read back, so that a session says the same of itself from its first answer on.
  const holder = await findSessionHolder(db, hashToken(secret), null)
  return holder === null ? null : { secret, holder }
}

function waitOf(
  { byAddress, byEmail }: { readonly byAddress: RateLimiter; readonly byEmail: RateLimiter },
  proof: SignInProof,
  address: string,
): number {
  const wait = byAddress.take(addressKey(address))
  if (wait > 0 || proof.kind === 'token') return wait
  return byEmail.take(proof.email.toLowerCase())
}

interface Judged {
  readonly owner: SessionOwner | null
  /** Those whose password it was or was not; none with a token. */
  readonly meant: readonly UserKey[]
}

/** `full` = too many passwords are checked to check this one. */
async function judge(
  { database: { db }, passwords }: { readonly database: Database; readonly passwords: PasswordWork },
  proof: SignInProof,
  tenant: string | null,
): Promise<Judged | Full> {
  if (proof.kind === 'token') {
    const holder = await findTokenHolder(db, hashToken(proof.token))
    return { owner: tenant === null || holder?.tenantName === tenant ? holder : null, meant: [] }
  }
  const holders = await findPasswordHolders(db, proof.email, tenant)
  for (const { userId, passwordHash } of holders) {
    const isRight = await passwords.isPassword(proof.password, passwordHash)
    if (isRight === full) return full
    if (isRight) return { owner: { userId, tokenId: null }, meant: holders }
  }
  if (holders.length === 0 && (await passwords.isPassword(proof.password, null)) === full) return full
  return { owner: null, meant: holders }
}
