import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  compilePlan,
  listImageReferences,
  planDigest,
  type ResolvedReferences,
  type StepDraft,
  validateRunParameters,
  validateWorkflow,
} from '../../src/index.ts'

const step = (fields: StepDraft = {}): StepDraft => ({ imageId: 1, command: 'true', ...fields })
const http = (fields: StepDraft = {}): StepDraft => ({
  type: 'http',
  method: 'get',
  url: 'https://example.com/',
  ...fields,
})
const only = (draft: StepDraft) => validateWorkflow({ steps: { a: draft } })

describe('validateWorkflow', () => {
  it('accepts a chain with outputs that are inherited across a step', () => {
    const errors = validateWorkflow({
      name: 'w',
      retryOptions: { numberOfRetries: 5, duration: 120, exitCodes: [1], exponentialBackoff: true },
      steps: {
        'load-1': step({ outputParameters: { rows: 'out/rows.txt' } }),
        train_2: step({ parents: ['load-1'] }),
        call: http({
          parents: ['train_2'],
          parameters: { inherit: { ROWS: 'rows' } },
          outputParameters: { x: 'response.txt' },
        }),
      },
    })
    expect(errors).toEqual([])
  })

  it('names the path of a cycle', () => {
    const steps = { a: step({ parents: ['b'] }), b: step({ parents: ['c'] }), c: step({ parents: ['a'] }), d: step() }
    expect(validateWorkflow({ steps })).toEqual([
      { field: 'steps.a.parents', rule: 'steps form a cycle: a → c → b → a' },
    ])
  })

  it('calls a step that is its own parent a cycle', () => {
    expect(only(step({ parents: ['a'] }))[0]?.rule).toBe('steps form a cycle: a → a')
  })

  it('finds a cycle exactly when the steps cannot be put in an order', () => {
    const graph = fc.array(fc.array(fc.nat(7), { maxLength: 3 }), { minLength: 1, maxLength: 8 })
    fc.assert(
      fc.property(graph, (parents) => {
        const steps = Object.fromEntries(
          parents.map((list, index) => [
            `s${index}`,
            step({ parents: list.map((parent) => `s${parent % parents.length}`) }),
          ]),
        )
        const placed = new Set<string>()
        for (let pass = 0; pass < parents.length; pass += 1) {
          for (const [name, { parents: list }] of Object.entries(steps)) {
            if ((list ?? []).every((parent) => placed.has(parent))) placed.add(name)
          }
        }
        const cycle = validateWorkflow({ steps }).find(({ rule }) => rule.startsWith('steps form a cycle'))
        expect(cycle === undefined).toBe(placed.size === parents.length)
        if (cycle === undefined) return
        const path = cycle.rule.slice('steps form a cycle: '.length).split(' → ')
        expect(path[0]).toBe(path.at(-1))
        path.slice(1).forEach((child, index) => expect(steps[child]?.parents).toContain(path[index]))
      }),
    )
  })

  it('follows a chain of ten thousand steps', () => {
    const steps = Object.fromEntries(
      Array.from({ length: 10_000 }, (_, index) => [
        `s${index}`,
        step({ parents: index === 9999 ? [] : [`s${index + 1}`] }),
      ]),
    )
    expect(validateWorkflow({ steps })).toEqual([])
    expect(validateWorkflow({ steps: { ...steps, more: step() } })[0]?.rule).toBe(
      'holds at most 10000 steps; this one has 10001',
    )
  })

  it.each<[string, StepDraft, string, RegExp]>([
    ['an unknown parent', step({ parents: ['x'] }), 'steps.a.parents', /"x" is no step/],
    ['a missing image', { command: 'true' }, 'steps.a.imageId', /is required/],
    ['a blank command', step({ command: ' ' }), 'steps.a.command', /is required/],
    ['a command with NUL', step({ command: 'a\0' }), 'steps.a.command', /NUL/],
    [
      'a variable that the shell drops',
      step({ parameters: { env: { 'a-b': '1' } } }),
      'steps.a.parameters.env.a-b',
      /letters, digits and _/,
    ],
    [
      'a value that is too long',
      step({ parameters: { env: { A: 'ü'.repeat(40_000) } } }),
      'steps.a.parameters.env.A',
      /at most 65536 bytes; this one has 80000/,
    ],
    ['a fractional time-out', step({ stepTimeout: 1.5 }), 'steps.a.stepTimeout', /whole number/],
    [
      'too many retries',
      step({ runConfiguration: { retryOptions: { numberOfRetries: 6 } } }),
      'steps.a.runConfiguration.retryOptions.numberOfRetries',
      /from 0 to 5/,
    ],
    ['an odd storage size', step({ resources: { storage: 'lots' } }), 'steps.a.resources.storage', /10GB/],
    ['an unknown method', http({ method: 'brew' }), 'steps.a.method', /must be one of get/],
    ['another scheme', http({ url: 'ftp://x/' }), 'steps.a.url', /must start with http/],
    ['a url without a host', http({ url: 'http://' }), 'steps.a.url', /complete address/],
    ['a url with a broken host', http({ url: 'http://[::1/' }), 'steps.a.url', /complete address/],
    ['a url with a password', http({ url: 'https://u:p@x/' }), 'steps.a.url', /user name or password/],
    ['a missing url', http({ url: '' }), 'steps.a.url', /is required/],
    [
      'a file of an http step',
      http({ outputParameters: { x: 'other.txt' } }),
      'steps.a.outputParameters.x',
      /must be response.txt/,
    ],
    [
      'a header of the connection',
      http({ headers: { absolute: { 'Transfer-Encoding': 'chunked' } } }),
      'steps.a.headers.absolute.Transfer-Encoding',
      /is set by Cairn/,
    ],
    [
      'a header with a line break',
      http({ headers: { absolute: { a: 'b\r\nc: d' } } }),
      'steps.a.headers.absolute.a',
      /line break/,
    ],
    ['a sql step without a text', { type: 'sql' }, 'steps.a.sqlQueryPath', /is required/],
    [
      'a sql step with two texts',
      { type: 'sql', sqlQueryPath: 'a.sql', repository: { url: 'https://x.y/z', branch: 'main', filePath: 'b.sql' } },
      'steps.a.sqlQueryPath',
      /not both/,
    ],
    [
      'a sql step whose file leaves its repository',
      { type: 'sql', repository: { url: 'https://x.y/z', branch: 'main', filePath: '../b.sql' } },
      'steps.a.repository.filePath',
      /inside the repository/,
    ],
    [
      'a repository with a password in its url',
      { type: 'sql', repository: { url: 'https://u:p@x.y/z', branch: 'main', filePath: 'b.sql' } },
      'steps.a.repository.url',
      /must not hold a user name or password/,
    ],
    [
      'a repository by another protocol',
      { type: 'sql', repository: { url: 'ext::sh -c id', branch: 'main', filePath: 'b.sql' } },
      'steps.a.repository.url',
      /must be an http or https address/,
    ],
    [
      'a branch that is an option',
      { type: 'sql', repository: { url: 'https://x.y/z', branch: '--upload-pack=id', filePath: 'b.sql' } },
      'steps.a.repository.branch',
      /must be the name of a branch/,
    ],
    ['an export step without a column', { type: 'export', schema: 's', table: 't' }, 'steps.a.sortBy', /is required/],
    [
      'a repository without a branch',
      step({ repository: { url: 'https://x.y/z' } }),
      'steps.a.repository.branch',
      /is required/,
    ],
  ])('refuses %s', (_title, draft, field, rule) => {
    expect(only(draft)).toEqual([{ field, rule: expect.stringMatching(rule) }])
  })

  it('refuses a step name with other characters, and a workflow without steps', () => {
    expect(validateWorkflow({ steps: { 'a b': step() } })[0]?.field).toBe('steps.a b')
    expect(validateWorkflow({ steps: {} })).toEqual([{ field: 'steps', rule: 'must hold at least one step' }])
  })
})

