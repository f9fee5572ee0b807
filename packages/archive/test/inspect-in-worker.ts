/** Inspects the archive at `workerData`; prints the outcome and the most bytes that its buffers took. */
import { workerData } from 'node:worker_threads'
import { createZipScan, defaultArchiveLimits, inspectZip } from '../src/index.ts'

export interface WorkerOutcome {
  /** Of the refusal, or `accepted`. */
  readonly message: string
  readonly peakBufferBytes: number
}

const path: unknown = workerData
let peakBufferBytes = 0
const sample = (): void => {
  peakBufferBytes = Math.max(peakBufferBytes, process.memoryUsage().arrayBuffers)
}
const sampling = setInterval(sample, 5)
const { signal } = new AbortController()
const message = await inspectZip(String(path), defaultArchiveLimits, { signal, scan: createZipScan() }).then(
  () => 'accepted',
  (error: unknown) => (error instanceof Error ? error.message : String(error)),
)
sample()
clearInterval(sampling)
process.stdout.write(JSON.stringify({ message, peakBufferBytes } satisfies WorkerOutcome))
