/**
 * What the engine writes about claims of domains.
 *
 * Always true: a domain is active for one service at most (a unique index says so). A claim becomes active in a transaction
 * that holds its row and that of the service which has the domain, so nobody sees both or none.
 */
import type { DomainStatus } from '@cairn/contract'
import type { DomainClaim } from '@cairn/domain'
import { sql } from 'kysely'
import type { Db, Tx } from '../database/database.ts'

/** Times are by the database's clock. */
export interface StoredClaim extends DomainClaim {
  readonly id: string
  readonly serviceId: string
}

const claim = sql`
  id, service_id as "serviceId", domain, token, status,
  (extract(epoch from clock_timestamp() - asked_at) * 1000)::float8 as "ageMs",
  (extract(epoch from clock_timestamp() - verified_at) * 1000)::float8 as "provenMs"`

/** Null = it was removed. */
export async function findClaim(db: Db, id: string): Promise<StoredClaim | null> {
  const { rows } = await sql<StoredClaim>`select ${claim} from service_domain where id = ${id}`.execute(db)
  return rows[0] ?? null
}

/** Locks the claim's row; null = it was removed. */
export async function lockClaim(tx: Tx, id: string): Promise<StoredClaim | null> {
  const { rows } = await sql<StoredClaim>`select ${claim} from service_domain where id = ${id} for update`.execute(tx)
  return rows[0] ?? null
}

/** Locks the claim that is active for a domain; null = there is none. Index: service_domain (domain) where active. */
export async function lockHolder(tx: Tx, domain: string): Promise<StoredClaim | null> {
  const { rows } = await sql<StoredClaim>`
    select ${claim} from service_domain where domain = ${domain} and status = 'active' for update`.execute(tx)
  return rows[0] ?? null
}

export interface DomainFinding {
  readonly status: DomainStatus
  readonly reason: string | null
}

/** What a look at the proof gave. */
export async function recordFinding(tx: Tx, id: string, { status, reason }: DomainFinding): Promise<void> {
  await sql`
    update service_domain
    set status = ${status}, reason = ${reason}, checked_at = now(),
      verified_at = case when ${status} = 'active' and ${reason}::text is null then now() else verified_at end
    where id = ${id}`.execute(tx)
}

/** Takes a domain from the service that has it, whose claim is looked at anew: what DNS said may have been out of date. */
export async function displaceHolder(tx: Tx, id: string, reason: string): Promise<void> {
  await sql`
    update service_domain set status = 'pending', reason = ${reason}, asked_at = now(), checked_at = now()
    where id = ${id}`.execute(tx)
}
