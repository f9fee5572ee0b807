/** What a step is given, and where each value comes from: for its readers, where `resolveEnvironment` is for its start. */
import { ownValue } from './own-value.ts'
import type { RunParameters } from './plan.ts'
import type { StepDescription } from './describe-run.ts'

export interface StepInput {
  readonly name: string
  /** null = a secret, or an output that is not there (yet). */
  readonly value: string | null
  /** In words: `the run`, `the workflow`, `output "rows" of "load"`, `a secret`. */
  readonly source: string
}

/**
 * The parameters of a step by their names, without the variables that every step is given. Precedence as in
 * `resolveEnvironment`.
 *
 * @param steps all steps of the run, for the outputs that are inherited
 */
export function stepInputs(
  { name, planned }: Pick<StepDescription, 'name' | 'planned'>,
  parameters: RunParameters,
  steps: readonly Pick<StepDescription, 'name' | 'outputs'>[],
): readonly StepInput[] {
  const inputs = new Map<string, StepInput>()
  const give = (input: StepInput): unknown => inputs.set(input.name, input)
  for (const secret of planned.secrets) give({ name: secret, value: null, source: 'a secret' })
  for (const [key, value] of Object.entries(planned.env)) give({ name: key, value, source: 'the workflow' })
  for (const [key, { step, output }] of Object.entries(planned.inherit)) {
    const outputs = steps.find((other) => other.name === step)?.outputs ?? {}
    const value = ownValue(outputs, output) ?? null
    if (value !== null || !inputs.has(key)) give({ name: key, value, source: `output "${output}" of "${step}"` })
  }
  const given = { ...parameters.global, ...ownValue(parameters.stepWise, name) }
  for (const [key, value] of Object.entries(given)) give({ name: key, value, source: 'the run' })
  return [...inputs.values()].toSorted((left, right) => (left.name < right.name ? -1 : 1))
}
