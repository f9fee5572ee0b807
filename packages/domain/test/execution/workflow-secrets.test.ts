import { describe, expect, it } from 'vitest'
import {
  checkSecretsAgainstRun,
  compilePlan,
  listSecretReferences,
  type ResolvedReferences,
  renderTemplate,
  renderUrl,
  secretsOfPlan,
  secretVariables,
  type StepDraft,
  validateWorkflow,
} from '../../src/index.ts'

const container = (fields: Partial<StepDraft> = {}): StepDraft => ({ imageId: 1, command: 'true', ...fields })
const http = (fields: Partial<StepDraft> = {}): StepDraft => ({ type: 'http', url: 'https://example.com', ...fields })
const rulesOf = (step: StepDraft) => validateWorkflow({ steps: { a: step } })

const withSecrets = (...names: string[]): ResolvedReferences => ({
  image: ({ imageId }) => ({
    kind: 'found',
    value: { imageId, versionId: 1, name: 'i', version: '0.0.1', engineId: 'sha256:1' },
  }),
  resources: () => ({ kind: 'found', value: { instanceTypeId: 21, cpus: 1, memoryBytes: 1, storage: '10GB' } }),
  query: () => ({ kind: 'refused', rule: 'there is no query' }),
  hasSecret: (name) => names.includes(name),
  secretsOfVariable: (variable) => names.filter((name) => secretVariables(name).includes(variable)),
})

function planOf(step: StepDraft, ...names: string[]) {
  const compiled = compilePlan({ steps: { a: step } }, withSecrets(...names))
  if (compiled.kind === 'invalid') throw new Error(JSON.stringify(compiled.errors))
  return { step: compiled.plan.steps['a'], secrets: secretsOfPlan(compiled.plan) }
}

function errorsOf(step: StepDraft, ...names: string[]) {
  const compiled = compilePlan({ steps: { a: step } }, withSecrets(...names))
  return compiled.kind === 'invalid' ? compiled.errors : []
}

describe('a secret that does not exist', () => {
  it.each([
    ['parameters.secrets', container({ parameters: { secrets: ['nope'] } })],
    ['parameters.secrets', http({ parameters: { secrets: ['nope'] } })],
    ['headers.secrets.X-Key', http({ headers: { secrets: { 'X-Key': 'nope' } } })],
    ['auth.password', http({ auth: { type: 'basic', username: 'u', password: 'nope' } })],
    ['auth.apiKey', http({ auth: { type: 'api-key', apiKey: 'nope' } })],
    ['auth.bearerToken', http({ auth: { type: 'bearer-token', bearerToken: 'nope' } })],
    [
      'auth.clientSecret',
      http({ auth: { type: 'oauth', clientId: 'id', clientSecret: 'nope', authUrl: 'https://x/token' } }),
    ],
  ])('is named with its step and field: %s', (field, step) => {
    expect(errorsOf(step, 'id')).toEqual([
      { field: `steps.a.${field}`, rule: 'secret "nope" does not exist; GET /secrets/api/v1/secrets lists them' },
    ])
  })

  it.each([
    ['url', http({ url: 'https://x/{{NOPE_CUSTOM}}' })],
    ['headers.absolute.X-Key', http({ headers: { absolute: { 'X-Key': 'Bearer {{NOPE_CUSTOM}}' } } })],
    ['payload', http({ method: 'post', payload: '["{{NOPE_CUSTOM}}", "{{NOPE_CUSTOM}}"]' })],
  ])('is named with its step and field where a template names it by its variable: %s', (field, step) => {
    expect(errorsOf(step)).toEqual([
      {
        field: `steps.a.${field}`,
        rule: '{{NOPE_CUSTOM}} stands for a secret that does not exist; create it, or give parameters.env a value of the name',
      },
    ])
  })

  it('is looked for in the token of a repository too', () => {
    const repository = { url: 'https://x/y', branch: 'main', token: 'git' }
    expect(listSecretReferences({ steps: { a: container({ repository }) } })).toEqual([
      { field: 'steps.a.repository.token', name: 'git' },
    ])
  })
})

