import { randomBytes } from 'node:crypto'
import type { Db } from '../database/database.ts'

export interface Installation {
  /** 8 hexadecimal characters; part of the name of everything this installation owns on a container engine. */
  readonly id: string
}

/** The installation that this database belongs to; made at the first call, the same ever after. */
export async function ensureInstallation(db: Db): Promise<Installation> {
  await db
    .insertInto('installation')
    .values({ id: randomBytes(4).toString('hex') })
    .onConflict((conflict) => conflict.column('only_row').doNothing())
    .execute()
  return db.selectFrom('installation').select('id').executeTakeFirstOrThrow()
}
