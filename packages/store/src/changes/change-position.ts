/**
 * How far the table of changes has been read. Numbers are given out before their transactions commit, so a smaller one may
 * appear after a larger one: a number that was passed over is asked for again for a while. Always true: every number up to
 * `last` was read, was passed over and is in `gaps`, or was given up.
 */
export interface ChangePosition {
  readonly last: number
  /** Numbers that were passed over, and when that was noticed, in milliseconds of the caller's clock. */
  readonly gaps: ReadonlyMap<number, number>
}

/** Longest time, in milliseconds, for which a transaction may stay open after its change and still be heard of. */
const longestGapMs = 120_000
/** Numbers below the newest one that are asked for. */
export const mostGaps = 1000

/** The position after these numbers, in ascending order, were read. */
export function passChanges(position: ChangePosition, read: readonly number[], nowMs: number): ChangePosition {
  const gaps = new Map([...position.gaps].filter(([, noticedAt]) => nowMs - noticedAt < longestGapMs))
  let { last } = position
  for (const id of read) {
    gaps.delete(id)
    for (let missing = Math.max(last + 1, id - mostGaps); missing < id; missing += 1) gaps.set(missing, nowMs)
    last = Math.max(last, id)
  }
  const newest = [...gaps].slice(-mostGaps)
  return { last, gaps: new Map(newest) }
}
