import { statfs } from 'node:fs/promises'
import type { Call, DiskSpace, DiskUsage } from '@cairn/driver'
import type { Engine } from './containers.ts'
import { EngineRoot, Pruned, readShape, SystemUsage } from './engine-shapes.ts'

const notFound = 404
const rootKnownMs = 60_000

export async function diskUsage(engine: Engine, call: Call): Promise<DiskUsage> {
  const answer = await engine.client.request({ method: 'GET', path: '/system/df' }, call)
  const usage = readShape(SystemUsage, answer.body, 'disk usage')
  return {
    imageBytes: usage.LayersSize ?? 0,
    containerBytes: sum((usage.Containers ?? []).map(({ SizeRw }) => SizeRw)),
    volumeBytes: sum((usage.Volumes ?? []).map(({ UsageData }) => UsageData?.Size)),
    buildCacheBytes: sum((usage.BuildCache ?? []).map(({ Size }) => Size)),
  }
}

/** An engine writes -1 for what it does not know. */
function sum(sizes: readonly (number | undefined)[]): number {
  return sizes.reduce<number>((total, size) => total + Math.max(0, size ?? 0), 0)
}

/** Only an engine on this machine keeps its images on a disk that can be looked at. */
export async function diskSpace(engine: Engine, call: Call): Promise<DiskSpace | null> {
  if (engine.client.host.kind !== 'socket') return null
  const directory = await rootDirectory(engine, call)
  if (directory === null) return null
  try {
    const { bavail, blocks, bsize } = await statfs(directory)
    return { freeBytes: bavail * bsize, totalBytes: blocks * bsize }
  } catch {
    // The socket was mounted from elsewhere, or the directory may not be entered.
    return null
  }
}

/** Describing itself takes an engine 10 to 25 ms, for which each build would wait; where it keeps things changes with its restart at most. */
async function rootDirectory({ client, root }: Engine, call: Call): Promise<string | null> {
  if (root.known !== null && performance.now() < root.known.until) return root.known.directory
  const answer = await client.request({ method: 'GET', path: '/info' }, call)
  const { DockerRootDir: found = '' } = readShape(EngineRoot, answer.body, 'info')
  const directory = found === '' ? null : found
  root.known = { directory, until: performance.now() + rootKnownMs }
  return directory
}

/** An engine without this call (Podman) keeps no cache beside its images. */
export async function pruneBuildCache(engine: Engine, keepBytes: number, call: Call): Promise<number> {
  const query = { all: true, 'keep-storage': keepBytes }
  const answer = await engine.client.request({ method: 'POST', path: '/build/prune', query, accept: [notFound] }, call)
  if (answer.status === notFound) return 0
  return readShape(Pruned, answer.body, 'pruned cache').SpaceReclaimed ?? 0
}
