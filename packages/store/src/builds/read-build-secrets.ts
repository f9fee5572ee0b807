import type { Db } from '../database/database.ts'
import { readSecretsWithRetired } from '../secrets/read-secrets.ts'
import type { SecretCipher } from '../secrets/secret-cipher.ts'

export interface StoredBuildSecret {
  readonly value: string
  /** Changes whenever the value does. */
  readonly stamp: string
}

export interface StoredBuildSecrets {
  /** A name that there is no secret of has no entry. */
  readonly secrets: ReadonlyMap<string, StoredBuildSecret>
  /** Values of before, for masks. */
  readonly retired: readonly string[]
}

/**
 * The secrets that a build names. Their values go into no log, answer, event or row. Index: primary key of secret.
 *
 * @throws {SecretUnreadable} when a present value cannot be opened
 */
export async function readBuildSecrets(
  db: Db,
  cipher: SecretCipher,
  tenantId: string,
  names: readonly string[],
): Promise<StoredBuildSecrets> {
  if (names.length === 0) return { secrets: new Map(), retired: [] }
  // The stamps first: with a newer value under an older stamp a step would run once too often, not once too seldom.
  const rows = await db
    .selectFrom('secret')
    .select(['name', 'updated_at as updatedAt'])
    .where('tenant_id', '=', tenantId)
    .where((where) => where('name', '=', where.fn.any(where.val([...names]))))
    .execute()
  const { values, retired } = await readSecretsWithRetired(db, cipher, tenantId, names)
  const secrets = rows.flatMap(({ name, updatedAt }) => {
    const value = values.get(name)
    return value === undefined ? [] : [[name, { value, stamp: String(updatedAt.getTime()) }] as const]
  })
  return { secrets: new Map(secrets), retired: [...retired.values()].flat() }
}
