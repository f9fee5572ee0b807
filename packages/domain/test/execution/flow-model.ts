/**
 * What a run must come to, defined over how the steps end and not over what happens one after the other. It reads the body
 * as the user wrote it and shares no code with the domain.
 */
import type { StepDraft } from '../../src/index.ts'
import type { RandomFlow, StepScript } from './random-flow.ts'

export interface Ending {
  readonly phase: 'succeeded' | 'failed' | 'skipped' | 'stopped'
  /** As conditions see it; `any` = left out. */
  readonly counts: 'success' | 'failure' | 'neither' | 'any'
  readonly x: string | null
  readonly ran: boolean
}

const skipped = (counts: Ending['counts']): Ending => ({ phase: 'skipped', counts, x: null, ran: false })

/** The steps that the body makes this one wait for. */
export function dependenciesOf(step: StepDraft): string[] {
  const { conditional, parentStatus } = step.executionParameters ?? {}
  return [
    ...(step.parents ?? []),
    ...(conditional ?? []).map((entry) => entry.stepName),
    ...(parentStatus ?? []).flatMap((entry) => [...entry.parents]),
  ]
}

/** How every step ends if nobody stops the run. */
export function endingsOf(flow: RandomFlow): ReadonlyMap<string, Ending> {
  const known = new Map<string, Ending>()
  const endingOf = (name: string): Ending => {
    const ending = known.get(name) ?? endingFrom(flow, name, endingOf)
    known.set(name, ending)
    return ending
  }
  for (const name of Object.keys(flow.body.steps)) endingOf(name)
  return known
}

function endingFrom(flow: RandomFlow, name: string, endingOf: (name: string) => Ending): Ending {
  const step = flow.body.steps[name] ?? {}
  const reused = flow.reused.get(name)
  if (flow.leftOut.has(name)) return skipped('any')
  if (reused !== undefined) return { phase: 'succeeded', counts: 'success', x: reused, ran: false }
  if (isBelowSkipDAG(flow, name) || !mayStart(step, endingOf)) return skipped('neither')
  if (step.runConfiguration?.skipConfiguration?.skip === true) return skipped('success')
  return lastAttempt(step, flow.scripts.get(name)?.results ?? [])
}

function isBelowSkipDAG(flow: RandomFlow, name: string): boolean {
  const step = flow.body.steps[name] ?? {}
  const own = step.runConfiguration?.skipConfiguration?.skipDAG === true
  return own || dependenciesOf(step).some((other) => isBelowSkipDAG(flow, other))
}

function mayStart(step: StepDraft, endingOf: (name: string) => Ending): boolean {
  const conditional = step.executionParameters?.conditional ?? []
  const parentStatus = step.executionParameters?.parentStatus ?? []
  if (conditional.length + parentStatus.length === 0) {
    return (step.parents ?? []).every((parent) => ['success', 'any'].includes(endingOf(parent).counts))
  }
  const equal = conditional.every(({ condition, stepName, value }) => {
    const { counts, x } = endingOf(stepName)
    return counts === 'any' || (x !== null && (condition === 'equals' ? x === value : x !== value))
  })
  const statuses = parentStatus.every(({ condition, parents, status }) => {
    const fulfilling = parents.filter((parent) => ['any', ...status].includes(endingOf(parent).counts))
    return condition === 'all-of' ? fulfilling.length === parents.length : fulfilling.length > 0
  })
  return equal && statuses
}

function lastAttempt(step: StepDraft, results: StepScript['results']): Ending {
  const place = results.findIndex((_, index) => !isFollowed(step, results.slice(0, index + 1)))
  const last = results[place] ?? { kind: 'succeeded', x: null }
  return last.kind === 'succeeded'
    ? { phase: 'succeeded', counts: 'success', x: last.x, ran: true }
    : { phase: 'failed', counts: 'failure', x: null, ran: true }
}

/** Whether another attempt follows the last of these. */
function isFollowed(step: StepDraft, results: StepScript['results']): boolean {
  const last = results.at(-1)
  const before = results.slice(0, -1).filter(({ kind }) => kind === last?.kind).length
  if (last === undefined || last.kind === 'succeeded') return false
  if (last.kind === 'lost') return before < 3
  const { numberOfRetries = 0, exitCodes } = step.runConfiguration?.retryOptions ?? {}
  const isAnyCode = step.type === 'http' || exitCodes === undefined
  return before < (numberOfRetries ?? 0) && (isAnyCode || (exitCodes ?? []).includes(last.exitCode))
}

/** How a step ends whose attempt of this number was live when the run was stopped. */
export function endingOfLive(flow: RandomFlow, name: string, attempt: number): Ending['phase'] {
  const script = flow.scripts.get(name) ?? { results: [], obeysStop: false }
  const results = script.results.slice(0, attempt)
  if (script.obeysStop) return 'stopped'
  const last = results.length < attempt ? undefined : results.at(-1)
  if (last === undefined || last.kind === 'succeeded') return 'succeeded'
  return isFollowed(flow.body.steps[name] ?? {}, results) ? 'stopped' : 'failed'
}

/** How the run ends, from how its steps did. */
export function outcomeOf(
  flow: RandomFlow,
  endings: ReadonlyMap<string, Pick<Ending, 'phase' | 'ran'>>,
  timedOut: boolean,
): 'success' | 'failed' | 'stopped' {
  const forgiven = Object.entries(flow.body.steps)
    .filter(([name]) => endings.get(name)?.ran === true)
    .flatMap(([, step]) => step.executionParameters?.parentStatus ?? [])
    .flatMap(({ parents, status }) => (status.includes('success') ? [] : [...parents]))
  const phases = [...endings]
  if (timedOut) return 'failed'
  if (phases.some(([name, { phase }]) => phase === 'failed' && !forgiven.includes(name))) return 'failed'
  return phases.some(([, { phase }]) => phase === 'stopped') ? 'stopped' : 'success'
}
