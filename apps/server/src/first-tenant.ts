import { randomBytes } from 'node:crypto'
import { hashToken } from '@cairn/api'
import { defaultTenantName } from '@cairn/domain'
import { type Database, ensureTenant, ensureUser, hasToken, storeToken } from '@cairn/store'

const adminEmail = 'admin@cairn.local'

/**
 * Makes the first tenant and its administrator's token where they are missing. Answers the token when it was made here:
 * only its hash is stored, so it has to be shown now or never.
 *
 * @param givenToken the token to use; null = make one unless the tenant has one
 */
export async function ensureFirstTenant(database: Database, givenToken: string | null): Promise<string | null> {
  return database.transaction(async (tx) => {
    const tenantId = await ensureTenant(tx, defaultTenantName)
    if (givenToken === null && (await hasToken(tx, tenantId))) return null
    const token = givenToken ?? `cairn_${randomBytes(32).toString('base64url')}`
    const admin = { tenantId, email: adminEmail, name: 'Administrator', role: 'admin', by: 'cairn' } as const
    await storeToken(tx, {
      tenantId,
      tokenHash: hashToken(token),
      userId: await ensureUser(tx, admin),
      scope: 'write',
      label: 'first administrator',
      expiresAt: null,
    })
    return givenToken === null ? token : null
  })
}
