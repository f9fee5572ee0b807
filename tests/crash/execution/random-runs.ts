/** Runs of random shape, put straight into the tables as the API does. */
import { randomUUID } from 'node:crypto'
import { planDigest, type PlannedStep, type RunPlan } from '@cairn/domain'
import { type Database, insertExecution, upsertRunPlan } from '@cairn/store'
import { planOf, plannedContainerStep, plannedHttpStep } from '@cairn/testkit'

/** Numbers from 0 to 1 that a seed determines (mulberry32). */
export function seededRandom(seed: number): () => number {
  let state = seed
  return () => {
    state = (state + 0x6d2b79f5) | 0
    let mixed = Math.imul(state ^ (state >>> 15), state | 1)
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32
  }
}

const image = { imageId: 1, versionId: 1, name: 'image', version: '0.0.1', engineId: 'sha256:0' }
const resources = { instanceTypeId: 21, cpus: 0.25, memoryBytes: 512 * 1024 * 1024, storage: '10GB' }

/** 2 to 9 steps; each has up to three of those before it as parents; one in four is an http step, one in eight fails. */
export function randomPlan(random: () => number, httpUrl: string): RunPlan {
  const names: string[] = []
  const steps: Record<string, PlannedStep> = {}
  const count = 2 + Math.floor(random() * 8)
  for (let index = 0; index < count; index += 1) {
    const name = `s${index}`
    const parents = [
      ...new Set(Array.from({ length: Math.floor(random() * 4) }, () => names[Math.floor(random() * names.length)])),
    ]
    const common = {
      parents: parents.filter((parent) => parent !== undefined),
      retry: { maxRetries: random() < 0.5 ? 1 : 0, delaySeconds: 0, exponentialBackoff: false, exitCodes: null },
    }
    const command = `run ${Math.floor(random() * 250)} ${random() < 0.125 ? 3 : 0}`
    steps[name] =
      random() < 0.25
        ? plannedHttpStep({ ...common, url: httpUrl })
        : plannedContainerStep({ ...common, command, image, resources, outputParameters: { out: 'out.txt' } })
    names.push(name)
  }
  return planOf(steps, { workflowName: 'crash' })
}

export async function startRuns(database: Database, tenantId: string, plans: readonly RunPlan[]): Promise<void> {
  for (const plan of plans) {
    await database.transaction(async (tx) => {
      const workflow = await tx
        .insertInto('workflow')
        .values({ tenant_id: tenantId, name: randomUUID(), created_by: 'a', updated_by: 'a', deleted_at: null })
        .returning('id')
        .executeTakeFirstOrThrow()
      const planId = await upsertRunPlan(tx, {
        workflowId: workflow.id,
        revision: 1,
        digest: planDigest(plan),
        body: plan,
      })
      const parameters = { global: {}, stepWise: {} }
      await insertExecution(tx, {
        id: randomUUID(),
        tenantId,
        workflowId: workflow.id,
        planId,
        parameters,
        trigger: 'manual',
        startedBy: 'a',
      })
    })
  }
}
