/**
 * Starts runs of many callers in few transactions: those that come while one is under way go together in the next.
 *
 * Always true:
 * - a caller is answered only when the commit that holds its run is durable;
 * - starts that go together are decided in the order in which they came in, as if each had a transaction of its own;
 * - a workflow whose row somebody else holds does not keep the others waiting: its starts go each by itself, as do all
 *   starts of a transaction that the database refused for what one of them brought, and retries, which read a whole run.
 */
import { sql } from 'kysely'
import type { Database, Tx } from '../database/database.ts'
import { prepared } from '../database/prepared.ts'
import { KnownRevisions } from './known-revisions.ts'
import type { WorkflowToRun } from './prepare-run.ts'
import type { RunStart, RunStarted, RunStartLimits } from './run-start.ts'
import { type LockedStart, startLockedRuns, startRun } from './start-run.ts'

interface Asked {
  readonly start: RunStart
  readonly limits: RunStartLimits
  readonly answer: PromiseWithResolvers<RunStarted>
}

/** Runs of one transaction: it holds the rows of their workflows. */
const mostAtOnce = 100

export class RunStarter {
  readonly #database: Database
  readonly #revisions = new KnownRevisions()
  #waiting: Asked[] = []
  #isBusy = false

  constructor(database: Database) {
    this.#database = database
  }

  /** Starts a run, durably. After that the caller gives the hint `execution`. */
  start(start: RunStart, limits: RunStartLimits): Promise<RunStarted> {
    const answer = Promise.withResolvers<RunStarted>()
    if (start.retryOf !== undefined) {
      void this.#startAlone({ start, limits, answer })
      return answer.promise
    }
    this.#waiting.push({ start, limits, answer })
    if (!this.#isBusy) {
      this.#isBusy = true
      // Not before the other requests of this moment have asked as well.
      setImmediate(() => void this.#startAll())
    }
    return answer.promise
  }

  /** Never rejects. */
  async #startAll(): Promise<void> {
    while (this.#waiting.length > 0) {
      const asked = this.#waiting.slice(0, mostAtOnce)
      this.#waiting = this.#waiting.slice(mostAtOnce)
      const alone = await this.#startTogether(asked)
      for (const one of alone) void this.#startAlone(one)
    }
    this.#isBusy = false
  }

  /** Answers the starts that must be tried each by itself. Never rejects. */
  async #startTogether(asked: readonly Asked[]): Promise<readonly Asked[]> {
    try {
      const { together, alone, started } = await this.#database.transaction(async (tx) => {
        const split = splitByLock(asked, await lockFreeWorkflows(tx, asked, this.#revisions))
        return { ...split, started: await startLockedRuns(tx, split.together, this.#revisions) }
      })
      for (const [compiled, planId] of started.plans) this.#revisions.keepPlanId(compiled, planId)
      for (const [index, { answer }] of together.entries()) {
        const outcome = started.outcomes[index]
        if (outcome === undefined) answer.reject(new Error('a start has no outcome'))
        else answer.resolve(outcome)
      }
      return alone
    } catch (error) {
      if (isRolledBack(error)) return asked
      // Whether it was committed is not known, so nothing is tried again.
      for (const { answer } of asked) answer.reject(error)
      return []
    }
  }

  /** Never rejects. */
  async #startAlone({ start, limits, answer }: Asked): Promise<void> {
    try {
      answer.resolve(await this.#database.transaction((tx) => startRun(tx, start, limits)))
    } catch (error) {
      answer.reject(error)
    }
  }
}

type AskedWithLock = Asked & LockedStart

function splitByLock(
  asked: readonly Asked[],
  locked: ReadonlyMap<string, WorkflowToRun>,
): { readonly together: readonly AskedWithLock[]; readonly alone: readonly Asked[] } {
  const together: AskedWithLock[] = []
  const alone: Asked[] = []
  for (const one of asked) {
    const workflow = locked.get(keyOf(one.start))
    if (workflow === undefined) alone.push(one)
    else together.push({ ...one, workflow })
  }
  return { together, alone }
}

const keyOf = ({ tenantId, workflowId }: { readonly tenantId: string; readonly workflowId: number }): string =>
  `${tenantId}:${workflowId}`

/** Locks the workflows that nobody else holds; one that is not among them is held, deleted or unknown. */
async function lockFreeWorkflows(
  tx: Tx,
  asked: readonly Asked[],
  revisions: KnownRevisions,
): Promise<Map<string, WorkflowToRun>> {
  const wanted = [...new Map(asked.map(({ start }) => [keyOf(start), start])).values()]
  const { rows } = await prepared<{ readonly id: number; readonly tenantId: string; readonly revision: number }>(
    'lock-free-workflows',
    sql`
    select workflow.id, workflow.tenant_id as "tenantId", workflow.revision
    from unnest(${wanted.map(({ tenantId }) => tenantId)}::uuid[], ${wanted.map(({ workflowId }) => workflowId)}::bigint[])
      as asked (tenant_id, id)
    join workflow on workflow.id = asked.id and workflow.tenant_id = asked.tenant_id
    where workflow.deleted_at is null
    order by workflow.id
    for update of workflow skip locked`,
  ).execute(tx)
  const missing = rows.filter(({ id, revision }) => revisions.find(id, revision) === null)
  await readRevisions(tx, missing, revisions)
  return new Map(
    rows.flatMap(({ id, tenantId, revision }) => {
      const known = revisions.find(id, revision)
      return known === null ? [] : [[keyOf({ tenantId, workflowId: id }), { id, revision, known }]]
    }),
  )
}

/** In a statement of its own: it must see what was committed until the locks were had. */
async function readRevisions(
  tx: Tx,
  wanted: readonly { readonly id: number; readonly revision: number }[],
  revisions: KnownRevisions,
): Promise<void> {
  if (wanted.length === 0) return
  const { rows } = await sql<{ readonly id: number; readonly revision: number; readonly body: object }>`
    select workflow_id as id, revision, body
    from unnest(${wanted.map(({ id }) => id)}::bigint[], ${wanted.map(({ revision }) => revision)}::integer[])
      as wanted (workflow_id, revision)
    join workflow_revision using (workflow_id, revision)`.execute(tx)
  for (const { id, revision, body } of rows) revisions.add(id, revision, body)
}

/**
 * SQLSTATE classes after which nothing was written: 21 and 22 data, 23 constraints, 40 deadlocks and the like, 42
 * statement, 54 limits.
 */
function isRolledBack(error: unknown): boolean {
  const state = error instanceof Error && 'code' in error ? error.code : null
  return typeof state === 'string' && /^(21|22|23|40|42|54)[0-9A-Z]{3}$/.test(state)
}
