/** Ends the container of a step, and answers only when it is seen to be gone. */
import { setTimeout as pause } from 'node:timers/promises'
import type { CrashPoints, Logger } from '@cairn/domain'
import type { EngineDriver, Observation, WorkloadName } from '@cairn/driver'
import { bounded, callEngine, endlessPatience } from './call-engine.ts'

export interface EndingRuntime {
  readonly driver: EngineDriver
  readonly logger: Logger
  readonly crashPoints: CrashPoints
  /** Throws when this process may not act for its runs any more. */
  readonly assertOwner: () => void
}

/** Milliseconds between the stop signal and the kill. */
const stopGraceMs = 10_000
const lookAgainMs = 1000

/**
 * The stop signal, the kill ten seconds later, and a look: as often as it takes until the process does not run any more,
 * also through an engine that is away. Null = the container does not exist.
 */
export async function endContainer(
  runtime: EndingRuntime,
  attempt: { readonly step: string; readonly signal: AbortSignal },
  name: WorkloadName,
): Promise<Observation | null> {
  const options = {
    signal: attempt.signal,
    patience: endlessPatience,
    onTrouble: (error: unknown) =>
      runtime.logger.warn({ err: error, step: attempt.step }, 'a step that is to end cannot be ended now'),
  }
  for (;;) {
    runtime.crashPoints.reach('execution.before-stop')
    // A process that was stopped for longer than its lease must not end what another one owns.
    runtime.assertOwner()
    await callEngine((call) => runtime.driver.stop(name, stopGraceMs, bounded(call, stopGraceMs)), options)
    const seen = await callEngine((call) => runtime.driver.observe(name, bounded(call)), options)
    runtime.crashPoints.reach('execution.container-stopped')
    if (seen === null || seen.phase === 'created' || seen.phase === 'exited') return seen
    await pause(lookAgainMs, undefined, { signal: attempt.signal })
  }
}
