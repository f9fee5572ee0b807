import { sql } from 'kysely'
import type { Tx } from '../database/database.ts'

/**
 * The secrets of the revisions that run or may run, and of the newest one, cannot be deleted; those of the others can. Call
 * it under the lock of the service's row, whenever a revision came or ended; new ones are held shared by the caller
 * (`selectKnownSecrets`).
 */
export async function holdServiceSecrets(
  tx: Tx,
  service: { readonly id: string; readonly tenantId: string },
): Promise<void> {
  await sql`
    with named as (
      select distinct secret.name
      from service_revision
      cross join lateral jsonb_array_elements_text(service_revision.spec -> 'secrets') as secret (name)
      where service_revision.service_id = ${service.id}
        and (
          service_revision.status in ('starting', 'active', 'draining')
          or service_revision.revision = (select generation from service where service.id = ${service.id})
        )
    ), gone as (
      delete from secret_use
      where kind = 'service' and resource_id = ${service.id} and name not in (select name from named)
    )
    insert into secret_use (tenant_id, name, kind, resource_id)
    select secret.tenant_id, secret.name, 'service', ${service.id}
    from named join secret on secret.tenant_id = ${service.tenantId} and secret.name = named.name
    on conflict do nothing`.execute(tx)
}

/** Nothing is held for a service that is gone. */
export async function releaseServiceSecrets(tx: Tx, serviceId: string): Promise<void> {
  await tx.deleteFrom('secret_use').where('kind', '=', 'service').where('resource_id', '=', serviceId).execute()
}
