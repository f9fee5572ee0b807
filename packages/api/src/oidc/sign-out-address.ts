/** The way of a browser to sign out at the provider of identities by which it signed in. */
import { type EndedSession, openIfReadable, type SealedSecret, type SecretCipher } from '@cairn/store'
import type { ApiContext } from '../context.ts'

const placeOf = (tenantId: string) => ({ tenantId, name: 'sign-in by a provider' })

/** What is kept of a sign-in by the provider, until its session ends. */
export function sealProviderToken(cipher: SecretCipher, tenantId: string, idToken: string): SealedSecret {
  return cipher.seal(idToken, placeOf(tenantId))
}

/**
 * Where the browser goes next; null = nowhere: it did not sign in by the provider, or that cannot be told to end a session.
 * Never rejects: the session here has ended, whatever the provider does.
 */
export async function signOutAddress(
  { identityProvider, secretCipher, logger }: ApiContext,
  { tenantId, providerToken }: EndedSession,
): Promise<string | null> {
  if (identityProvider === null || providerToken === null) return null
  try {
    return await identityProvider.signOutAddress(openIfReadable(secretCipher, providerToken, placeOf(tenantId)))
  } catch (error) {
    logger.warn({ err: error }, 'the provider of identities cannot be asked where to sign out')
    return null
  }
}
