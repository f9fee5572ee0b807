/** Why a container engine refused or failed. `retryable` codes may succeed on a later pass without any change. */
export const driverErrorCodes = {
  unavailable: { retryable: true },
  timeout: { retryable: true },
  no_capacity: { retryable: true },
  denied: { retryable: false },
  invalid_spec: { retryable: false },
  spec_conflict: { retryable: false },
  image_not_found: { retryable: false },
  workload_not_found: { retryable: false },
  unknown: { retryable: true },
} as const satisfies Record<string, { retryable: boolean }>

export type DriverErrorCode = keyof typeof driverErrorCodes

/**
 * The only error that crosses the port.
 *
 * @example
 * throw new DriverError('image_not_found', 'image cairn/3:7 is not on the engine; build it again')
 */
export class DriverError extends Error {
  readonly code: DriverErrorCode
  readonly retryable: boolean

  constructor(code: DriverErrorCode, message: string, options?: { cause: unknown }) {
    super(message, options)
    this.name = 'DriverError'
    this.code = code
    this.retryable = driverErrorCodes[code].retryable
  }
}
