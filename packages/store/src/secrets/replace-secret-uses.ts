import type { SecretUserKind } from '@cairn/contract'
import { sql } from 'kysely'
import type { Tx } from '../database/database.ts'

/**
 * From now on the resource names exactly these secrets, and none of them can be deleted. The caller holds their rows
 * shared (`selectKnownSecrets`) and the resource's row locked.
 */
export async function replaceSecretUses(
  tx: Tx,
  user: { readonly kind: SecretUserKind; readonly id: string },
  uses: { readonly tenantId: string; readonly secrets: readonly string[] },
): Promise<void> {
  const secrets = [...uses.secrets]
  await sql`
    with gone as (
      delete from secret_use where kind = ${user.kind} and resource_id = ${user.id} and name <> all(${secrets})
    )
    insert into secret_use (tenant_id, name, kind, resource_id)
    select ${uses.tenantId}::uuid, name, ${user.kind}, ${user.id} from unnest(${secrets}::text[]) as name
    on conflict do nothing`.execute(tx)
}
