import { graphOf, type RunGraph } from '@cairn/domain'
import { type Database, readRunPlans } from '@cairn/store'

/** Plans never change, so the latest used ones stay in memory, shared by their runs. */
export class PlanCache {
  readonly #database: Database
  readonly #most: number
  /** In the order of use, latest last. */
  readonly #graphs = new Map<number, RunGraph>()

  constructor(database: Database, most = 500) {
    this.#database = database
    this.#most = most
  }

  /** A plan that does not exist or cannot be read has no entry. */
  async read(planIds: readonly number[]): Promise<ReadonlyMap<number, RunGraph>> {
    const found = new Map<number, RunGraph>()
    const missing = new Set<number>()
    for (const id of planIds) {
      const graph = this.#graphs.get(id)
      if (graph === undefined) missing.add(id)
      else found.set(id, graph)
    }
    for (const [id, plan] of await readRunPlans(this.#database.db, [...missing])) {
      const graph = tryGraph(plan)
      if (graph !== null) found.set(id, graph)
    }
    for (const [id, graph] of found) this.#keep(id, graph)
    return found
  }

  #keep(id: number, graph: RunGraph): void {
    this.#graphs.delete(id)
    this.#graphs.set(id, graph)
    for (const oldest of this.#graphs.keys()) {
      if (this.#graphs.size <= this.#most) return
      this.#graphs.delete(oldest)
    }
  }
}

/** A damaged plan fails its own runs, not those that are claimed with them. */
function tryGraph(plan: Parameters<typeof graphOf>[0]): RunGraph | null {
  try {
    return graphOf(plan)
  } catch {
    return null
  }
}
