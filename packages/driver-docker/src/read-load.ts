import type { Call, Load } from '@cairn/driver'
import { type Engine, findContainer } from './containers.ts'
import { ContainerStats, readShape } from './engine-shapes.ts'

const notFound = 404
/** Answers of engines that do not run the container, or were about to end it. */
const unanswered = [notFound, 409, 500]
const nanosecondsPerSecond = 1e9

/** One look: without `one-shot` an engine takes two, a second apart. */
export async function readLoad(engine: Engine, name: string, call: Call): Promise<Load | null> {
  const found = await findContainer(engine, name, call)
  if (found === null || found.observation.phase !== 'running') return null
  const path = `/containers/${found.id}/stats`
  const query = { stream: false, 'one-shot': true }
  const answer = await engine.client.request({ method: 'GET', path, query, accept: unanswered }, call)
  return answer.status === 200 ? toLoad(readShape(ContainerStats, answer.body, 'container stats')) : null
}

/**
 * Null for a container that does not run: its counters are zero. Without the file cache that is not in use, as the engine's
 * own command shows it; control groups of version 1 call that `total_inactive_file`, those of version 2 `inactive_file`.
 */
export function toLoad({ cpu_stats: cpu, memory_stats: memory }: ContainerStats): Load | null {
  const used = cpu?.cpu_usage?.total_usage ?? 0
  const { usage, limit, stats = {} } = memory ?? {}
  if (used === 0 || usage === undefined || usage === 0) return null
  const cache = stats['total_inactive_file'] ?? stats['inactive_file']
  const inactive = typeof cache === 'number' && cache < usage ? cache : 0
  return {
    cpuSeconds: used / nanosecondsPerSecond,
    memoryBytes: usage - inactive,
    memoryLimitBytes: limit === undefined || limit === 0 ? null : limit,
  }
}
