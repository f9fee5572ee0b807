/**
 * Workflows of random shape, as a client writes them: container and http steps with conditions, skips, retries, time limits
 * and failures. What a step hands on says what it was given, so that every output of a run can be checked afterwards.
 */
import type { StepBody, WorkflowBody } from '@cairn/contract'

export interface Reachable {
  readonly imageId: number
  /** Answers a POST with its body. */
  readonly echoUrl: string
}

type Random = () => number

const below = (random: Random, count: number): number => Math.floor(random() * count)
const chance = (random: Random, share: number): boolean => random() < share

/** The output of a parent that left none. */
export const noOutput = 'none'

/** What a step hands on: its name, and what its parents handed on in their order. */
export const handedOn = (name: string, given: readonly string[]): string => `${name}(${given.join(',')})`

/** 2 to 7 steps; each has up to two of those before it as parents. */
export function randomWorkflow(random: Random, name: string, reachable: Reachable): WorkflowBody {
  const steps: Record<string, StepBody> = {}
  const names: string[] = []
  const count = 2 + below(random, 6)
  for (let index = 0; index < count; index += 1) {
    const parents = [
      ...new Set(Array.from({ length: below(random, 3) }, () => names[below(random, names.length)] ?? '')),
    ]
    const step = `s${index}`
    steps[step] = randomStep(random, step, parents.filter(Boolean), reachable)
    names.push(step)
  }
  const timeout = chance(random, 0.1) ? { workflowTimeout: 3 + below(random, 5) } : {}
  return { name, metadata: { allowConcurrentExecution: true, ...timeout }, steps }
}

function randomStep(random: Random, name: string, parents: readonly string[], reachable: Reachable): StepBody {
  const given = parents.map((parent, index) => [`IN_${index}`, `from_${parent}`] as const)
  const parameters = {
    env: Object.fromEntries(given.map(([input]) => [input, noOutput])),
    inherit: Object.fromEntries(given),
  }
  const common = { parents: [...parents], parameters, ...randomFlow(random, parents) }
  if (chance(random, 0.35)) {
    const fails = chance(random, 0.1)
    const payload = handedOn(
      name,
      given.map(([input]) => `{{${input}}}`),
    )
    return {
      ...common,
      type: 'http',
      method: 'post',
      url: fails ? `${reachable.echoUrl}/refuse` : reachable.echoUrl,
      payload,
      outputParameters: { [`from_${name}`]: 'response.txt' },
    }
  }
  return { ...common, ...containerPart(random, name, given, reachable.imageId) }
}

function containerPart(
  random: Random,
  name: string,
  given: readonly (readonly [string, string])[],
  imageId: number,
): StepBody {
  const words = handedOn(
    name,
    given.map(([input]) => `$${input}`),
  )
  const hangs = chance(random, 0.06)
  const seconds = hangs ? 600 : random().toFixed(2)
  const code = chance(random, 0.12) ? 3 : 0
  return {
    type: 'standard',
    imageId,
    command: `echo started; sleep ${seconds}; printf %s "${words}" > out; exit ${code}`,
    ...(hangs ? { stepTimeout: 2 } : {}),
    outputParameters: { [`from_${name}`]: 'out' },
  }
}

/** What decides whether the step runs, and how often. */
function randomFlow(random: Random, parents: readonly string[]) {
  const [first] = parents
  const statuses: ('success' | 'failure')[][] = [['success'], ['failure'], ['success', 'failure']]
  const entry = {
    condition: chance(random, 0.5) ? ('all-of' as const) : ('one-of' as const),
    parents: [...parents],
    status: statuses[below(random, statuses.length)] ?? ['success'],
  }
  const value = first === undefined ? '' : handedOn(first, [])
  const compared = {
    condition: chance(random, 0.5) ? ('equals' as const) : ('not-equals' as const),
    paramName: `from_${first}`,
    stepName: first ?? '',
    value,
  }
  const kind = random()
  const asks = first !== undefined && kind < 0.35
  const skips = chance(random, 0.08)
  return {
    ...(asks ? { executionParameters: kind < 0.25 ? { parentStatus: [entry] } : { conditional: [compared] } } : {}),
    runConfiguration: {
      retryOptions: {
        numberOfRetries: below(random, 3),
        duration: 0,
        exponentialBackoff: chance(random, 0.5),
        ...(chance(random, 0.3) ? { exitCodes: [3] } : {}),
      },
      ...(skips ? { skipConfiguration: chance(random, 0.7) ? { skip: true } : { skipDAG: true } } : {}),
    },
  }
}
