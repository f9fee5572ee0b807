/** Inspects an archive, as {@link WorkerTask} says; prints the outcome and the most bytes that its buffers took. */
import { workerData } from 'node:worker_threads'
import { type ArchiveLimits, createZipScan, defaultArchiveLimits, inspectZip } from '../src/index.ts'

export interface WorkerOutcome {
  /** Of the refusal, or `accepted`. */
  readonly message: string
  readonly peakBufferBytes: number
}

export interface WorkerTask {
  readonly path: string
  /** Other than those of every upload. */
  readonly limits: Partial<ArchiveLimits>
}

const { path, limits }: WorkerTask = workerData
let peakBufferBytes = 0
const sample = (): void => {
  peakBufferBytes = Math.max(peakBufferBytes, process.memoryUsage().arrayBuffers)
}
const sampling = setInterval(sample, 5)
const { signal } = new AbortController()
const message = await inspectZip(path, { ...defaultArchiveLimits, ...limits }, { signal, scan: createZipScan() }).then(
  () => 'accepted',
  (error: unknown) => (error instanceof Error ? error.message : String(error)),
)
sample()
clearInterval(sampling)
process.stdout.write(JSON.stringify({ message, peakBufferBytes } satisfies WorkerOutcome))
