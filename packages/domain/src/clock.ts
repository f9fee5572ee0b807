/** The time now, in epoch milliseconds. Passed in wherever time matters, so that tests own it. */
export interface Clock {
  now(): number
}
