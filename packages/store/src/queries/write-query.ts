/**
 * The query store. Always true: versions of a path count up by one and never change; a query that a workflow names is not
 * deleted.
 *
 * Lock order: query, then query_use. Whoever saves a workflow that names a query shares the lock of its row first
 * (`readQueriesToRun`); so a deletion sees the workflow, or the workflow sees the deletion.
 */
import { sql } from 'kysely'
import type { Tx } from '../database/database.ts'

export interface QueryWrite {
  readonly tenantId: string
  readonly path: string
  readonly text: string
  /** E-mail. */
  readonly by: string
}

export interface QueryWritten {
  readonly version: number
  /** False when the newest version had this text already. */
  readonly isNew: boolean
}

/** Makes the text the newest version of the path. */
export async function putQuery(tx: Tx, { tenantId, path, text, by }: QueryWrite): Promise<QueryWritten> {
  const made = await tx
    .insertInto('query')
    .values({ tenant_id: tenantId, path, version: 1, created_by: by, updated_by: by })
    .onConflict((conflict) => conflict.columns(['tenant_id', 'path']).doNothing())
    .returning('id')
    .executeTakeFirst()
  if (made !== undefined) {
    await insertVersion(tx, { queryId: made.id, version: 1, text, by })
    return { version: 1, isNew: true }
  }
  const found = await tx
    .selectFrom('query')
    .select(['id', 'version', 'deleted_at as deletedAt'])
    .where('tenant_id', '=', tenantId)
    .where('path', '=', path)
    .forNoKeyUpdate()
    .executeTakeFirstOrThrow()
  const newest = await tx
    .selectFrom('query_version')
    .select('text')
    .where('query_id', '=', found.id)
    .where('version', '=', found.version)
    .executeTakeFirst()
  if (found.deletedAt === null && newest?.text === text) return { version: found.version, isNew: false }
  const version = found.version + 1
  const now = new Date()
  const isBack = found.deletedAt !== null
  await tx
    .updateTable('query')
    .set({
      version,
      updated_at: now,
      updated_by: by,
      ...(isBack && { deleted_at: null, created_at: now, created_by: by }),
    })
    .where('id', '=', found.id)
    .execute()
  await insertVersion(tx, { queryId: found.id, version, text, by })
  return { version, isNew: true }
}

interface NewVersion {
  readonly queryId: number
  readonly version: number
  readonly text: string
  readonly by: string
}

async function insertVersion(tx: Tx, { queryId, version, text, by }: NewVersion): Promise<void> {
  await tx.insertInto('query_version').values({ query_id: queryId, version, text, created_by: by }).execute()
}

export type QueryDeletion =
  | { readonly kind: 'deleted' }
  | { readonly kind: 'unknown' }
  /** The first {@link mostUsersNamed} workflows that name it, oldest first. */
  | { readonly kind: 'in_use'; readonly workflows: readonly { readonly id: number; readonly name: string }[] }

const mostUsersNamed = 10

/** Removes the query and the texts of all its versions, unless a workflow names it. Runs keep the text they began with. */
export async function deleteQuery(tx: Tx, tenantId: string, path: string): Promise<QueryDeletion> {
  const found = await tx
    .selectFrom('query')
    .select('id')
    .where('tenant_id', '=', tenantId)
    .where('path', '=', path)
    .where('deleted_at', 'is', null)
    .forUpdate()
    .executeTakeFirst()
  if (found === undefined) return { kind: 'unknown' }
  const workflows = await tx
    .selectFrom('query_use')
    .innerJoin('workflow', 'workflow.id', 'query_use.workflow_id')
    .select(['workflow.id', 'workflow.name'])
    .where('query_use.query_id', '=', found.id)
    .orderBy('workflow.id')
    .limit(mostUsersNamed)
    .execute()
  if (workflows.length > 0) return { kind: 'in_use', workflows }
  await tx.deleteFrom('query_version').where('query_id', '=', found.id).execute()
  await tx.updateTable('query').set({ deleted_at: new Date() }).where('id', '=', found.id).execute()
  return { kind: 'deleted' }
}

/** Makes these paths the ones that the workflow names; all exist and are locked by `readQueriesToRun`. */
export async function replaceQueryUses(
  tx: Tx,
  workflow: { readonly id: number; readonly tenantId: string },
  paths: readonly string[],
): Promise<void> {
  await sql`
    with named as (
      select id from query where tenant_id = ${workflow.tenantId} and path = any(${[...paths]})
    ), gone as (
      delete from query_use where workflow_id = ${workflow.id} and query_id not in (select id from named)
    )
    insert into query_use (query_id, workflow_id) select id, ${workflow.id}::bigint from named
    on conflict do nothing`.execute(tx)
}
