/** Bounds one call: when `signal` aborts, the call throws a `timeout`, except `hints`, which then ends. */
export interface Call {
  readonly signal: AbortSignal
}
