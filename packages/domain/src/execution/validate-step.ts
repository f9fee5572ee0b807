/** The rules of one step that need no other step. */
import type { FieldError } from '@cairn/contract'
import { checkHttpHeader } from './http-headers.ts'
import { byteLength, httpResponseFile, parameterNamePattern, workflowLimits } from './limits.ts'
import { httpMethods } from './plan.ts'
import type { RetryOptionsDraft, StepDraft } from './workflow-draft.ts'

const unsupported = 'is not supported by this version of Cairn; leave it out'

/** All broken rules of a step. `field` is the step's path, e.g. `steps.train`. */
export function validateStep(field: string, step: StepDraft): FieldError[] {
  const type = step.type ?? 'standard'
  if (type === 'sql' || type === 'export') {
    return [{ field: `${field}.type`, rule: `\`${type}\` steps are not supported by this version of Cairn` }]
  }
  if (type !== 'standard' && type !== 'http') return [{ field: `${field}.type`, rule: 'must be standard or http' }]
  return [
    ...refuseUnsupported(field, step),
    ...checkParameters(`${field}.parameters`, step),
    ...validateRetryOptions(`${field}.runConfiguration.retryOptions`, step.runConfiguration?.retryOptions),
    ...checkInteger(`${field}.stepTimeout`, step.stepTimeout, { least: 1, most: workflowLimits.stepTimeout }),
    ...(type === 'http' ? checkHttpStep(field, step) : checkContainerStep(field, step)),
  ]
}

function refuseUnsupported(field: string, step: StepDraft): FieldError[] {
  const asked: Record<string, boolean> = {
    'parameters.secrets': hasEntries(step.parameters?.secrets),
    'headers.secrets': step.type === 'http' && hasEntries(step.headers?.secrets),
    'executionParameters.conditional': hasEntries(step.executionParameters?.conditional),
    'executionParameters.parentStatus': hasEntries(step.executionParameters?.parentStatus),
    'runConfiguration.skipConfiguration.skip': step.runConfiguration?.skipConfiguration?.skip === true,
    'runConfiguration.skipConfiguration.skipDAG': step.runConfiguration?.skipConfiguration?.skipDAG === true,
    repository: step.type !== 'http' && hasEntries(step.repository),
    auth: step.type === 'http' && (step.auth?.type ?? 'no-auth') !== 'no-auth',
  }
  return Object.keys(asked)
    .filter((name) => asked[name] === true)
    .map((name) => ({ field: `${field}.${name}`, rule: unsupported }))
}

function hasEntries(value: object | null | undefined): boolean {
  return value !== null && value !== undefined && Object.keys(value).length > 0
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

/** Rules of a map of parameter values, of a step's `env` and of the values given to a run. */
export function validateValues(field: string, values: Readonly<Record<string, string>>): FieldError[] {
  return Object.entries(values).flatMap(([name, value]) => [
    ...checkParameterName(field, name),
    ...checkText(`${field}.${name}`, value, workflowLimits.valueBytes),
  ])
}

function checkParameterName(field: string, name: string): FieldError[] {
  if (parameterNamePattern.test(name)) return []
  const rule = 'a parameter name has letters, digits and _, starts with no digit, and has at most 128 characters'
  return [{ field: `${field}.${name}`, rule }]
}

function checkText(field: string, text: string, mostBytes: number): FieldError[] {
  const bytes = byteLength(text)
  if (bytes > mostBytes) return [{ field, rule: `has at most ${mostBytes} bytes; this one has ${bytes}` }]
  return text.includes('\0') ? [{ field, rule: 'must not hold a NUL character' }] : []
}

function checkInteger(
  field: string,
  value: number | null | undefined,
  range: { readonly least: number; readonly most: number },
): FieldError[] {
  if (value === null || value === undefined) return []
  if (Number.isInteger(value) && value >= range.least && value <= range.most) return []
  return [{ field, rule: `must be a whole number from ${range.least} to ${range.most}` }]
}

/** Rules of the retry options of a workflow or a step. */
export function validateRetryOptions(field: string, options: RetryOptionsDraft | null | undefined): FieldError[] {
  return [
    ...checkInteger(`${field}.numberOfRetries`, options?.numberOfRetries, { least: 0, most: workflowLimits.retries }),
    ...checkInteger(`${field}.duration`, options?.duration, { least: 0, most: workflowLimits.retryDelay }),
    ...(options?.exitCodes ?? []).flatMap((code) => checkInteger(`${field}.exitCodes`, code, { least: 0, most: 255 })),
  ]
}

function checkContainerStep(field: string, step: StepDraft): FieldError[] {
  const command = step.command ?? ''
  const storage = step.resources?.storage
  return [
    ...(Number.isInteger(step.imageId)
      ? []
      : [{ field: `${field}.imageId`, rule: 'is required: the number of an image' }]),
    ...(command.trim() === ''
      ? [{ field: `${field}.command`, rule: 'is required: what the container runs' }]
      : checkText(`${field}.command`, command, workflowLimits.commandBytes)),
    ...(storage === null || storage === undefined || /^[1-9][0-9]{0,4}(MB|GB)$/.test(storage)
      ? []
      : [{ field: `${field}.resources.storage`, rule: 'is a number and a unit, such as 10GB' }]),
    ...Object.entries(step.outputParameters ?? {}).flatMap(([name, file]) =>
      checkOutputFile(`${field}.outputParameters.${name}`, file),
    ),
  ]
}

function checkOutputFile(field: string, file: string): FieldError[] {
  const usable = file !== '' && file.length <= 4096 && !file.includes('\0') && !file.endsWith('/')
  return usable ? [] : [{ field, rule: 'is the path of the file that holds the value' }]
}

function checkHttpStep(field: string, step: StepDraft): FieldError[] {
  const method = step.method ?? 'get'
  return [
    ...(httpMethods.some((known) => known === method)
      ? []
      : [{ field: `${field}.method`, rule: `must be one of ${httpMethods.join(', ')}` }]),
    ...checkUrl(`${field}.url`, step.url ?? ''),
    ...checkText(`${field}.payload`, step.payload ?? '', workflowLimits.payloadBytes),
    ...Object.entries(step.headers?.absolute ?? {}).flatMap(([name, value]) => {
      const rule = checkHttpHeader(name, value)
      return rule === null ? [] : [{ field: `${field}.headers.absolute.${name}`, rule }]
    }),
    ...Object.entries(step.outputParameters ?? {}).flatMap(([name, file]) =>
      file === httpResponseFile
        ? []
        : [
            {
              field: `${field}.outputParameters.${name}`,
              rule: `must be ${httpResponseFile}: an http step has no other file`,
            },
          ],
    ),
  ]
}

function checkUrl(field: string, url: string): FieldError[] {
  if (url === '') return [{ field, rule: 'is required: the address to call' }]
  if (!/^(https?:\/\/|\{\{)/i.test(url))
    return [{ field, rule: 'must start with http://, https:// or a {{parameter}}' }]
  // With placeholders the address is known only when the step runs, and checked then.
  const parsed = url.includes('{{') ? 'later' : URL.parse(url)
  if (parsed === null) return [{ field, rule: 'must be a complete address, e.g. https://example.com/path' }]
  if (parsed !== 'later' && `${parsed.username}${parsed.password}` !== '')
    return [{ field, rule: 'must not hold a user name or password' }]
  return checkText(field, url, workflowLimits.urlBytes)
}
