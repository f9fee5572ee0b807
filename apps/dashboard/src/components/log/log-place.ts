/** Where somebody stands in a log. */
export interface LogPlace {
  /** The marked line, counted from 1; null = none. */
  readonly line: number | null
  /** Counts up each time that the view is to go to the line, also when it is the same again. */
  readonly goes: number
  /** Whether the view stays at the end of a log that grows. */
  readonly isFollowing: boolean
}

/** @param line - the one that the address names, counted from 1; null = none: at the end. */
export function placeAt(line: number | null): LogPlace {
  return { line, goes: line === null ? 0 : 1, isFollowing: line === null }
}

export function goToLine({ goes }: LogPlace, line: number): LogPlace {
  return { line, goes: goes + 1, isFollowing: false }
}

/** Marks a line that is in view, which stays where it is. */
export function markLine({ goes }: LogPlace, line: number): LogPlace {
  return { line, goes, isFollowing: false }
}

export function goToEnd({ goes }: LogPlace): LogPlace {
  return { line: null, goes, isFollowing: true }
}

/** After whoever reads has moved the view themselves. */
export function moveView(place: LogPlace, isAtEnd: boolean): LogPlace {
  return place.isFollowing === isAtEnd ? place : { ...place, isFollowing: isAtEnd }
}

/** After the address has changed: what was marked and then put there is in view already. */
export function followAddress(place: LogPlace, line: number | null): LogPlace {
  if (place.line === line) return place
  return line === null ? { ...place, line } : goToLine(place, line)
}