describe('secrets in a plan', () => {
  it('are names, in the places that the body has', () => {
    const auth = { type: 'oauth', clientId: 'id', clientSecret: 'cs', authUrl: 'https://x/token' } as const
    const { step, secrets } = planOf(
      http({ parameters: { secrets: ['p', 'p'] }, headers: { secrets: { 'X-Key': 'h' } }, auth }),
      'p',
      'h',
      'id',
      'cs',
    )
    expect(step).toMatchObject({ secrets: ['p'], secretHeaders: { 'X-Key': 'h' }, auth })
    expect(secrets).toEqual(['p', 'h', 'id', 'cs'])
  })

  it('include one that a template names by its variable although the step does not list it', () => {
    const payload = '{"secret": "{{SECRET_CUSTOM}}", "data": "{{data}}", "x": "{{SECRET}}"}'
    expect(planOf(http({ method: 'post', payload }), 'secret').secrets).toEqual(['secret'])
    expect(planOf(http({ url: 'https://x/{{ MY_KEY_CUSTOM }}' }), 'my-key').secrets).toEqual(['my-key'])
    expect(planOf(http({ headers: { absolute: { X: '{{A_CUSTOM}}' } } }), 'a').secrets).toEqual(['a'])
  })

  it('leave a variable alone that the step has a parameter of', () => {
    const url = 'https://x/{{SECRET_CUSTOM}}'
    expect(planOf(http({ url, parameters: { env: { SECRET_CUSTOM: 'v' } } }), 'secret').secrets).toEqual([])
    expect(planOf(http({ url, parameters: { env: { SECRET_CUSTOM: 'v' } } })).secrets).toEqual([])
  })

  it('must be listed where a variable could be either of two', () => {
    const url = 'https://x/{{A_B_CUSTOM}}'
    expect(errorsOf(http({ url }), 'a-b', 'a_b')).toEqual([
      {
        field: 'steps.a.url',
        rule: '{{A_B_CUSTOM}} can be "a-b" or "a_b"; list the one that is meant in parameters.secrets',
      },
    ])
    expect(planOf(http({ url, parameters: { secrets: ['a_b'] } }), 'a-b', 'a_b').secrets).toEqual(['a_b'])
  })
})

describe('names', () => {
  it.each([
    ['env', { env: { DB_PASSWORD: 'x' }, secrets: ['db-password'] }, 'DB_PASSWORD, which env has too'],
    ['inherit', { inherit: { A_CUSTOM: 'o' }, secrets: ['a'] }, 'A_CUSTOM, which inherit has too'],
    ['another secret', { secrets: ['a-b', 'A_B'] }, 'A_B, which secret "a-b" has too'],
  ])('of a secret that %s has as well are refused', (_case, parameters, words) => {
    const producer = container({ outputParameters: { o: 'f' } })
    const errors = validateWorkflow({ steps: { p: producer, a: container({ parents: ['p'], parameters }) } })
    expect(errors).toEqual([{ field: 'steps.a.parameters.secrets', rule: expect.stringContaining(words) }])
  })

  it("of an http step's templates include the secret's own", () => {
    const parameters = { env: { token: 'x' }, secrets: ['token'] }
    expect(rulesOf(http({ parameters }))).toHaveLength(1)
    expect(rulesOf(container({ parameters }))).toEqual([])
  })

  it('of parameters given to a run must be no secret of the step', () => {
    const steps = { a: container({ parameters: { secrets: ['key'] } }), b: container() }
    expect(
      checkSecretsAgainstRun({ global: { KEY: '1', other: '2' }, stepWise: { a: { KEY_CUSTOM: '3' } } }, steps),
    ).toEqual([
      { field: 'params.global.KEY', rule: 'is the name of a secret of step "a" ("key"); leave it out' },
      { field: 'params.stepWise.a.KEY_CUSTOM', rule: 'is the name of a secret of step "a" ("key"); leave it out' },
    ])
    expect(checkSecretsAgainstRun({ global: {}, stepWise: { b: { KEY: '1' } } }, steps)).toEqual([])
  })
})

describe('headers and auth of an http step', () => {
  const bearer = { type: 'bearer-token', bearerToken: 't' } as const
  it.each([
    ['a header that Cairn sets', { headers: { secrets: { Host: 's' } } }, 'headers.secrets.Host', 'is set by Cairn'],
    [
      'a header given twice',
      { headers: { absolute: { 'X-A': '1' }, secrets: { 'x-a': 's' } } },
      'headers.secrets.x-a',
      'is given twice',
    ],
    [
      'authorization beside a bearer token',
      { headers: { absolute: { Authorization: 'x' } }, auth: bearer },
      'auth',
      'sets the header authorization, which headers give too',
    ],
    [
      'x-api-key beside an api key',
      { headers: { secrets: { 'X-API-Key': 's' } }, auth: { type: 'api-key', apiKey: 't' } },
      'auth',
      'sets the header x-api-key',
    ],
    [
      'a user name with a colon',
      { auth: { type: 'basic', username: 'a:b', password: 'p' } },
      'auth.username',
      'must not hold a colon',
    ],
    [
      'an authUrl that is no address',
      { auth: { type: 'oauth', clientId: 'i', clientSecret: 's', authUrl: 'ftp://x' } },
      'auth.authUrl',
      'must be an http or https address',
    ],
    [
      'an authUrl with a password',
      { auth: { type: 'oauth', clientId: 'i', clientSecret: 's', authUrl: 'https://u:p@x' } },
      'auth.authUrl',
      'without a user name or password',
    ],
  ])('refuse %s', (_case, fields, field, words) => {
    expect(rulesOf(http(fields))).toEqual([{ field: `steps.a.${field}`, rule: expect.stringContaining(words) }])
  })
})

describe('templates', () => {
  it('know secrets by names with a dash, and leave other such names as they are', () => {
    expect(renderTemplate('{{db-password}} {{not-a-name}}', { 'db-password': 'x' })).toEqual({
      kind: 'rendered',
      text: 'x {{not-a-name}}',
    })
    expect(renderUrl('https://x/{{k-1}}', { 'k-1': 'a/b' })).toEqual({ kind: 'rendered', text: 'https://x/a%2Fb' })
  })
})
