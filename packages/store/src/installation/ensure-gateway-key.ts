import { randomBytes } from 'node:crypto'
import { sql } from 'kysely'
import type { Db } from '../database/database.ts'

/** 32 bytes that every gateway of the installation signs its cookies with; made at the first call, the same ever after. */
export async function ensureGatewayKey(db: Db): Promise<Buffer> {
  await sql`insert into gateway_key (key) values (${randomBytes(32)}) on conflict do nothing`.execute(db)
  const { rows } = await sql<{ key: Buffer }>`select key from gateway_key`.execute(db)
  const [row] = rows
  if (row === undefined) throw new Error('the key of the gateways is gone from its table')
  return row.key
}
