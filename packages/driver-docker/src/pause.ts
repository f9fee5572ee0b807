import { setTimeout as delay } from 'node:timers/promises'
import { type Call, DriverError } from '@cairn/driver'

/** Waits between two looks at the engine; throws a `timeout` as soon as the caller stops waiting. */
export async function pause(ms: number, call: Call): Promise<void> {
  try {
    await delay(ms, undefined, { signal: call.signal })
  } catch (error) {
    throw new DriverError('timeout', 'the caller stopped waiting for the container engine', { cause: error })
  }
}
