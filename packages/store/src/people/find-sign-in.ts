import type { Db } from '../database/database.ts'

/** A user who may sign in by a password. */
export interface PasswordHolder {
  readonly userId: string
  readonly tenantId: string
  readonly passwordHash: string
}

/** More tenants than this of one e-mail are not looked at: each costs the check of a password. */
const mostTenants = 5

/**
 * Those whom an e-mail with a password can mean, the oldest first.
 *
 * @param tenantName null = in any tenant
 */
export async function findPasswordHolders(
  db: Db,
  email: string,
  tenantName: string | null,
): Promise<readonly PasswordHolder[]> {
  const rows = await db
    .selectFrom('tenant_user')
    .innerJoin('tenant', 'tenant.id', 'tenant_user.tenant_id')
    .select(['tenant_user.id as userId', 'tenant_user.tenant_id as tenantId', 'password_hash as passwordHash'])
    .where('email', '=', email.toLowerCase())
    .where('disabled_at', 'is', null)
    .where('password_hash', 'is not', null)
    .$if(tenantName !== null, (query) => query.where('tenant.name', '=', tenantName ?? ''))
    .orderBy('tenant_user.created_at')
    .limit(mostTenants)
    .execute()
  return rows.flatMap(({ passwordHash, ...row }) => (passwordHash === null ? [] : [{ ...row, passwordHash }]))
}
