/** The secrets of a plan. A plan holds names; values are read when an attempt starts. */
import type { FieldError } from '@cairn/contract'
import type { PlannedAuth, PlannedStep, RunPlan } from './plan.ts'
import { listSecretReferences, unlistedSecretVariables } from './secret-references.ts'
import type { StepDraft, WorkflowDraft } from './workflow-draft.ts'

/** What the caller has read of a tenant's secrets. */
export interface ResolvedSecrets {
  /** Whether there is a secret of this name. */
  hasSecret(name: string): boolean
  /** Names of the secrets that a variable such as `TOKEN_CUSTOM` can stand for, in their order. */
  secretsOfVariable(variable: string): readonly string[]
}

/** Names that no secret has, and variables in templates that none or more than one has. */
export function checkSecretReferences(body: WorkflowDraft, resolved: ResolvedSecrets): FieldError[] {
  const unknown = listSecretReferences(body)
    .filter(({ name }) => !resolved.hasSecret(name))
    .map(({ field, name }) => ({
      field,
      rule: `secret "${name}" does not exist; GET /secrets/api/v1/secrets lists them`,
    }))
  const unclear = Object.entries(body.steps).flatMap(([name, step]) =>
    unlistedSecretVariables(step).flatMap(({ place, variable }) => {
      const rule = checkVariable(variable, resolved.secretsOfVariable(variable))
      return rule === null ? [] : [{ field: `steps.${name}.${place}`, rule }]
    }),
  )
  return [...unknown, ...unclear]
}

function checkVariable(variable: string, secrets: readonly string[]): string | null {
  if (secrets.length === 1) return null
  if (secrets.length === 0)
    return `{{${variable}}} stands for a secret that does not exist; create it, or give parameters.env a value of the name`
  const names = secrets.map((secret) => `"${secret}"`).join(' or ')
  return `{{${variable}}} can be ${names}; list the one that is meant in parameters.secrets`
}

/** Names of the secrets that are parameters of the step: those that it lists, then those that only its templates name. */
export function planSecrets(step: StepDraft, resolved: ResolvedSecrets): string[] {
  const unlisted = unlistedSecretVariables(step).flatMap(({ variable }) => resolved.secretsOfVariable(variable))
  return [...new Set([...(step.parameters?.secrets ?? []), ...unlisted])]
}

export function planAuth(auth: StepDraft['auth']): PlannedAuth {
  switch (auth?.type) {
    case 'basic':
      return { type: 'basic', username: auth.username ?? '', password: auth.password ?? '' }
    case 'api-key':
      return { type: 'api-key', apiKey: auth.apiKey ?? '' }
    case 'bearer-token':
      return { type: 'bearer-token', bearerToken: auth.bearerToken ?? '' }
    case 'oauth':
      return {
        type: 'oauth',
        clientId: auth.clientId ?? '',
        clientSecret: auth.clientSecret ?? '',
        authUrl: auth.authUrl ?? '',
      }
    default:
      return { type: 'no-auth' }
  }
}

/** Names of all secrets that an attempt of the step reads, each once. */
export function secretsOfStep(step: PlannedStep): string[] {
  return [...new Set([...step.secrets, ...ownSecrets(step)])]
}

function ownSecrets(step: PlannedStep): readonly string[] {
  switch (step.type) {
    case 'http':
      return [...Object.values(step.secretHeaders), ...secretsOfAuth(step.auth)]
    case 'standard':
      return tokenOf(step.repository)
    case 'sql':
      return step.query.from === 'repository' ? tokenOf(step.query.repository) : []
    case 'export':
      return []
    default:
      return step satisfies never
  }
}

function tokenOf(repository: { readonly token: string | null } | null): readonly string[] {
  return repository === null || repository.token === null ? [] : [repository.token]
}

function secretsOfAuth(auth: PlannedAuth): readonly string[] {
  switch (auth.type) {
    case 'no-auth':
      return []
    case 'basic':
      return [auth.password]
    case 'api-key':
      return [auth.apiKey]
    case 'bearer-token':
      return [auth.bearerToken]
    case 'oauth':
      return [auth.clientId, auth.clientSecret]
    default:
      return auth satisfies never
  }
}

/** Names of all secrets that runs of the plan read, each once. */
export function secretsOfPlan(plan: RunPlan): string[] {
  return [...new Set(Object.values(plan.steps).flatMap(secretsOfStep))]
}
