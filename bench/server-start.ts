/** The server process as it starts and idles. */
import { readFile } from 'node:fs/promises'
import type { ServerProcess } from '../tests/e2e/server-process.ts'
import type { Place } from './place.ts'
import { type Summary, summarise } from './summary.ts'

export interface ServerStart {
  /** Milliseconds from spawning the server to the first 200 of /readyz. */
  readonly readyMs: { readonly newDirectory: number; readonly warm: Summary }
  /** Resident memory of the server process alone, in MB, after five idle seconds. */
  readonly idleMemoryMb: number
}

export async function measureServerStart(place: Place): Promise<ServerStart> {
  const server = await place.server()
  const startedAt = performance.now()
  await server.start()
  const newDirectory = Math.round(performance.now() - startedAt)
  const times: number[] = []
  for (let round = 0; round < 5; round += 1) {
    await server.stop()
    const startedAgainAt = performance.now()
    await server.start()
    times.push(performance.now() - startedAgainAt)
  }
  return { readyMs: { newDirectory, warm: summarise(times) }, idleMemoryMb: await idleMemoryOf(server) }
}

async function idleMemoryOf(server: ServerProcess): Promise<number> {
  await new Promise((resolve) => setTimeout(resolve, 5000))
  const status = await readFile(`/proc/${server.pid()}/status`, 'utf8')
  return Math.round(Number(/VmRSS:\s+(\d+)/.exec(status)?.[1] ?? Number.NaN) / 1024)
}
