/** The end of a step's container: by itself, by its time limit, by what it stores, or by a stop of its run. */
import { type PlannedContainerStep, storageBytes } from '@cairn/domain'
import type { Observation } from '@cairn/driver'
import { type RunStop, whenAborted } from '../run-stop.ts'
import type { ContainerWatch } from './container-watch.ts'
import { endContainer, type EndingRuntime } from './end-container.ts'
import { type StorageWatch, untilBeyondStorage } from './watch-storage.ts'

export interface EndRuntime extends EndingRuntime, StorageWatch {
  readonly watch: ContainerWatch
  readonly now: () => number
}

interface RunningAttempt {
  readonly step: string
  readonly planned: PlannedContainerStep
  readonly signal: AbortSignal
  readonly stop: RunStop
}

export type ContainerEnd =
  | { readonly kind: 'exited'; readonly observation: Observation }
  | { readonly kind: 'timed_out' }
  | { readonly kind: 'stopped' }
  /** Its files took more than the step may have. */
  | { readonly kind: 'out_of_storage' }
  | { readonly kind: 'vanished' }

/** The time-out counts from the container's own start, so that it holds across owners. */
export async function waitForEnd(
  runtime: EndRuntime,
  attempt: RunningAttempt,
  container: Observation,
): Promise<ContainerEnd> {
  const { timeoutSeconds, resources } = attempt.planned
  if (container.phase === 'exited' && attempt.stop.isAsked() && attempt.stop.inherited) return { kind: 'stopped' }
  const exit = runtime.watch.untilEnded(container.name, attempt.signal)
  exit.catch(() => undefined)
  const stop = whenAborted(attempt.stop.signal, 'stopped' as const)
  const startedAt = container.startedAt?.getTime() ?? runtime.now()
  const timer = startTimer(timeoutSeconds === null ? null : startedAt + timeoutSeconds * 1000 - runtime.now())
  const over = new AbortController()
  const signal = AbortSignal.any([attempt.signal, over.signal])
  const storage = untilBeyondStorage(
    runtime,
    { name: container.name, mostBytes: storageBytes(resources.storage) },
    signal,
  )
  try {
    const first = await Promise.race([exit, timer.elapsed, stop.happened, storage])
    if (typeof first !== 'string') return toEnd(first)
    await endContainer(runtime, attempt, container.name)
    return { kind: first }
  } finally {
    over.abort()
    timer.cancel()
    stop.cancel()
  }
}

const longestTimerMs = 2 ** 31 - 1

/** @param ms null = never */
function startTimer(ms: number | null): { readonly elapsed: Promise<'timed_out'>; cancel(): void } {
  const { promise, resolve } = Promise.withResolvers<'timed_out'>()
  if (ms === null) return { elapsed: promise, cancel: () => undefined }
  const timer = setTimeout(() => resolve('timed_out'), Math.min(Math.max(ms, 0), longestTimerMs))
  return { elapsed: promise, cancel: () => clearTimeout(timer) }
}

function toEnd(observation: Observation | null): ContainerEnd {
  return observation === null ? { kind: 'vanished' } : { kind: 'exited', observation }
}
