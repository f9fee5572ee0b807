/**
 * The secrets of one build. Values live in the memory of the attempt and in the environment of its builder; the image, its
 * history and the log have none.
 */
import {
  type BuildSecret,
  createSecretMask,
  noSecretMask,
  type SecretMask,
  secretArguments,
  secretsOfBuild,
} from '@cairn/domain'
import { type BuildToRun, type Db, readBuildSecrets, type SecretCipher, SecretUnreadable } from '@cairn/store'

export interface BuildSecrets {
  /** By the secret's name: all that the build names, the token of its repository included. */
  readonly values: ReadonlyMap<string, string>
  /** Those that its Dockerfile is given. */
  readonly given: readonly BuildSecret[]
  readonly mask: SecretMask
}

export type ReadSecrets =
  | { readonly kind: 'read'; readonly secrets: BuildSecrets }
  | { readonly kind: 'refused'; readonly reason: string }

const none: BuildSecrets = { values: new Map(), given: [], mask: noSecretMask }

export async function secretsOf(
  source: { readonly db: Db; readonly cipher: SecretCipher },
  { tenantId, details }: Pick<BuildToRun, 'tenantId' | 'details'>,
): Promise<ReadSecrets> {
  const names = secretsOfBuild(details)
  if (names.length === 0) return { kind: 'read', secrets: none }
  try {
    const { secrets, retired } = await readBuildSecrets(source.db, source.cipher, tenantId, names)
    const missing = names.find((name) => !secrets.has(name))
    if (missing !== undefined) return { kind: 'refused', reason: `secret "${missing}" does not exist any more` }
    const values = new Map([...secrets].map(([name, { value }]) => [name, value]))
    const given = (details.secrets ?? []).map((name) => ({ name, stamp: secrets.get(name)?.stamp ?? '' }))
    return { kind: 'read', secrets: { values, given, mask: createSecretMask([...values.values(), ...retired]) } }
  } catch (error) {
    if (error instanceof SecretUnreadable) return { kind: 'refused', reason: error.message }
    throw error
  }
}

/** What a builder mounts: each secret under its name and under the names of its arguments. */
export function mountsOf({ values, given }: BuildSecrets): Record<string, string> {
  return Object.fromEntries(
    given.flatMap(({ name }) => secretArguments(name).map((id) => [id, values.get(name) ?? ''] as const)),
  )
}
