/**
 * How the screens stay true. Keys of readings begin with the kind of what they hold, then `list` or an id:
 * `['workflow', 'list']`, `['workflow', 7]`, `['run', 'list', 7]`, `['run', id]`.
 */

/** Milliseconds between two readings of what is on the screen. */
export const refreshMs = { running: 2_000, resting: 10_000 } as const
