/** Conditions and what was seen of them, in words for the user. */
import type { PlannedParameterCondition, PlannedStatusCondition, StepName } from './plan.ts'

/** Of a longer value only the beginning is shown. */
const mostCharacters = 100

const mostNames = 5

/** As in the workflow's body, e.g. `train.accuracy equals 0.9` or `one-of a, b: success or failure`. */
export function conditionWords(entry: PlannedParameterCondition | PlannedStatusCondition): string {
  if ('output' in entry) return `${entry.step}.${entry.output} ${entry.condition} ${beginningOf(entry.value)}`
  return `${entry.condition} ${listed(entry.steps)}: ${entry.statuses.join(' or ')}`
}

/** The steps that a condition looks at, each with how it ended. */
export function statusesSeen(entry: PlannedStatusCondition, endWords: (name: StepName) => string): string {
  return listed(entry.steps.map((name) => `step "${name}" ${endWords(name)}`))
}

/** In double quotes on one line; long values are cut. */
export function quoted(value: string): string {
  return JSON.stringify(beginningOf(value))
}

/** With commas; of a long list the beginning. */
export function listed(items: readonly string[]): string {
  const more = items.length - mostNames
  return more > 0 ? `${items.slice(0, mostNames).join(', ')} and ${more} more` : items.join(', ')
}

function beginningOf(value: string): string {
  if (value.length <= mostCharacters) return value
  const beginning = value.slice(0, mostCharacters).replace(/[\uD800-\uDBFF]$/, '')
  return `${beginning}… (${value.length} characters)`
}
