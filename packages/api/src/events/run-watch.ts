/**
 * What changed among the runs of some tenants from one look to the next. Always true: a run is known from the first look that
 * sees it until a while after the look that sees its end, so that each is told as created once, and its end is never missed.
 * Runs that were there when their tenant was first looked at are not told.
 */
import { isEndedExecution } from '@cairn/contract'
import { type Db, readChangedSteps, readRunMarks, type RunMark, type TenantChange } from '@cairn/store'

interface KnownRun extends RunMark {
  /** When its end was seen, by the monotonic clock; null = it is live. */
  readonly endedAt: number | null
}

/** How far back a look asks for runs that came and went between two looks. */
const createdWithinSeconds = 10
/** Longer than that, so that an ended run is not taken for a new one. */
const rememberedMs = 60_000

export class RunWatch {
  readonly #db: Db
  readonly #known = new Map<string, KnownRun>()
  #tenants: ReadonlySet<string> = new Set()

  constructor(db: Db) {
    this.#db = db
  }

  /** The changes since the last look. */
  async look(tenantIds: ReadonlySet<string>): Promise<readonly TenantChange[]> {
    this.#forget(tenantIds)
    const watched = this.#tenants
    this.#tenants = new Set([...watched].filter((tenantId) => tenantIds.has(tenantId)))
    if (tenantIds.size === 0) return []
    const ids = [...this.#known.values()].filter(({ endedAt }) => endedAt === null).map(({ id }) => id)
    const marks = await readRunMarks(this.#db, { tenantIds: [...tenantIds], ids, createdWithinSeconds })
    const moved = marks.filter((mark) => hasMoved(this.#known.get(mark.id), mark))
    const told = moved.filter((mark) => watched.has(mark.tenantId))
    const steps = await readChangedSteps(
      this.#db,
      told.map(({ id }) => ({ id, after: this.#known.get(id)?.sequence ?? 0 })),
    )
    const changes = told.map((mark) => changeOfRun(mark, this.#known.has(mark.id)))
    const tenantOf = new Map(told.map(({ id, tenantId }) => [id, tenantId]))
    this.#remember(moved, new Set(marks.map(({ id }) => id)))
    this.#tenants = tenantIds
    return [...changes, ...steps.flatMap(({ executionId, step }) => changeOfStep(tenantOf, executionId, step))]
  }

  #forget(tenantIds: ReadonlySet<string>): void {
    const now = performance.now()
    for (const [id, { tenantId, endedAt }] of this.#known) {
      const isOld = endedAt !== null && now - endedAt > rememberedMs
      if (isOld || !tenantIds.has(tenantId)) this.#known.delete(id)
    }
  }

  #remember(moved: readonly RunMark[], there: ReadonlySet<string>): void {
    const now = performance.now()
    for (const mark of moved) this.#known.set(mark.id, { ...mark, endedAt: isEndedExecution(mark.status) ? now : null })
    for (const [id, { endedAt }] of this.#known) {
      // Removed from the database.
      if (endedAt === null && !there.has(id)) this.#known.delete(id)
    }
  }
}

function hasMoved(known: RunMark | undefined, mark: RunMark): boolean {
  return known === undefined || known.status !== mark.status || known.sequence < mark.sequence
}

function changeOfRun({ id, tenantId, workflowId }: RunMark, isKnown: boolean): TenantChange {
  const change = isKnown ? 'updated' : 'created'
  return { tenantId, kind: 'execution', id, parentId: String(workflowId), change }
}

function changeOfStep(tenantOf: ReadonlyMap<string, string>, executionId: string, step: string): TenantChange[] {
  const tenantId = tenantOf.get(executionId)
  return tenantId === undefined ? [] : [{ tenantId, kind: 'step', id: step, parentId: executionId, change: 'updated' }]
}
