/**
 * Local times of IANA zones. An instant is epoch milliseconds; a wall time is what a clock on the wall shows, as epoch
 * milliseconds of the same date and time in UTC.
 *
 * Assumed of every zone: offsets lie between -14 and +14 hours, and no two changes of the clock are within 48 hours.
 */

const hourMs = 3_600_000
const dayMs = 24 * hourMs

/** Longest name of a zone that is looked at. */
const longestName = 64
/** Formatters that are kept; spellings of one zone count apart. */
const mostFormatters = 512
const formatters = new Map<string, Intl.DateTimeFormat>()

function offsetFormatter(zone: string): Intl.DateTimeFormat {
  const known = formatters.get(zone)
  if (known !== undefined) return known
  if (formatters.size >= mostFormatters) formatters.clear()
  const formatter = new Intl.DateTimeFormat('en-US', { timeZone: zone, timeZoneName: 'longOffset' })
  formatters.set(zone, formatter)
  return formatter
}

/** Whether the name is one of an IANA zone, e.g. `Europe/London` or `UTC`, in any case. */
export function isTimeZone(name: string): boolean {
  if (name.length > longestName || !/^[A-Za-z]/.test(name)) return false
  try {
    offsetFormatter(name)
    return true
  } catch {
    return false
  }
}

// `GMT`, `GMT+11:00`; before standard times also `GMT-00:01:15`.
const offsetText = /GMT(?:([+-])(\d{2}):(\d{2})(?::(\d{2}))?)?$/

/** What the zone's clocks are ahead of UTC at the instant, in milliseconds. */
export function offsetAt(zone: string, instant: number): number {
  const [, sign, hours = '0', minutes = '0', seconds = '0'] =
    offsetText.exec(offsetFormatter(zone).format(instant)) ?? []
  const size = (Number(hours) * 3600 + Number(minutes) * 60 + Number(seconds)) * 1000
  return sign === '-' ? -size : size
}

/** The first instant after `from` and not after `to` with another offset than `from` has; null when `to` has the same. */
export function findClockChange(zone: string, from: number, to: number): number | null {
  const before = offsetAt(zone, from)
  if (offsetAt(zone, to) === before) return null
  let [low, high] = [from, to]
  while (high - low > 1) {
    const middle = Math.floor((low + high) / 2)
    if (offsetAt(zone, middle) === before) low = middle
    else high = middle
  }
  return high
}

/** Every instant after `after` and not after `until` at which the zone's clocks are put forward or back, in order. */
export function clockChanges(
  zone: string,
  { after, until }: { readonly after: number; readonly until: number },
): number[] {
  const changes: number[] = []
  for (let from = after; from < until; from += dayMs) {
    const change = findClockChange(zone, from, Math.min(from + dayMs, until))
    if (change !== null) changes.push(change)
  }
  return changes
}

/** When a wall time is: never (`gap`, it ends at `gapEnd`), once, or twice (the earlier first). */
export type WallInstants =
  | { readonly kind: 'gap'; readonly gapEnd: number }
  | { readonly kind: 'exists'; readonly instants: readonly [number, ...number[]] }

export function instantsOf(zone: string, wall: number): WallInstants {
  const offsets = new Set([offsetAt(zone, wall - dayMs), offsetAt(zone, wall + dayMs)])
  const [first, ...others] = [...offsets]
    .map((offset) => wall - offset)
    .filter((instant) => offsetAt(zone, instant) === wall - instant)
    .toSorted((a, b) => a - b)
  if (first !== undefined) return { kind: 'exists', instants: [first, ...others] }
  const change = findClockChange(zone, wall - dayMs, wall + dayMs)
  if (change === null) throw new Error(`the zone ${zone} has no clock change around ${wall}`)
  return { kind: 'gap', gapEnd: change }
}

/**
 * The wall time at the instant or, when the instant is in the second round of hours that clocks show twice, the end of
 * those hours: every wall time before it has been.
 */
export function wallReached(zone: string, instant: number): number {
  const offset = offsetAt(zone, instant)
  const change = findClockChange(zone, instant - dayMs, instant)
  const before = change === null ? offset : offsetAt(zone, instant - dayMs)
  // Just before the end, so that a schedule for the end itself is still to come.
  if (change !== null && instant + offset < change + before) return change + before - 1
  return instant + offset
}

/**
 * An instant as ISO 8601 with the zone's offset and milliseconds.
 *
 * @example
 * zonedTimestamp('Europe/London', Date.UTC(2026, 6, 1)) // 2026-07-01T01:00:00.000+01:00
 */
export function zonedTimestamp(zone: string, instant: number): string {
  const offset = offsetAt(zone, instant)
  if (offset === 0) return new Date(instant).toISOString()
  // ISO 8601 has no seconds in offsets; zones have had none for a century.
  const minutes = Math.trunc(Math.abs(offset) / 60_000)
  const two = (value: number): string => String(value).padStart(2, '0')
  const local = new Date(instant + Math.sign(offset) * minutes * 60_000).toISOString().slice(0, -1)
  return `${local}${offset < 0 ? '-' : '+'}${two(Math.trunc(minutes / 60))}:${two(minutes % 60)}`
}
