import type { Call } from '@cairn/driver'
import { createEngineClient } from './engine-client.ts'
import { parseEngineHost } from './engine-host.ts'

/** A socket on this machine answers in milliseconds. */
const pingTimeoutMs = 2_000

/**
 * The first of `candidates` (as `parseEngineHost` reads them) at which an engine answers, or null. Takes at most 2 s each.
 *
 * @example
 * await discoverEngineHost(['unix:///var/run/docker.sock', 'unix:///run/podman/podman.sock'], call)
 */
export async function discoverEngineHost(candidates: readonly string[], call: Call): Promise<string | null> {
  for (const candidate of candidates) {
    if (await answersPing(candidate, call)) return candidate
  }
  return null
}

/** Whether an engine answers at this host within 2 s. */
export async function answersPing(dockerHost: string, call: Call): Promise<boolean> {
  try {
    const signal = AbortSignal.any([call.signal, AbortSignal.timeout(pingTimeoutMs)])
    await createEngineClient(parseEngineHost(dockerHost)).request({ method: 'GET', path: '/_ping' }, { signal })
    return true
  } catch {
    // Whatever is wrong with this one, the next may answer.
    return false
  }
}