describe('compilePlan', () => {
  const image = { imageId: 1, versionId: 9, name: 'i', version: '0.0.1', engineId: 'sha256:1' }
  const resources = { instanceTypeId: 21, cpus: 0.25, memoryBytes: 1, storage: '10GB' }
  const resolved: ResolvedReferences = {
    query: () => ({ kind: 'refused', rule: 'there is no query' }),
    hasSecret: () => false,
    secretsOfVariable: () => [],
    image: ({ imageId }) =>
      imageId === 1 ? { kind: 'found', value: image } : { kind: 'refused', rule: `image ${imageId} does not exist` },
    resources: () => ({ kind: 'found', value: resources }),
  }

  it('pins images and fills in what is left out', () => {
    const compiled = compilePlan(
      { name: 'w', steps: { a: step({ runConfiguration: { retryOptions: {} } }) } },
      resolved,
    )
    expect(compiled).toEqual({
      kind: 'plan',
      warnings: [],
      plan: {
        workflowName: 'w',
        steps: {
          a: {
            type: 'standard',
            command: 'true',
            image,
            resources,
            repository: null,
            parents: [],
            alsoWaitsFor: [],
            conditions: { parameters: [], statuses: [] },
            skip: null,
            secrets: [],
            env: {},
            inherit: {},
            outputParameters: {},
            retry: { maxRetries: 3, delaySeconds: 5, exponentialBackoff: false, exitCodes: null },
            timeoutSeconds: null,
          },
        },
        timeoutSeconds: null,
        watched: false,
      },
    })
  })

  it('names the step whose image does not exist', () => {
    expect(compilePlan({ steps: { a: step({ imageId: 7 }) } }, resolved)).toEqual({
      kind: 'invalid',
      errors: [{ field: 'steps.a.imageId', rule: 'image 7 does not exist' }],
    })
  })

  it('lets a parameter come from the nearest ancestor that has it', () => {
    const out = { outputParameters: { x: 'x.txt' } }
    const steps = {
      far: step(out),
      near: step({ ...out, parents: ['far'] }),
      between: step({ parents: ['near'] }),
      last: step({ parents: ['between'], parameters: { inherit: { X: 'x' } } }),
    }
    const compiled = compilePlan({ steps }, resolved)
    expect(compiled.kind === 'plan' && compiled.plan.steps['last']?.inherit).toEqual({
      X: { step: 'near', output: 'x' },
    })
  })

  it('has one digest whatever the order of keys, and another for another plan', () => {
    const compile = (steps: Record<string, StepDraft>) => {
      const compiled = compilePlan({ name: 'w', steps }, resolved)
      if (compiled.kind !== 'plan') throw new Error('invalid')
      return planDigest(compiled.plan)
    }
    const env = (entries: Record<string, string>) => step({ parameters: { env: entries } })
    expect(compile({ a: env({ x: '1', y: '2' }), b: step() })).toBe(compile({ b: step(), a: env({ y: '2', x: '1' }) }))
    expect(compile({ a: env({ x: '1' }) })).not.toBe(compile({ a: env({ x: '2' }) }))
  })

  it('lists the images of container steps once each', () => {
    const steps = { a: step(), b: step(), c: step({ imageVersionId: 3 }), d: http() }
    expect(listImageReferences({ steps })).toEqual([
      { imageId: 1, imageVersionId: null },
      { imageId: 1, imageVersionId: 3 },
    ])
  })
})

describe('validateRunParameters', () => {
  it('names a step that the workflow does not have and a name that the shell drops', () => {
    const errors = validateRunParameters({ global: { 'a b': '' }, stepWise: { x: {}, a: { ok: '1' } } }, ['a'])
    expect(errors.map(({ field }) => field)).toEqual(['params.global.a b', 'params.stepWise.x'])
  })
})
