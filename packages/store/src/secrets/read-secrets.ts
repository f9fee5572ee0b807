import type { SecretUserKind } from '@cairn/contract'
import { sql } from 'kysely'
import type { Db } from '../database/database.ts'
import { containing, type Page, type PageRequest, pageOffset } from '../page.ts'
import { openIfReadable, type SecretCipher } from './secret-cipher.ts'

/** Something that names a secret. */
export interface SecretUser {
  readonly kind: SecretUserKind
  readonly id: string
  readonly name: string
}

/** A secret without its value. */
export interface SecretRecord {
  readonly name: string
  readonly version: number
  readonly createdAt: Date
  readonly createdBy: string
  readonly updatedAt: Date
  readonly updatedBy: string
  /** The first {@link mostSecretUsers}, by kind and id. */
  readonly usedBy: readonly SecretUser[]
  readonly usedByCount: number
}

/** Users of one secret that are listed. */
export const mostSecretUsers = 100

/** By name. Index: primary key; secret_use by its own. */
export async function listSecrets(
  db: Db,
  tenantId: string,
  searchTerm: string,
  page: PageRequest,
): Promise<Page<SecretRecord>> {
  const found = sql`from secret where tenant_id = ${tenantId} and name ilike ${containing(searchTerm)}`
  const [items, counted] = await Promise.all([
    sql<SecretRecord>`
      select name, version, created_at as "createdAt", created_by as "createdBy", updated_at as "updatedAt",
        updated_by as "updatedBy", ${usersOf()} as "usedBy",
        (select count(*) from secret_use as u where u.tenant_id = secret.tenant_id and u.name = secret.name) as "usedByCount"
      ${found} order by name limit ${page.pageSize} offset ${pageOffset(page)}`.execute(db),
    sql<{ total: number }>`select count(*) as total ${found}`.execute(db),
  ])
  return { items: items.rows, total: counted.rows[0]?.total ?? 0 }
}

/** A JSON list of the users of the row `secret`. */
const usersOf = () => sql`coalesce((
  select json_agg(json_build_object('kind', kind, 'id', resource_id, 'name', resource_name))
  from (
    select u.kind, u.resource_id,
      coalesce(workflow.name, service.name, image.name || ' ' || version.version, u.resource_id) as resource_name
    from secret_use as u
    left join workflow on workflow.id = case u.kind when 'workflow' then u.resource_id::bigint end
    left join service on service.id = case u.kind when 'service' then u.resource_id::uuid end
    left join image_version as version on version.id = case u.kind when 'image' then u.resource_id::bigint end
    left join image on image.id = version.image_id
    where u.tenant_id = secret.tenant_id and u.name = secret.name
    order by u.kind, u.resource_id limit ${sql.lit(mostSecretUsers)}
  ) as used
), '[]'::json)`

/** What names the secret now: the first {@link mostSecretUsers}. */
export async function readSecretUsers(db: Db, tenantId: string, name: string): Promise<readonly SecretUser[]> {
  const { rows } = await sql<{ users: SecretUser[] }>`
    select ${usersOf()} as users from secret where tenant_id = ${tenantId} and name = ${name}`.execute(db)
  return rows[0]?.users ?? []
}

/**
 * Of these names, and of those whose variables these are, the ones that the tenant has secrets of, in their order. In a
 * transaction none of them can be deleted before its end. Index: primary key.
 */
export async function selectKnownSecrets(
  db: Db,
  tenantId: string,
  wanted: { readonly names: readonly string[]; readonly variables: readonly string[] },
): Promise<ReadonlySet<string>> {
  const { names, variables } = wanted
  if (names.length === 0 && variables.length === 0) return new Set()
  const rows = await sql<{ name: string }>`
    select name from secret
    where tenant_id = ${tenantId} and (
      name = any(${[...names]}) or (
        ${variables.length > 0} and upper(replace(name, '-', '_')) || '_CUSTOM' = any(${[...variables]})
      )
    )
    order by name for key share`.execute(db)
  return new Set(rows.rows.map((row) => row.name))
}

/**
 * The present values of a tenant's secrets, by name; a name that there is no secret of has no entry. They go into no
 * log, answer, event or row.
 *
 * @throws {SecretUnreadable} when one of them cannot be opened
 * @example
 * const values = await readSecretValues(database.db, cipher, tenantId, ['signing-secret'])
 */
export async function readSecretValues(
  db: Db,
  cipher: SecretCipher,
  tenantId: string,
  names: readonly string[],
): Promise<ReadonlyMap<string, string>> {
  if (names.length === 0) return new Map()
  const rows = await db
    .selectFrom('secret')
    .select(['name', 'sealed', 'key_id as keyId'])
    .where('tenant_id', '=', tenantId)
    .where((where) => where('name', '=', where.fn.any(where.val([...names]))))
    .execute()
  return new Map(rows.map((row) => [row.name, cipher.open(row, { tenantId, name: row.name })]))
}

export interface SecretsWithRetired {
  readonly values: ReadonlyMap<string, string>
  /** Earlier values that live runs may still hold, newest first; also of names that have no secret any more. */
  readonly retired: ReadonlyMap<string, readonly string[]>
}

/**
 * As {@link readSecretValues}, with the values of before, for masks and for attempts that began with them. A retired value
 * that cannot be opened is left out. Index: secret by primary key, retired_secret by (tenant_id, name).
 *
 * @throws {SecretUnreadable} when a present value cannot be opened
 */
export async function readSecretsWithRetired(
  db: Db,
  cipher: SecretCipher,
  tenantId: string,
  names: readonly string[],
): Promise<SecretsWithRetired> {
  const [values, rows] = await Promise.all([
    readSecretValues(db, cipher, tenantId, names),
    db
      .selectFrom('retired_secret')
      .select(['name', 'sealed', 'key_id as keyId'])
      .where('tenant_id', '=', tenantId)
      .where((where) => where('name', '=', where.fn.any(where.val([...names]))))
      .orderBy('id', 'desc')
      .execute(),
  ])
  const retired = new Map<string, string[]>()
  for (const row of rows) {
    const value = openIfReadable(cipher, row, { tenantId, name: row.name })
    if (value !== null) retired.set(row.name, [...(retired.get(row.name) ?? []), value])
  }
  return { values, retired }
}
