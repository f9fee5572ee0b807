/** Cron expressions as patterns of wall times, without zones. Croner does the arithmetic, in UTC, where no hour is odd. */
import { Cron, CronPattern } from 'croner'

/** A trigger's times: 5 fields, 6 with seconds first, or 7 with the year last, read in an IANA zone. */
export interface CronSchedule {
  readonly cron: string
  readonly timezone: string
}

export interface WallPattern {
  /** Whether the hour field leaves no hour out. */
  readonly everyHour: boolean
  /** The first matching wall time after the given one; null = none before {@link longestWaitMs} is over. */
  next(afterWall: number): number | null
}

export type ReadCron =
  | { readonly kind: 'pattern'; readonly pattern: WallPattern }
  /** What is wrong, as a rule that follows the field's name. */
  | { readonly kind: 'refused'; readonly rule: string }

interface CronField {
  readonly name: string
  readonly values: string
}

const seconds: CronField = { name: 'second', values: '0 to 59' }
const year: CronField = { name: 'year', values: '1 to 9999' }
const fiveFields: readonly CronField[] = [
  { name: 'minute', values: '0 to 59' },
  { name: 'hour', values: '0 to 23' },
  { name: 'day of month', values: '1 to 31, ?, L, LW and 15W' },
  { name: 'month', values: '1 to 12 and JAN to DEC' },
  { name: 'day of week', values: '0 to 7 (0 and 7 are Sunday), SUN to SAT, ?, 5L and 5#2' },
]

/** As long as the longest expression that the contract takes. */
const longestCron = 256
const fieldCharacters = /^[\w*,/?#-]+$/

const yearMs = 365.25 * 24 * 3_600_000
/** A schedule whose next time is further away counts as one that never comes. */
export const longestWaitMs = 100 * yearMs

/**
 * Reads an expression. That it is read does not mean that it has a time: 31 February is a pattern.
 *
 * @example
 * readCron('0 24 * * *') // { kind: 'refused', rule: 'has the hour field "24", which is none: …' }
 */
export function readCron(cron: string): ReadCron {
  if (cron.length > longestCron) return refused(`must have at most ${longestCron} characters`)
  const known = readBefore.get(cron)
  if (known !== undefined) return known
  const read = parseCron(cron)
  if (readBefore.size >= mostKept) readBefore.clear()
  readBefore.set(cron, read)
  return read
}

/** Reading takes longer than finding a time; lists ask for the same expressions again and again. */
const readBefore = new Map<string, ReadCron>()
const mostKept = 2048

function parseCron(cron: string): ReadCron {
  const parts = cron.trim().split(/\s+/)
  const fields = fieldsOf(parts.length)
  if (fields === null) {
    return refused(
      `must have 5 fields (minute, hour, day of month, month, day of week), 6 with seconds first, or 7 with the year last; this one has ${parts[0] === '' ? 0 : parts.length}`,
    )
  }
  const broken = fields.findIndex((field, index) => !isField(parts, index, field))
  const [field, text] = [fields[broken], parts[broken]]
  if (field !== undefined && text !== undefined) {
    return refused(
      `has the ${field.name} field "${text}", which is none: it takes ${field.values}, * and lists, ranges and steps of these`,
    )
  }
  return { kind: 'pattern', pattern: patternOf(parts.join(' ')) }
}

const refused = (rule: string): ReadCron => ({ kind: 'refused', rule })

function fieldsOf(count: number): readonly CronField[] | null {
  if (count === 5) return fiveFields
  if (count === 6) return [seconds, ...fiveFields]
  return count === 7 ? [seconds, ...fiveFields, year] : null
}

/** Tried alone, since a whole expression does not tell which of its fields is wrong. */
function isField(parts: readonly string[], index: number, field: CronField): boolean {
  const text = parts[index] ?? ''
  if (!fieldCharacters.test(text) || (text.includes('?') && !(text === '?' && field.name.startsWith('day'))))
    return false
  const alone = parts.map((_, other) => (other === index ? text : '*')).join(' ')
  try {
    return new CronPattern(alone).pattern === alone
  } catch {
    return false
  }
}

function patternOf(cron: string): WallPattern {
  const job = new Cron(cron, { utcOffset: 0, paused: true })
  return {
    everyHour: new CronPattern(cron).hour.every((isSet) => isSet === 1),
    next(afterWall) {
      const found = job.nextRun(new Date(afterWall))?.getTime() ?? null
      return found === null || found - afterWall > longestWaitMs ? null : found
    },
  }
}
