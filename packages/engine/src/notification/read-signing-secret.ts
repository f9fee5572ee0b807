/** The secret that the calls of a webhook are signed with. It is read for each attempt, so a rotated one counts at once. */
import { type DeliveryOutcome, signatureOf } from '@cairn/domain'
import { type Database, readSecretValues, type SecretCipher, SecretUnreadable } from '@cairn/store'

export interface SigningSecrets {
  readonly database: Database
  readonly secretCipher: SecretCipher
}

/** Either the value (null = the calls are not signed), or why nothing can be sent. */
type SigningSecret = { readonly kind: 'read'; readonly secret: string | null } | DeliveryOutcome

/** @param name of the tenant's secret; null = the calls are not signed */
export async function readSigningSecret(
  { database, secretCipher }: SigningSecrets,
  tenantId: string,
  name: string | null,
): Promise<SigningSecret> {
  if (name === null) return { kind: 'read', secret: null }
  try {
    const secret = (await readSecretValues(database.db, secretCipher, tenantId, [name])).get(name)
    if (secret === undefined) return refused(`secret "${name}", which signs the calls, does not exist any more`)
    // A call that should be signed is not sent without: its receiver would learn to take such calls.
    if (signatureOf(secret, { id: '', timestamp: 0, body: '' }) === null) {
      return refused(`secret "${name}", which signs the calls, is empty behind "whsec_"`)
    }
    return { kind: 'read', secret }
  } catch (error) {
    if (!(error instanceof SecretUnreadable)) throw error
    return { kind: 'unavailable', answer: null, error: error.message, retryAfterMs: null }
  }
}

function refused(error: string): DeliveryOutcome {
  return { kind: 'refused', answer: null, error }
}
