import { sql } from 'kysely'
import type { Db } from '../database/database.ts'
import { openIfReadable, type SealedSecret, type SecretCipher } from '../secrets/secret-cipher.ts'
import type { Resealing } from '../secrets/secret-keys.ts'
import { placeOfHook } from './own-webhooks.ts'

const batch = 100

/** As `resealSecrets`, for the keys of webhooks. Index: primary key. */
export async function resealWebhooks(db: Db, cipher: SecretCipher): Promise<Resealing> {
  const [sealing = ''] = cipher.keyIds
  let resealed = 0
  const unreadable: string[] = []
  const next = async (afterId: string) => {
    const { rows } = await sql<{ id: string; tenantId: string } & SealedSecret>`
      select id, tenant_id as "tenantId", sealed, key_id as "keyId" from workflow_webhook
      where key_id <> ${sealing} and id > ${afterId} order by id limit ${batch}`.execute(db)
    return rows
  }
  for (let rows = await next('00000000-0000-0000-0000-000000000000'); rows.length > 0; ) {
    for (const row of rows) {
      const place = placeOfHook(row.tenantId, row.id)
      const value = openIfReadable(cipher, row, place)
      if (value === null) {
        unreadable.push(place.name)
        continue
      }
      const { sealed, keyId } = cipher.seal(value, place)
      // One that was written meanwhile stays.
      const { numAffectedRows = 0n } = await sql`
        update workflow_webhook set sealed = ${sealed}, key_id = ${keyId}
        where id = ${row.id} and sealed = ${row.sealed}`.execute(db)
      resealed += Number(numAffectedRows)
    }
    rows = await next(rows.at(-1)?.id ?? '')
  }
  return { resealed, unreadable }
}
