/** Rules of what a step does with secrets that need no look at which secrets there are. */
import type { FieldError } from '@cairn/contract'
import { checkHttpHeader } from './http-headers.ts'
import type { RunParameters } from './plan.ts'
import { secretParameterNames } from './secret-references.ts'
import type { StepDraft, WorkflowDraft } from './workflow-draft.ts'

/** No parameter of a step may have the name of a variable that holds a secret. `field` is the step's path. */
export function checkSecretNames(field: string, step: StepDraft): FieldError[] {
  const type = step.type ?? 'standard'
  const secrets = [...new Set(step.parameters?.secrets ?? [])]
  const at = `${field}.parameters.secrets`
  if (type === 'sql' && secrets.length > 0) return [{ field: at, rule: 'sql steps take no secrets; leave it out' }]
  const holders = new Map<string, string>([
    ...Object.keys(step.parameters?.env ?? {}).map((name): [string, string] => [name, 'env']),
    ...Object.keys(step.parameters?.inherit ?? {}).map((name): [string, string] => [name, 'inherit']),
  ])
  return clashesOfSecrets(secrets, type, holders).map((rule) => ({ field: at, rule }))
}

/**
 * What is wrong with the names of these secrets: a rule for each that becomes a parameter which something else has.
 *
 * @param taken the parameters that are there, with what has them; grows by those of the secrets
 */
export function clashesOfSecrets(secrets: readonly string[], stepType: string, taken: Map<string, string>): string[] {
  return secrets.flatMap((secret) => {
    const names = secretParameterNames(secret, stepType)
    const clash = names.find((name) => taken.has(name))
    const holder = clash === undefined ? undefined : taken.get(clash)
    for (const name of names) if (!taken.has(name)) taken.set(name, `secret "${secret}"`)
    return holder === undefined
      ? []
      : [`secret "${secret}" becomes the parameter ${clash}, which ${holder} has too; rename one`]
  })
}

/** The same of the parameters that are given to a run. */
export function checkSecretsAgainstRun(parameters: RunParameters, steps: WorkflowDraft['steps']): FieldError[] {
  return Object.entries(steps).flatMap(([stepName, step]) =>
    [...new Set(step.parameters?.secrets ?? [])].flatMap((secret) =>
      secretParameterNames(secret, step.type ?? 'standard').flatMap((name) =>
        placesOf(parameters, stepName)
          .filter(([, values]) => Object.hasOwn(values, name))
          .map(([place]) => ({
            field: `params.${place}.${name}`,
            rule: `is the name of a secret of step "${stepName}" ("${secret}"); leave it out`,
          })),
      ),
    ),
  )
}

function placesOf({ global, stepWise }: RunParameters, step: string): [string, Readonly<Record<string, string>>][] {
  const own = Object.hasOwn(stepWise, step) ? stepWise[step] : undefined
  return own === undefined
    ? [['global', global]]
    : [
        ['global', global],
        [`stepWise.${step}`, own],
      ]
}

/** Rules of the headers and the auth of an http step. */
export function checkHttpSecrets(field: string, step: StepDraft): FieldError[] {
  const { absolute, secrets } = step.headers ?? {}
  const ofAuth = headerOfAuth(step.auth?.type)
  const given = new Set(Object.keys(absolute ?? {}).map((name) => name.toLowerCase()))
  const headers = Object.keys(secrets ?? {}).flatMap((name): FieldError[] => {
    const at = `${field}.headers.secrets.${name}`
    const rule = checkHttpHeader(name, '')
    if (rule !== null) return [{ field: at, rule }]
    if (given.has(name.toLowerCase())) return [{ field: at, rule: 'is given twice; leave one of the two out' }]
    given.add(name.toLowerCase())
    return []
  })
  const clash =
    ofAuth !== null && given.has(ofAuth)
      ? [{ field: `${field}.auth`, rule: `sets the header ${ofAuth}, which headers give too; leave one of them out` }]
      : []
  return [...headers, ...clash, ...checkAuth(`${field}.auth`, step.auth)]
}

/** In lower case; null = none. */
function headerOfAuth(type: string | null | undefined): string | null {
  if (type === 'api-key') return 'x-api-key'
  return type === 'basic' || type === 'bearer-token' || type === 'oauth' ? 'authorization' : null
}

function checkAuth(field: string, auth: StepDraft['auth']): FieldError[] {
  if (auth?.type === 'basic' && (auth.username ?? '').includes(':')) {
    return [{ field: `${field}.username`, rule: 'must not hold a colon' }]
  }
  if (auth?.type !== 'oauth') return []
  const url = URL.parse(auth.authUrl ?? '')
  const isUsable = url !== null && /^https?:$/.test(url.protocol) && `${url.username}${url.password}` === ''
  return isUsable
    ? []
    : [{ field: `${field}.authUrl`, rule: 'must be an http or https address without a user name or password' }]
}
