import { DriverError, type DriverErrorCode } from '../driver-error.ts'
import type { Call, Observation } from '../port.ts'

/** Far above what any verb takes; a hang fails with the verb's name instead of the test's time-out. */
const patienceMs = 30_000

export const call = (): Call => ({ signal: AbortSignal.timeout(patienceMs) })

/** Code of the driver error that `work` throws; any other error is thrown on. */
export async function errorCode(work: Promise<unknown>): Promise<DriverErrorCode | 'no error'> {
  try {
    await work
    return 'no error'
  } catch (error) {
    if (error instanceof DriverError) return error.code
    throw error
  }
}

/** For observations that a test knows to exist. */
export function present(observation: Observation | null): Observation {
  if (observation === null) throw new Error('the workload does not exist')
  return observation
}
