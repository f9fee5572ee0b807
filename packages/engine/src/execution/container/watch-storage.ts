/**
 * Looks at what a running container stores. A look walks through all that it has written, so looks are rare, rarer the
 * longer they take, and a process has one under way.
 */
import type { Logger, Limiter } from '@cairn/domain'
import { DriverError, type EngineDriver, type WorkloadName } from '@cairn/driver'
import { waitUnlessStopped } from '../keep-lease.ts'
import { bounded } from './call-engine.ts'

export interface StorageWatch {
  readonly driver: EngineDriver
  readonly logger: Logger
  readonly limitLooks: Limiter
  /** Milliseconds before the first look, and at least between two. */
  readonly storageLookMs: number
}

/** Between two looks passes this many times as long as one takes. */
const restPerLook = 20

/** Resolves when the container is seen to store more than `mostBytes`; never when it ends before, or `signal` aborts. */
export async function untilBeyondStorage(
  watch: StorageWatch,
  { name, mostBytes }: { readonly name: WorkloadName; readonly mostBytes: number },
  signal: AbortSignal,
): Promise<'out_of_storage'> {
  for (let pauseMs = watch.storageLookMs; await waitUnlessStopped(pauseMs, [signal]); ) {
    const { writableBytes, tookMs } = await watch.limitLooks(() => look(watch, name, signal))
    if (writableBytes > mostBytes) return 'out_of_storage'
    pauseMs = Math.max(watch.storageLookMs, tookMs * restPerLook)
  }
  return await new Promise(() => undefined)
}

async function look({ driver, logger }: StorageWatch, name: WorkloadName, signal: AbortSignal) {
  const startedAt = performance.now()
  let writableBytes = 0
  try {
    if (!signal.aborted) writableBytes = (await driver.usage(name, bounded({ signal })))?.writableBytes ?? 0
  } catch (error) {
    if (!signal.aborted) logger.warn({ err: error, workload: name }, 'what a step stores cannot be looked at now')
    if (!(error instanceof DriverError)) throw error
  }
  return { writableBytes, tookMs: performance.now() - startedAt }
}
