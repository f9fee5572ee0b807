import type { Db } from '../database/database.ts'
import { type Page, type PageRequest, pageOffset } from '../page.ts'
import { readStoredBody, type StoredBody } from './stored-body.ts'

export interface WorkflowRevisionRecord {
  readonly revision: number
  readonly createdAt: Date
  readonly createdBy: string
  readonly body: StoredBody
  /** Body of the revision before; null = this is the first. */
  readonly before: StoredBody | null
}

function revisionsOf(db: Db, tenantId: string, workflowId: number) {
  return db
    .selectFrom('workflow_revision as r')
    .innerJoin('workflow', 'workflow.id', 'r.workflow_id')
    .where('workflow.tenant_id', '=', tenantId)
    .where('workflow.deleted_at', 'is', null)
    .where('r.workflow_id', '=', workflowId)
}

/** Newest first. Index: primary key. */
export async function listWorkflowRevisions(
  db: Db,
  tenantId: string,
  workflowId: number,
  page: PageRequest,
): Promise<Page<WorkflowRevisionRecord>> {
  const found = revisionsOf(db, tenantId, workflowId)
  const [rows, counted] = await Promise.all([
    found
      .select(['r.revision', 'r.created_at as createdAt', 'r.created_by as createdBy', 'r.body'])
      .orderBy('r.revision', 'desc')
      // One more, to compare the last of the page with.
      .limit(page.pageSize + 1)
      .offset(pageOffset(page))
      .execute(),
    found.select((eb) => eb.fn.countAll<number>().as('total')).executeTakeFirstOrThrow(),
  ])
  const revisions = rows.map((row) => ({ ...row, body: readStoredBody(row.body) }))
  const items = revisions
    .slice(0, page.pageSize)
    .map((revision, at) => ({ ...revision, before: revisions[at + 1]?.body ?? null }))
  return { items, total: counted.total }
}

/** null = the tenant has no such workflow, or it has no such revision. */
export async function findWorkflowRevision(
  db: Db,
  tenantId: string,
  workflowId: number,
  revision: number,
): Promise<StoredBody | null> {
  const row = await revisionsOf(db, tenantId, workflowId)
    .select('r.body')
    .where('r.revision', '=', revision)
    .executeTakeFirst()
  return row === undefined ? null : readStoredBody(row.body)
}
