/**
 * How the screens stay true. Keys of readings begin with the kind of what they hold, then `list` or an id: `['workflow', 'list']`,
 * `['workflow', 7]`, `['run', 'list', 7]`, `['run', id]`. Events of the server say which of them to read again at once; beside
 * that everything on the screen is read again now and then, for a stream that is away.
 */

/** Milliseconds between two readings of what is on the screen, whatever the events say. */
export const refreshMs = { running: 5_000, resting: 30_000 } as const

/** For `refetchInterval`: often as long as something of what was read goes on; `undefined` = nothing was read yet. */
export function refreshOf(goesOn: boolean | undefined): number {
  return goesOn === true ? refreshMs.running : refreshMs.resting
}
