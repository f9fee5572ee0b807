import type { DeliveryStatus, Role, UserStatus } from '@cairn/contract'
import { sql } from 'kysely'
import type { Db } from '../database/database.ts'
import { containing, type Page, type PageRequest, pageOffset } from '../page.ts'
import type { UserKey } from './user-key.ts'

export interface UserRecord {
  readonly id: string
  readonly email: string
  readonly name: string
  readonly role: Role
  readonly status: UserStatus
  readonly hasPassword: boolean
  readonly createdAt: Date
  readonly createdBy: string
  /** The last sign-in or use of a token. */
  readonly lastSeenAt: Date | null
  /** null = no link is open. */
  readonly invitationExpiresAt: Date | null
  /** null = the link that is open is not mailed. */
  readonly invitationMail: { readonly status: DeliveryStatus; readonly error: string | null } | null
}

export interface UserFilter {
  readonly searchTerm: string
  /** null = all. */
  readonly roles: readonly Role[] | null
  readonly statuses: readonly UserStatus[] | null
}

/** A user without a password who never came is one whom an invitation waits for. */
const status = sql`case
  when u.disabled_at is not null then 'disabled'
  when u.invitation_hash is not null and u.password_hash is null then 'invited'
  else 'active' end`

const columns = sql`
  u.id, u.email, u.name, u.role, ${status} as status, u.password_hash is not null as "hasPassword",
  u.created_at as "createdAt", u.created_by as "createdBy", u.invitation_expires_at as "invitationExpiresAt",
  (select jsonb_build_object('status', m.status, 'error', m.last_error) from invitation_mail m
    where m.user_id = u.id and m.invitation_hash = u.invitation_hash) as "invitationMail",
  greatest(u.last_sign_in_at, (select max(t.last_used_at) from api_token t where t.user_id = u.id)) as "lastSeenAt"`

/** By e-mail. Index: tenant_user (tenant_id, email). */
export async function listUsers(
  db: Db,
  tenantId: string,
  filter: UserFilter,
  page: PageRequest,
): Promise<Page<UserRecord>> {
  const term = containing(filter.searchTerm)
  const found = sql`from tenant_user u
    where u.tenant_id = ${tenantId} and (u.email ilike ${term} or u.name ilike ${term})
      and (${filter.roles}::text[] is null or u.role = any(${filter.roles}::text[]))
      and (${filter.statuses}::text[] is null or ${status} = any(${filter.statuses}::text[]))`
  const [items, counted] = await Promise.all([
    sql<UserRecord>`
      select ${columns} ${found} order by u.email limit ${page.pageSize} offset ${pageOffset(page)}`.execute(db),
    sql<{ total: number }>`select count(*) as total ${found}`.execute(db),
  ])
  return { items: items.rows, total: counted.rows[0]?.total ?? 0 }
}

export async function findUser(db: Db, { tenantId, userId }: UserKey): Promise<UserRecord | null> {
  const { rows } = await sql<UserRecord>`
    select ${columns} from tenant_user u where u.tenant_id = ${tenantId} and u.id = ${userId}`.execute(db)
  return rows[0] ?? null
}
