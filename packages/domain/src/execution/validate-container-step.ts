import type { FieldError } from '@cairn/contract'
import { workflowLimits } from './limits.ts'
import { hasRepository, validateRepository } from './validate-repository.ts'
import { checkText } from './validate-values.ts'
import type { StepDraft } from './workflow-draft.ts'

/** The rules of a `standard` step. `field` is the step's path. */
export function validateContainerStep(field: string, step: StepDraft): FieldError[] {
  const command = step.command ?? ''
  const storage = step.resources?.storage
  return [
    ...(Number.isInteger(step.imageId)
      ? []
      : [{ field: `${field}.imageId`, rule: 'is required: the number of an image' }]),
    ...(command.trim() === ''
      ? [{ field: `${field}.command`, rule: 'is required: what the container runs' }]
      : checkText(`${field}.command`, command, workflowLimits.commandBytes)),
    ...(storage === null || storage === undefined || /^[1-9][0-9]{0,4}(MB|GB|TB)$/.test(storage)
      ? []
      : [{ field: `${field}.resources.storage`, rule: 'is a number and a unit, such as 10GB' }]),
    ...(hasRepository(step) ? validateRepository(`${field}.repository`, step.repository ?? {}) : []),
    ...Object.entries(step.outputParameters ?? {}).flatMap(([name, file]) =>
      checkOutputFile(`${field}.outputParameters.${name}`, file),
    ),
  ]
}

function checkOutputFile(field: string, file: string): FieldError[] {
  const usable = file !== '' && file.length <= 4096 && !file.includes('\0') && !file.endsWith('/')
  return usable ? [] : [{ field, rule: 'is the path of the file that holds the value' }]
}
