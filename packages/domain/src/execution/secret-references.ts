/** Which secrets the steps of a workflow name, and under which names a step then knows them. */
import { templateNames } from './render-template.ts'
import type { StepDraft, WorkflowDraft } from './workflow-draft.ts'

/** A place in a workflow's body that names a secret. */
export interface SecretReference {
  /** E.g. `steps.call.auth.password`. */
  readonly field: string
  readonly name: string
}

const customSuffix = '_CUSTOM'

/**
 * The variables that hold a secret.
 *
 * @example
 * secretVariables('db-password') // ['DB_PASSWORD', 'DB_PASSWORD_CUSTOM']
 */
export function secretVariables(name: string): readonly [string, string] {
  const variable = name.toUpperCase().replaceAll('-', '_')
  return [variable, `${variable}${customSuffix}`]
}

/** The names that a secret of `parameters.secrets` has in a step: in the templates of http steps its own one as well. */
export function secretParameterNames(name: string, stepType: string): readonly string[] {
  const variables = secretVariables(name)
  return stepType === 'http' ? [...new Set([name, ...variables])] : variables
}

/** Every place of the body's steps that names a secret, in the order written. */
export function listSecretReferences(body: WorkflowDraft): SecretReference[] {
  return Object.entries(body.steps).flatMap(([name, step]) => referencesOf(`steps.${name}`, step))
}

function referencesOf(field: string, step: StepDraft): SecretReference[] {
  const places: [string, string | null | undefined][] = (step.parameters?.secrets ?? []).map((name) => [
    'parameters.secrets',
    name,
  ])
  if (step.type === 'http') {
    for (const [header, name] of Object.entries(step.headers?.secrets ?? {})) {
      places.push([`headers.secrets.${header}`, name])
    }
    for (const [key, name] of authSecrets(step.auth)) places.push([`auth.${key}`, name])
  } else {
    places.push(['repository.token', step.repository?.token])
  }
  return places.flatMap(([place, name]) =>
    name === null || name === undefined || name === '' ? [] : [{ field: `${field}.${place}`, name }],
  )
}

function authSecrets(auth: StepDraft['auth']): [string, string | null | undefined][] {
  switch (auth?.type) {
    case 'basic':
      return [['password', auth.password]]
    case 'api-key':
      return [['apiKey', auth.apiKey]]
    case 'bearer-token':
      return [['bearerToken', auth.bearerToken]]
    case 'oauth':
      return [
        ['clientId', auth.clientId],
        ['clientSecret', auth.clientSecret],
      ]
    default:
      return []
  }
}

/** A template of an http step that names a secret by its variable. */
export interface UnlistedVariable {
  /** E.g. `headers.absolute.X-Key`. */
  readonly place: string
  /** E.g. `TOKEN_CUSTOM`. */
  readonly variable: string
}

/**
 * Names such as `TOKEN_CUSTOM` in the templates of an http step that stand for a tenant's secret although the step does
 * not list it: clients of the reference write them so. Names that the step has a parameter of are not among them. Each
 * once for each place.
 */
export function unlistedSecretVariables(step: StepDraft): UnlistedVariable[] {
  if (step.type !== 'http') return []
  const { env, inherit, secrets } = step.parameters ?? {}
  const known = new Set([
    ...Object.keys(env ?? {}),
    ...Object.keys(inherit ?? {}),
    ...(secrets ?? []).flatMap((name) => secretParameterNames(name, 'http')),
  ])
  const headers = Object.entries(step.headers?.absolute ?? {})
  const templates: [string, string][] = [
    ['url', step.url ?? ''],
    ...headers.map(([header, text]): [string, string] => [`headers.absolute.${header}`, text]),
    ['payload', step.payload ?? ''],
  ]
  return templates.flatMap(([place, template]) =>
    [...new Set(templateNames(template))]
      .filter((name) => name.endsWith(customSuffix) && !known.has(name))
      .map((variable) => ({ place, variable })),
  )
}
