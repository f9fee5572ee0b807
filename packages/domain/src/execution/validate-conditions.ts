import type { FieldError } from '@cairn/contract'
import { workflowLimits } from './limits.ts'
import { checkText } from './validate-values.ts'
import type { ParameterConditionDraft, StepDraft, WorkflowDraft } from './workflow-draft.ts'

/** The rules of a step's `executionParameters`. `field` is the step's path. */
export function validateConditions(field: string, step: StepDraft, steps: WorkflowDraft['steps']): FieldError[] {
  const at = `${field}.executionParameters`
  return [
    ...(step.executionParameters?.conditional ?? []).flatMap((entry, index) =>
      checkParameterCondition(`${at}.conditional.${index}`, entry, steps),
    ),
    ...(step.executionParameters?.parentStatus ?? []).flatMap(({ parents }, index) =>
      parents
        .filter((parent) => !Object.hasOwn(steps, parent))
        .map((parent) => ({ field: `${at}.parentStatus.${index}.parents`, rule: noSuchStep(parent) })),
    ),
  ]
}

function checkParameterCondition(
  field: string,
  { stepName, paramName, value }: ParameterConditionDraft,
  steps: WorkflowDraft['steps'],
): FieldError[] {
  const named = Object.hasOwn(steps, stepName) ? steps[stepName] : undefined
  if (named === undefined) return [{ field: `${field}.stepName`, rule: noSuchStep(stepName) }]
  const outputs = Object.keys(named.outputParameters ?? {})
  return [
    ...(outputs.includes(paramName)
      ? []
      : [{ field: `${field}.paramName`, rule: noSuchOutput(stepName, paramName, outputs) }]),
    ...checkText(`${field}.value`, value, workflowLimits.valueBytes),
  ]
}

export function noSuchStep(name: string): string {
  return `"${name}" is no step of this workflow`
}

function noSuchOutput(step: string, output: string, outputs: readonly string[]): string {
  const has = outputs.length === 0 ? 'it has none' : `it has ${outputs.slice(0, 10).join(', ')}`
  return `step "${step}" has no output parameter "${output}"; ${has}`
}
