/** What users do about the domains of a service. */
import { randomBytes } from 'node:crypto'
import type { DomainStatus } from '@cairn/contract'
import { sql } from 'kysely'
import type { Db, Tx } from '../database/database.ts'

export interface DomainRecord {
  readonly id: string
  readonly domain: string
  /** What the TXT record has to say. */
  readonly token: string
  readonly status: DomainStatus
  readonly reason: string | null
  readonly createdBy: string
  readonly createdAt: Date
  readonly checkedAt: Date | null
  readonly verifiedAt: Date | null
}

export interface NewDomain {
  readonly tenantId: string
  readonly serviceId: string
  readonly domain: string
  readonly createdBy: string
}

const columns = [
  'id',
  'domain',
  'token',
  'status',
  'reason',
  'created_by as createdBy',
  'created_at as createdAt',
  'checked_at as checkedAt',
  'verified_at as verifiedAt',
] as const

/** Null = the service has this domain already. */
export async function insertDomain(tx: Tx, domain: NewDomain): Promise<DomainRecord | null> {
  const row = await tx
    .insertInto('service_domain')
    .values({
      id: crypto.randomUUID(),
      tenant_id: domain.tenantId,
      service_id: domain.serviceId,
      domain: domain.domain,
      token: `cairn-domain=${randomBytes(24).toString('base64url')}`,
      status: 'pending',
      reason: null,
      created_by: domain.createdBy,
      checked_at: null,
      verified_at: null,
    })
    .onConflict((conflict) => conflict.columns(['service_id', 'domain']).doNothing())
    .returning(columns)
    .executeTakeFirst()
  return row ?? null
}

/** By name. */
export function listDomains(db: Db, serviceId: string): Promise<DomainRecord[]> {
  return db.selectFrom('service_domain').select(columns).where('service_id', '=', serviceId).orderBy('domain').execute()
}

/** Has its proof looked for anew; what is active stays so. Null = the service has no such domain. */
export async function askForProof(tx: Tx, serviceId: string, domain: string): Promise<DomainRecord | null> {
  const row = await tx
    .updateTable('service_domain')
    .set({
      asked_at: sql<Date>`now()`,
      status: sql<DomainStatus>`case status when 'active' then 'active' else 'pending' end`,
    })
    .where('service_id', '=', serviceId)
    .where('domain', '=', domain)
    .returning(columns)
    .executeTakeFirst()
  return row ?? null
}

/** False = the service has no such domain. */
export async function removeDomain(tx: Tx, serviceId: string, domain: string): Promise<boolean> {
  const { numDeletedRows } = await tx
    .deleteFrom('service_domain')
    .where('service_id', '=', serviceId)
    .where('domain', '=', domain)
    .executeTakeFirst()
  return numDeletedRows > 0n
}
