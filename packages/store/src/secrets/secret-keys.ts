/**
 * Which keys this database's secrets are sealed under. Servers agree on it at their start, one after the other under a
 * lock of the table, so that two servers with different key files never both seal.
 */
import { sql } from 'kysely'
import type { Db, Tx } from '../database/database.ts'
import { openIfReadable, type SealedSecret, type SecretCipher, type SecretPlace } from './secret-cipher.ts'

/** For the rest of the transaction no other server decides on keys. Answers the ids of the keys known so far. */
export async function lockSecretKeys(tx: Tx): Promise<readonly string[]> {
  await sql`lock table secret_key in share row exclusive mode`.execute(tx)
  const rows = await tx.selectFrom('secret_key').select('id').orderBy('created_at').orderBy('id').execute()
  return rows.map((row) => row.id)
}

export type SecretKeyAgreement =
  | { readonly kind: 'agreed' }
  /** Values are sealed under keys that the cipher does not have; or it has none of those that are known. */
  | { readonly kind: 'refused'; readonly missing: readonly string[] }

/** Makes the cipher's first key one of the known ones, when the cipher can open every value. After {@link lockSecretKeys}. */
export async function agreeOnSecretKeys(
  tx: Tx,
  cipher: SecretCipher,
  known: readonly string[],
): Promise<SecretKeyAgreement> {
  const { rows } = await sql<{ id: string }>`
    select id from secret_key as key
    where exists (select from secret where key_id = key.id) or exists (select from retired_secret where key_id = key.id)
      or exists (select from workflow_webhook where key_id = key.id)
    order by created_at`.execute(tx)
  const missing = rows.map((row) => row.id).filter((id) => !cipher.keyIds.includes(id))
  if (missing.length > 0) return { kind: 'refused', missing }
  if (known.length > 0 && !known.some((id) => cipher.keyIds.includes(id))) return { kind: 'refused', missing: known }
  const [sealing = ''] = cipher.keyIds
  await tx
    .insertInto('secret_key')
    .values({ id: sealing })
    .onConflict((conflict) => conflict.doNothing())
    .execute()
  return { kind: 'agreed' }
}

export interface Resealing {
  /** Values that are sealed under the cipher's first key now and were not before. */
  readonly resealed: number
  /** Names of those that could not be opened; they stay as they are. */
  readonly unreadable: readonly string[]
}

const batch = 100

/**
 * Seals every secret that is under another key anew, so that the other key can be taken out of the key file. Retired
 * values stay under theirs; they are forgotten by themselves.
 */
export async function resealSecrets(db: Db, cipher: SecretCipher): Promise<Resealing> {
  let resealed = 0
  const unreadable: string[] = []
  for (let rows = await underOtherKeys(db, cipher, null); rows.length > 0; ) {
    for (const row of rows) {
      const value = openIfReadable(cipher, row, row)
      if (value === null) unreadable.push(row.name)
      else resealed += await replaceSealed(db, row, cipher.seal(value, row))
    }
    rows = await underOtherKeys(db, cipher, rows.at(-1) ?? null)
  }
  return { resealed, unreadable }
}

interface StoredSecret extends SecretPlace, SealedSecret {}

/** The next ones after a place, in the order of the primary key. */
function underOtherKeys(db: Db, cipher: SecretCipher, after: SecretPlace | null): Promise<StoredSecret[]> {
  const [sealing = ''] = cipher.keyIds
  let query = db
    .selectFrom('secret')
    .select(['tenant_id as tenantId', 'name', 'sealed', 'key_id as keyId'])
    .where('key_id', '!=', sealing)
    .orderBy('tenant_id')
    .orderBy('name')
    .limit(batch)
  if (after !== null) query = query.where(sql<boolean>`(tenant_id, name) > (${after.tenantId}::uuid, ${after.name})`)
  return query.execute()
}

/** A value that was replaced meanwhile stays. */
async function replaceSealed(db: Db, before: StoredSecret, { sealed, keyId }: SealedSecret): Promise<number> {
  const result = await db
    .updateTable('secret')
    .set({ sealed, key_id: keyId })
    .where('tenant_id', '=', before.tenantId)
    .where('name', '=', before.name)
    .where('sealed', '=', before.sealed)
    .executeTakeFirst()
  return Number(result.numUpdatedRows)
}
