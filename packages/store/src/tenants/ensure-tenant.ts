import type { Tx } from '../database/database.ts'

/** Id of the tenant of this name, made when there is none. */
export async function ensureTenant(tx: Tx, name: string): Promise<string> {
  await tx
    .insertInto('tenant')
    .values({ id: crypto.randomUUID(), name })
    .onConflict((conflict) => conflict.column('name').doNothing())
    .execute()
  const row = await tx.selectFrom('tenant').select('id').where('name', '=', name).executeTakeFirstOrThrow()
  return row.id
}
