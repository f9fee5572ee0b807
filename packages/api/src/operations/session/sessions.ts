import { CairnError, type SignInBody } from '@cairn/contract'
import { endSignInSession } from '@cairn/store'
import { hashToken } from '../../http/authenticate.ts'
import { invalid } from '../../http/error-answer.ts'
import { rateLimited } from '../../http/rate-limit.ts'
import { signOutAddress } from '../../oidc/sign-out-address.ts'
import type { Operation } from '../../operation.ts'
import type { SignInProof } from '../../sign-in/sign-in-proof.ts'
import { sessionOf } from './session-of.ts'

export const createSession: Operation<'createSession'> = async (context, { body, browser, requestId }) => {
  if (browser.isOfOtherOrigin) throw new CairnError('forbidden', 'only pages of Cairn itself sign a browser in')
  const place = { address: browser.address, tenant: body.tenant ?? null, requestId }
  const outcome = await context.signIns.signIn(proofOf(body), place)
  switch (outcome.kind) {
    case 'signed-in':
      browser.remember(outcome.secret)
      return sessionOf(context, outcome.holder)
    case 'refused':
      throw new CairnError('unauthorized', 'this is no valid token, or the e-mail and the password do not fit')
    case 'limited':
      throw rateLimited(outcome.retryAfterSeconds, 'too many sign-ins')
    default:
      return outcome satisfies never
  }
}

export const getSession: Operation<'getSession'> = async (context, { caller }) => sessionOf(context, caller)

export const endSession: Operation<'endSession'> = async (context, { browser }) => {
  const { secret } = browser
  const ended = secret === null ? null : await endSignInSession(context.database.db, hashToken(secret))
  browser.forget()
  return { providerUrl: ended === null ? null : await signOutAddress(context, ended) }
}

function proofOf({ token, email, password }: SignInBody): SignInProof {
  if (token !== undefined && email === undefined && password === undefined)
    return { kind: 'token', token: token.trim() }
  if (token === undefined && email !== undefined && password !== undefined) return { kind: 'password', email, password }
  throw invalid([{ field: 'token', rule: 'must be given alone, or else both email and password' }])
}
