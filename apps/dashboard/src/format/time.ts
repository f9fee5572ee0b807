const second = 1_000
const minute = 60 * second
const hour = 60 * minute
const day = 24 * hour

/** `3 min ago`, `in 2 h`; days back or ahead beyond 30 give the date. */
export function relativeTime(at: number, now: number): string {
  const distance = Math.abs(now - at)
  if (distance >= 30 * day) return new Date(at).toLocaleDateString('en-GB', { dateStyle: 'medium' })
  if (distance < 5 * second) return 'now'
  const amount = shortest(distance)
  return at > now ? `in ${amount}` : `${amount} ago`
}

function shortest(distance: number): string {
  if (distance < minute) return `${Math.floor(distance / second)} s`
  if (distance < hour) return `${Math.floor(distance / minute)} min`
  if (distance < day) return `${Math.floor(distance / hour)} h`
  return `${Math.floor(distance / day)} d`
}

/** Milliseconds as the two largest units: `340 ms`, `4.2 s`, `3 min 12 s`, `2 h 5 min`, `3 d 4 h`. */
export function durationText(ms: number): string {
  if (ms < second) return `${Math.max(0, Math.round(ms))} ms`
  if (ms < 10 * second) return `${(ms / second).toFixed(1)} s`
  if (ms < minute) return `${Math.floor(ms / second)} s`
  if (ms < hour) return pair(ms, [minute, 'min'], [second, 's'])
  if (ms < day) return pair(ms, [hour, 'h'], [minute, 'min'])
  return pair(ms, [day, 'd'], [hour, 'h'])
}

function pair(ms: number, [large, largeName]: [number, string], [small, smallName]: [number, string]): string {
  const rest = Math.floor((ms % large) / small)
  const whole = `${Math.floor(ms / large)} ${largeName}`
  return rest === 0 ? whole : `${whole} ${rest} ${smallName}`
}

/** The time in the browser's zone, to the second. */
export function fullTime(at: number): string {
  return new Date(at).toLocaleString('en-GB', { dateStyle: 'medium', timeStyle: 'medium' })
}

/** The time of the day in the browser's zone, to the second. */
export function timeOfDay(at: number): string {
  return new Date(at).toLocaleTimeString('en-GB')
}
