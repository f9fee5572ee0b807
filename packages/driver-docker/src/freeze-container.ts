/**
 * Freezes and thaws containers by the engine's pause, and stops them.
 *
 * Docker keeps "paused" twice: it sets it when it answers, and again when the event of it comes, a few milliseconds later.
 * An answer that contradicts the wish is therefore asked again before it is believed.
 */
import { type Call, DriverError, type Frozen } from '@cairn/driver'
import { type Engine, findContainer } from './containers.ts'
import { pause } from './pause.ts'

const notFound = 404
const notModified = 304
const settleMs = 10
/** 50 ms in all. */
const mostAsks = 6

/** Docker: 409; Podman: 500, both with these words. */
const contrary = { freeze: /already paused/i, thaw: /(?:is )?not paused/i } as const
const notRunning = /not running/i

export async function freezeContainer(engine: Engine, name: string, call: Call): Promise<Frozen> {
  const found = await findContainer(engine, name, call)
  if (found === null) return { kind: 'not_frozen', reason: `workload ${name} does not exist` }
  const { phase } = found.observation
  if (phase !== 'running' && phase !== 'frozen') {
    return { kind: 'not_frozen', reason: `workload ${name} does not run` }
  }
  engine.frozenIds.set(name, found.id)
  const refusal = await ask(engine, { verb: 'freeze', path: `/containers/${found.id}/pause` }, call)
  if (refusal === null) return { kind: 'frozen' }
  engine.frozenIds.delete(name)
  return { kind: 'not_frozen', reason: refusal }
}

/** A container that this driver has frozen is asked without a look at it first: somebody waits for it. */
export async function thawContainer(engine: Engine, name: string, call: Call): Promise<void> {
  const id = engine.frozenIds.get(name) ?? (await findContainer(engine, name, call))?.id
  engine.frozenIds.delete(name)
  if (id === undefined) return
  const refusal = await ask(engine, { verb: 'thaw', path: `/containers/${id}/unpause` }, call)
  if (refusal !== null) throw new DriverError('unknown', `workload ${name} could not be thawed: ${refusal}`)
}

interface Asked {
  readonly verb: 'freeze' | 'thaw'
  readonly path: string
}

/** Null = it is as wished, or gone; else why the engine would not. */
async function ask(engine: Engine, { verb, path }: Asked, call: Call): Promise<string | null> {
  for (let asks = 1; ; asks += 1) {
    try {
      await engine.client.request({ method: 'POST', path, accept: [notFound] }, call)
      return null
    } catch (error) {
      if (!(error instanceof DriverError) || error.code === 'unavailable' || error.code === 'timeout') throw error
      if (error.code === 'workload_not_found') return null
      if (verb === 'thaw' && notRunning.test(error.message)) return null
      if (!contrary[verb].test(error.message)) return error.message
      if (asks >= mostAsks) return null
    }
    await pause(settleMs, call)
  }
}

/** A frozen process would not hear the signal. */
export async function stopContainer(engine: Engine, name: string, graceMs: number, call: Call): Promise<void> {
  const found = await findContainer(engine, name, call)
  if (found === null || found.observation.phase === 'exited') return
  if (found.observation.phase === 'frozen') await thawContainer(engine, name, call)
  const path = `/containers/${found.id}/stop`
  const query = { t: Math.ceil(graceMs / 1000) }
  await engine.client.request({ method: 'POST', path, query, accept: [notFound, notModified] }, call)
}
