/** Starts runs whole and in part, stops some and retries some, through whatever is being killed meanwhile. */
import { setTimeout as pause } from 'node:timers/promises'
import { CairnApiError } from '@cairn/sdk'
import type { FaultWorld } from './fault-world.ts'
import { randomWorkflow } from './random-workflow.ts'

export interface Load {
  readonly runs: number
  /** Most runs that have not ended; more are started as these end. */
  readonly mostLive: number
  /** Ends the load early. */
  readonly signal: AbortSignal
}

const runsOfWorkflow = 6
const stopShare = 0.1
const retryShare = 0.1
const partShare = 0.15

/** Resolves when the tables hold so many runs. Whatever is refused or cut off is left, and something else is tried. */
export async function startRandomLoad(world: FaultWorld, random: () => number, load: Load): Promise<void> {
  const workflows: { readonly id: number; readonly steps: readonly string[] }[] = []
  const wanted = Math.ceil(load.runs / runsOfWorkflow)
  while (!load.signal.aborted) {
    const { all, live } = await countRuns(world, load.signal)
    if (all >= load.runs) return
    if (live >= load.mostLive) {
      await pause(100)
      continue
    }
    const attempt = async (): Promise<void> => {
      if (workflows.length < wanted) {
        const body = randomWorkflow(random, `w${workflows.length}-${Math.floor(random() * 1e9)}`, world.reachable)
        const { id } = await world.client.workflows.createWorkflow(body)
        workflows.push({ id, steps: Object.keys(body.steps) })
      }
      const workflow = workflows[Math.floor(random() * workflows.length)]
      if (workflow !== undefined) await startOne(world, random, workflow)
    }
    await attempt().catch((error: unknown) => {
      // A body that no server would take is a fault of this load, which would go on for ever.
      if (error instanceof CairnApiError && error.code === 'invalid_workflow') throw error
      return pause(50)
    })
  }
}

async function startOne(
  { client, database }: FaultWorld,
  random: () => number,
  { id, steps }: { readonly id: number; readonly steps: readonly string[] },
): Promise<void> {
  const { workflows } = client
  const stepName = steps[Math.floor(random() * steps.length)] ?? 's0'
  const part = random() < partShare ? { stepsToRun: [{ stepName, runDAG: random() < 0.5 }] } : {}
  const { executionId } = await workflows.executeWorkflow(id, part)
  if (random() < stopShare) {
    await pause(random() * 2000)
    await workflows.stopExecution(id, executionId)
  }
  if (random() < retryShare) {
    const failed = await database.db
      .selectFrom('execution')
      .select(['id', 'workflow_id'])
      .where('status', 'in', ['failed', 'stopped'])
      .orderBy('created_at', 'desc')
      .executeTakeFirst()
    const from = random() < 0.7 ? 'failed' : 'start'
    if (failed !== undefined) await workflows.retryExecution(failed.workflow_id, failed.id, { from })
  }
}

async function countRuns({ database }: FaultWorld, signal: AbortSignal): Promise<{ all: number; live: number }> {
  while (!signal.aborted) {
    try {
      const { rows } = await database.pool.query<{ all: number; live: number }>(
        'select count(*)::int as all, (count(*) filter (where finished_at is null))::int as live from execution',
      )
      const [row] = rows
      if (row !== undefined) return row
    } catch {
      // The database is away.
      await pause(100)
    }
  }
  return { all: 0, live: 0 }
}
