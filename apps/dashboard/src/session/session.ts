/**
 * Invariant: no proof of who is signed in is kept by the page. The browser keeps a cookie that scripts cannot read, and every
 * client says by it who calls.
 */
import { type CairnClient, createClient, type Session, type SignInBody, UnauthorizedError } from '@cairn/sdk'
import { sendOnce } from './send-once.ts'

export interface SignedIn {
  readonly client: CairnClient
  readonly session: Session
}

/** A client for who is not signed in. Signing in is not named by a key, so it is sent once. */
export function newClient(): CairnClient {
  return createClient({ baseUrl: globalThis.location.origin, credentials: 'cookie' })
}

/** A client that speaks for who is signed in in this browser. */
function ownClient(): CairnClient {
  const send = sendOnce((input, init) => fetch(input, init))
  return createClient({ baseUrl: globalThis.location.origin, credentials: 'cookie', fetch: send })
}

/** Who is signed in already in this browser; null = nobody. */
export async function restoreSession(): Promise<SignedIn | null> {
  const client = ownClient()
  try {
    return { client, session: await client.people.whoAmI() }
  } catch (error) {
    if (error instanceof UnauthorizedError) return null
    throw error
  }
}

/** @throws CairnApiError when the server refuses the proof. */
export async function signIn(proof: SignInBody): Promise<SignedIn> {
  return { session: await newClient().people.signIn(proof), client: ownClient() }
}

/**
 * Ends the session of who is signed in. Done as well when the server knows of none. Answers where the browser signs out of the
 * provider of identities by which it signed in; null = nowhere.
 *
 * @throws Error when it may still be open, as when the server is away.
 */
export async function signOut(client: CairnClient): Promise<string | null> {
  try {
    return (await client.people.signOut()).providerUrl
  } catch (error) {
    if (error instanceof UnauthorizedError) return null
    throw error
  }
}
