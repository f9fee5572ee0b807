/** The rules of one step that need no other step. */
import type { FieldError } from '@cairn/contract'
import { workflowLimits } from './limits.ts'
import { validateContainerStep } from './validate-container-step.ts'
import { validateHttpStep } from './validate-http-step.ts'
import { validateExportStep, validateSqlStep } from './validate-sql-step.ts'
import { checkSecretNames } from './validate-secrets.ts'
import { checkInteger, checkParameterName, validateValues } from './validate-values.ts'
import type { RetryOptionsDraft, StepDraft } from './workflow-draft.ts'

const validators: Readonly<Record<string, (field: string, step: StepDraft) => FieldError[]>> = {
  standard: validateContainerStep,
  http: validateHttpStep,
  sql: validateSqlStep,
  export: validateExportStep,
}

/** All broken rules of a step. `field` is the step's path, e.g. `steps.train`. */
export function validateStep(field: string, step: StepDraft): FieldError[] {
  const type = step.type ?? 'standard'
  const validateType = Object.hasOwn(validators, type) ? validators[type] : undefined
  if (validateType === undefined)
    return [{ field: `${field}.type`, rule: `must be ${Object.keys(validators).join(', ')}` }]
  return [
    ...checkParameters(`${field}.parameters`, step),
    ...checkSecretNames(field, step),
    ...validateRetryOptions(`${field}.runConfiguration.retryOptions`, step.runConfiguration?.retryOptions),
    ...checkInteger(`${field}.stepTimeout`, step.stepTimeout, { least: 1, most: workflowLimits.stepTimeout }),
    ...validateType(field, step),
  ]
}

function checkParameters(field: string, step: StepDraft): FieldError[] {
  const env = Object.entries(step.parameters?.env ?? {})
  const inherited = Object.keys(step.parameters?.inherit ?? {})
  return [
    ...validateValues(`${field}.env`, Object.fromEntries(env)),
    ...inherited.flatMap((name) => checkParameterName(`${field}.inherit`, name)),
    ...Object.keys(step.outputParameters ?? {}).flatMap((name) =>
      /^\P{C}{1,128}$/u.test(name)
        ? []
        : [
            {
              field: `${field.slice(0, -'.parameters'.length)}.outputParameters`,
              rule: 'names have 1 to 128 printable characters',
            },
          ],
    ),
  ]
}

/** Rules of the retry options of a workflow or a step. */
export function validateRetryOptions(field: string, options: RetryOptionsDraft | null | undefined): FieldError[] {
  return [
    ...checkInteger(`${field}.numberOfRetries`, options?.numberOfRetries, { least: 0, most: workflowLimits.retries }),
    ...checkInteger(`${field}.duration`, options?.duration, { least: 0, most: workflowLimits.retryDelay }),
    ...(options?.exitCodes ?? []).flatMap((code) => checkInteger(`${field}.exitCodes`, code, { least: 0, most: 255 })),
  ]
}
