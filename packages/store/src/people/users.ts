/** Users of a tenant. An e-mail is kept in lower case and is one user's within its tenant. */
import { randomUUID } from 'node:crypto'
import type { Role } from '@cairn/contract'
import type { Tx } from '../database/database.ts'

export interface NewUser {
  readonly tenantId: string
  readonly email: string
  readonly name: string
  readonly role: Role
  /** Who adds the user. */
  readonly by: string
}

/** Id of the tenant's user of this e-mail, made when there is none; one who is there stays as is. */
export async function ensureUser(tx: Tx, user: NewUser): Promise<string> {
  const email = user.email.toLowerCase()
  const { tenantId: tenant_id, name, role, by: created_by } = user
  await tx
    .insertInto('tenant_user')
    .values({ id: randomUUID(), tenant_id, email, name, role, created_by })
    .onConflict((conflict) => conflict.columns(['tenant_id', 'email']).doNothing())
    .execute()
  const row = await tx
    .selectFrom('tenant_user')
    .select('id')
    .where('tenant_id', '=', tenant_id)
    .where('email', '=', email)
    .executeTakeFirstOrThrow()
  return row.id
}
