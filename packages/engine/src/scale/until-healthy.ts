import { setTimeout as pause } from 'node:timers/promises'
import type { HealthCheck } from '@cairn/domain'
import type { EngineDriver, WorkloadName } from '@cairn/driver'
import type { HealthChecker } from '../service/check-health.ts'

const everyMs = 5
/** An app that speaks no HTTP may close the connection on a request. */
const withoutAskingEvery = 10
const observeEveryMs = 250
/** Then the ordinary passes go on. */
const longestMs = 10_000

/**
 * Checks the health of an instance that has just been asked for, many times a second, until it is healthy. Null = it
 * ended, or is not healthy for now: the caller looks at it in the usual way.
 */
export async function untilHealthy(
  parts: { readonly driver: EngineDriver; readonly checkHealth: HealthChecker },
  name: WorkloadName,
  path: string | null,
  signal: AbortSignal,
): Promise<HealthCheck | null> {
  const until = performance.now() + longestMs
  let checks = 0
  while (performance.now() < until) {
    const seen = await parts.driver.observe(name, { signal })
    if (seen?.phase !== 'running' || seen.address === null) return null
    const observeAt = performance.now() + observeEveryMs
    while (performance.now() < observeAt) {
      checks += 1
      const mayAsk = checks % withoutAskingEvery !== 0
      const check = await parts.checkHealth({ ...seen.address, path, mayAsk }, signal)
      if (check.kind === 'healthy') return check
      await pause(everyMs, undefined, { signal })
    }
  }
  return null
}
