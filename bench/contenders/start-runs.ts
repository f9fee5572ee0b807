/** Workflows of http steps and runs of them, by the function of the store by which every run starts. */
import { randomUUID } from 'node:crypto'
import { type Database, ensureTenant, insertWorkflow, type RunStarter } from '@cairn/store'

const startedBy = 'bench@localhost'

/** `chain`: one step after the other. `fan`: the first, then all but the last beside each other, then the last. */
export type Shape = 'chain' | 'fan'

export interface Work {
  readonly shape: Shape
  readonly steps: number
  /** What steps call, with their name behind it. */
  readonly url: string
}

function stepsOf({ shape, steps, url }: Work): object {
  const parentsOf = (index: number): string[] => {
    if (index === 0) return []
    if (shape === 'chain') return [`s${index - 1}`]
    return index < steps - 1 ? ['s0'] : Array.from({ length: steps - 2 }, (_, other) => `s${other + 1}`)
  }
  const stepOf = (name: string, index: number): object => ({
    type: 'http',
    method: 'get',
    url: `${url}${name}`,
    parents: parentsOf(index),
  })
  const names = Array.from({ length: steps }, (_, index) => `s${index}`)
  return Object.fromEntries(names.map((name, index) => [name, stepOf(name, index)]))
}

export interface Workflows {
  readonly tenantId: string
  readonly ids: readonly number[]
}

export async function createWorkflows(database: Database, count: number, work: Work): Promise<Workflows> {
  const steps = stepsOf(work)
  return database.transaction(async (tx) => {
    const tenantId = await ensureTenant(tx, 'bench')
    const ids: number[] = []
    for (let index = 0; index < count; index += 1) {
      const name = `bench-${randomUUID()}`
      const body = { name, tags: [], watchers: [], triggers: [], metadata: { allowConcurrentExecution: true }, steps }
      const id = await insertWorkflow(tx, { tenantId, name, body, secrets: [], createdBy: startedBy })
      if (id !== null) ids.push(id)
    }
    return { tenantId, ids }
  })
}

/** Starts a run as `execute` does; answers its id. */
export async function startOne(starter: RunStarter, { tenantId }: Workflows, workflowId: number): Promise<string> {
  const parameters = { global: {}, stepWise: {} }
  const start = { tenantId, workflowId, trigger: 'manual', startedBy, parameters } as const
  const started = await starter.start(start, { machine: null, mostLiveRuns: 100, mostWaitingRuns: 0 })
  if (started.kind !== 'started') throw new Error(`workflow ${workflowId} did not start: ${started.kind}`)
  return started.executionId
}
