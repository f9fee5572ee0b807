/**
 * Secrets are written whole and never given back but to engines and hooks. A value that is replaced or deleted is kept,
 * sealed, as long as a run or an instance of a service that may have begun with it is live: see {@link forgetRetiredSecrets}.
 *
 * Lock order: secret, then secret_use. Whoever saves something that names a secret shares its row's lock first.
 */
import { sql } from 'kysely'
import type { Db, Tx } from '../database/database.ts'
import { readSecretUsers, type SecretUser } from './read-secrets.ts'
import type { SealedSecret, SecretPlace } from './secret-cipher.ts'

export interface SecretWrite extends SecretPlace {
  readonly secret: SealedSecret
  /** E-mail. */
  readonly by: string
}

/** False when the tenant has a secret of this name. */
export async function insertSecret(tx: Tx, { tenantId, name, secret, by }: SecretWrite): Promise<boolean> {
  const row = await tx
    .insertInto('secret')
    .values({
      tenant_id: tenantId,
      name,
      sealed: secret.sealed,
      key_id: secret.keyId,
      created_by: by,
      updated_by: by,
    })
    .onConflict((conflict) => conflict.columns(['tenant_id', 'name']).doNothing())
    .returning('name')
    .executeTakeFirst()
  return row !== undefined
}

/** Gives the secret another value; answers its new version, or null when the tenant has none of this name. */
export async function replaceSecret(tx: Tx, { tenantId, name, secret, by }: SecretWrite): Promise<number | null> {
  const retired = await sql`
    with locked as (
      select tenant_id, name, sealed, key_id from secret
      where tenant_id = ${tenantId} and name = ${name} for no key update
    )
    insert into retired_secret (tenant_id, name, sealed, key_id) select * from locked returning id`.execute(tx)
  if (retired.rows.length === 0) return null
  const row = await tx
    .updateTable('secret')
    .set((eb) => ({
      sealed: secret.sealed,
      key_id: secret.keyId,
      version: eb('version', '+', 1),
      updated_at: new Date(),
      updated_by: by,
    }))
    .where('tenant_id', '=', tenantId)
    .where('name', '=', name)
    .returning('version')
    .executeTakeFirstOrThrow()
  return row.version
}

export type SecretDeletion =
  | { readonly kind: 'deleted' }
  | { readonly kind: 'unknown' }
  | { readonly kind: 'in_use'; readonly usedBy: readonly SecretUser[] }

/** Unless something names it. */
export async function deleteSecret(tx: Tx, place: SecretPlace): Promise<SecretDeletion> {
  const { tenantId, name } = place
  const locked = await sql`
    select from secret where tenant_id = ${tenantId} and name = ${name} for update`.execute(tx)
  if (locked.rows.length === 0) return { kind: 'unknown' }
  const usedBy = await readSecretUsers(tx, tenantId, name)
  if (usedBy.length > 0) return { kind: 'in_use', usedBy }
  await sql`
    with gone as (
      delete from secret where tenant_id = ${tenantId} and name = ${name} returning tenant_id, name, sealed, key_id
    )
    insert into retired_secret (tenant_id, name, sealed, key_id) select * from gone`.execute(tx)
  return { kind: 'deleted' }
}

/**
 * Removes replaced and deleted values that nothing live can have begun with; answers how many. A run, and an instance of a
 * service, reads its secrets after it was made, so one that is younger than the change by more than the longest transaction
 * has read the new value.
 * Index: execution_live.
 */
export async function forgetRetiredSecrets(db: Db): Promise<number> {
  const result = await sql`
    delete from retired_secret where not exists (
      select from execution
      where execution.tenant_id = retired_secret.tenant_id
        and execution.status in ('waiting', 'queued', 'running', 'stopping')
        and execution.created_at < retired_secret.retired_at + interval '10 minutes'
    ) and not exists (
      select from service
      join service_instance as i on i.service_id = service.id
      join service_revision as r on r.service_id = i.service_id and r.revision = i.revision
      where service.tenant_id = retired_secret.tenant_id
        and r.spec -> 'secrets' ? retired_secret.name
        and i.started_at < retired_secret.retired_at + interval '10 minutes'
    )`.execute(db)
  return Number(result.numAffectedRows ?? 0)
}
