/**
 * Invariant: the token is kept for this tab alone, and every client is made from it here. Whoever signs out takes it
 * away together with all that was read with it.
 */
import { type CairnClient, createClient } from '@cairn/sdk'

const key = 'cairn.token'

function clientOf(token: string): CairnClient {
  return createClient({ baseUrl: globalThis.location.origin, token })
}

/** The client of who is signed in already; null = nobody. */
export async function restoreSession(): Promise<CairnClient | null> {
  const token = sessionStorage.getItem(key)
  return token === null ? null : clientOf(token)
}

/** @throws CairnApiError when the server refuses the token; nothing is remembered then. */
export async function signIn(token: string): Promise<CairnClient> {
  const client = clientOf(token.trim())
  await client.raw('getTenantMetadata')
  sessionStorage.setItem(key, token.trim())
  return client
}

export async function signOut(): Promise<void> {
  sessionStorage.removeItem(key)
}
