/** Milliseconds between two readings of what is on the screen. */
export const refreshMs = { running: 2_000, resting: 10_000 } as const
