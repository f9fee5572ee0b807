import { createHash } from 'node:crypto'
import {
  type Database,
  endBrowserSessions,
  findSessionHolder,
  insertSignInCode,
  redeemSignInCode,
  type TokenHolder,
} from '@cairn/store'

/** Whom a token or a session speaks for. */
export type SignedIn = Pick<TokenHolder, 'userId' | 'tokenId' | 'tenantId' | 'userEmail'>

/** Where codes and sessions are kept. What browsers hold comes in as it is; it is kept as a hash only. */
export interface SignInStore {
  issueCode(code: {
    readonly code: string
    readonly state: string
    readonly serviceId: string
    readonly path: string
    /** The session of Cairn's own page that asks; the code speaks for whom it speaks for. */
    readonly parent: string
  }): Promise<void>
  /** The path that the browser wanted; null = the code is good for nothing. */
  redeemCode(use: {
    readonly code: string
    readonly state: string
    readonly serviceId: string
    readonly session: string
  }): Promise<string | null>
  /** `serviceId` null = a session of Cairn's own page. */
  findSession(session: string, serviceId: string | null): Promise<SignedIn | null>
  /** Ends a session of the service, and with it all that this browser opened from the same session of Cairn's own page. */
  endSession(session: string, serviceId: string): Promise<void>
}

const hashOf = (text: string): Buffer => createHash('sha256').update(text).digest()

export function databaseSignIns({ db }: Database): SignInStore {
  return {
    issueCode: ({ code, state, parent, ...rest }) =>
      insertSignInCode(db, {
        ...rest,
        codeHash: hashOf(code),
        stateHash: hashOf(state),
        parentHash: hashOf(parent),
      }),
    redeemCode: ({ code, state, serviceId, session }) =>
      redeemSignInCode(db, {
        codeHash: hashOf(code),
        stateHash: hashOf(state),
        sessionHash: hashOf(session),
        serviceId,
      }),
    findSession: (session, serviceId) => findSessionHolder(db, hashOf(session), serviceId),
    endSession: (session, serviceId) => endBrowserSessions(db, hashOf(session), serviceId),
  }
}
