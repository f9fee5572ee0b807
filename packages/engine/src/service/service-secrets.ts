/**
 * The secrets of a service's instances. Values live in memory and in the environment of the container, nowhere else: no
 * revision, event, log or reason has them.
 */
import { createSecretMask, noSecretMask, type SecretMask } from '@cairn/domain'
import { type Db, readSecretsWithRetired, type SecretCipher, SecretUnreadable } from '@cairn/store'

export interface SecretSource {
  readonly db: Db
  readonly cipher: SecretCipher
}

/** Which secrets of whom. */
export interface NamedSecrets {
  readonly tenantId: string
  readonly names: readonly string[]
}

export type ServiceSecrets =
  | {
      readonly kind: 'read'
      readonly values: ReadonlyMap<string, string>
      /** Takes them out of texts, and their values of before, which an older instance may have. */
      readonly mask: SecretMask
    }
  | { readonly kind: 'refused'; readonly reason: string }

/** The present values. A secret that is gone, or that no key opens, is a reason in words for the user. */
export async function readServiceSecrets(source: SecretSource, named: NamedSecrets): Promise<ServiceSecrets> {
  const { names, tenantId } = named
  if (names.length === 0) return { kind: 'read', values: new Map(), mask: noSecretMask }
  try {
    const { values, retired } = await readSecretsWithRetired(source.db, source.cipher, tenantId, names)
    const missing = names.find((name) => !values.has(name))
    if (missing !== undefined) return { kind: 'refused', reason: `secret "${missing}" does not exist any more` }
    return { kind: 'read', values, mask: createSecretMask([...values.values(), ...[...retired.values()].flat()]) }
  } catch (error) {
    if (error instanceof SecretUnreadable) return { kind: 'refused', reason: error.message }
    throw error
  }
}
