import type { FieldError } from '@cairn/contract'
import { checkHttpHeader } from './http-headers.ts'
import { httpResponseFile, workflowLimits } from './limits.ts'
import { httpMethods } from './plan.ts'
import { checkHttpSecrets } from './validate-secrets.ts'
import { checkText } from './validate-values.ts'
import type { StepDraft } from './workflow-draft.ts'

/** The rules of an `http` step. `field` is the step's path. */
export function validateHttpStep(field: string, step: StepDraft): FieldError[] {
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
    ...checkHttpSecrets(field, step),
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
