import * as fc from 'fast-check'
import { Compile } from 'typebox/compile'
import { describe, expect, it } from 'vitest'
import {
  ExecuteBody,
  ImageBody,
  ServiceBody,
  UpdateWorkflowBody,
  WorkflowBody,
  maxFieldErrors,
  validate,
  wireLimits,
} from '../src/index.ts'
import { explain } from '../src/validation/explain.ts'

const step = { imageId: 1, command: 'true' }
const workflow = (steps: unknown, more: object = {}): unknown => ({ name: 'w', steps, ...more })

const broken: readonly (readonly [string, Parameters<typeof validate>[0], unknown, readonly [string, string][]])[] = [
  ['a missing field', WorkflowBody, workflow({ train: { imageId: 1 } }), [['steps.train.command', 'is required']]],
  [
    'a wrong type',
    WorkflowBody,
    workflow({ train: { ...step, imageId: 'x' } }),
    [['steps.train.imageId', 'must be a whole number']],
  ],
  [
    'a fraction for a whole number',
    WorkflowBody,
    workflow({ train: { ...step, imageId: 1.5 } }),
    [['steps.train.imageId', 'must be a whole number']],
  ],
  [
    'an unknown step type',
    WorkflowBody,
    workflow({ a: { type: 'spark' } }),
    [['steps.a.type', 'must be one of "standard", "http", "sql", "export"']],
  ],
  [
    'a rule of the branch that the type chooses',
    WorkflowBody,
    workflow({ a: { type: 'http' } }),
    [['steps.a.url', 'is required']],
  ],
  [
    'a rule of a nested union',
    WorkflowBody,
    workflow({ a: { type: 'http', url: 'http://x', auth: { type: 'basic', username: 'u' } } }),
    [['steps.a.auth.password', 'is required']],
  ],
  [
    'a step name that is none',
    WorkflowBody,
    workflow({ 'a b': step }),
    [['steps.a b', expect.stringContaining('is a step name, which must be 1 to 64 letters')]],
  ],
  [
    'a parameter that is no text',
    WorkflowBody,
    workflow({ a: { ...step, parameters: { env: { PORT: 8080 } } } }),
    [['steps.a.parameters.env.PORT', 'must be a text']],
  ],
  [
    'a parameter name with =',
    WorkflowBody,
    workflow({ a: { ...step, parameters: { env: { 'A=B': '' } } } }),
    [['steps.a.parameters.env.A=B', expect.stringContaining('none of them `=`')]],
  ],
  [
    'a size that is none',
    WorkflowBody,
    workflow({ a: { ...step, resources: { storage: 'much' } } }),
    [['steps.a.resources.storage', 'must be a size such as 10GB']],
  ],
  [
    'a number out of bounds',
    WorkflowBody,
    workflow({ a: step }, { retryOptions: { numberOfRetries: 6 } }),
    [['retryOptions.numberOfRetries', 'must be at most 5']],
  ],
  [
    'a watcher with two targets',
    WorkflowBody,
    workflow({ a: step }, { watchers: [{ events: {}, user: 'a', email: { recipients: { to: ['b'] } } }] }),
    [['watchers.0', 'must have exactly one of user, webhook and email']],
  ],
  [
    'a watcher that is none',
    WorkflowBody,
    workflow({ a: step }, { watchers: [null] }),
    [['watchers.0', 'must be an object']],
  ],
  [
    'a trigger of the wrong type',
    WorkflowBody,
    workflow({ a: step }, { triggers: [{ webhook: 1 }] }),
    [['triggers.0.webhook', 'must be true or false or a text']],
  ],
  [
    'an enumeration',
    ImageBody,
    { name: 'i', type: 'vm' },
    [['type', expect.stringContaining('must be one of "workflow"')]],
  ],
  [
    'a version that is none',
    ImageBody,
    { name: 'i', type: 'api', version: 'v1' },
    [['version', expect.stringContaining('semantic version')]],
  ],
  ['an empty name', ImageBody, { name: '', type: 'api' }, [['name', 'must not be empty']]],
  [
    'a host name that is none',
    ServiceBody,
    { name: 'My_App', imageDetails: { imageId: 1 } },
    [['name', expect.stringContaining('lower-case')]],
  ],
  ['a text for a map', ExecuteBody, { params: { global: 'a' } }, [['params.global', 'must be an object']]],
  ['a body that is no object', ExecuteBody, [], [['body', 'must be an object']]],
  [
    'a text that is too long',
    WorkflowBody,
    workflow({ a: { ...step, command: 'x'.repeat(wireLimits.textLength + 1) } }),
    [['steps.a.command', 'must have at most 65536 characters, has 65537']],
  ],
]

describe('validate', () => {
  it.each(broken)('names the field and the rule of %s', (_what, schema, value, expected) => {
    expect(validate(schema, value)).toEqual(expected.map(([field, rule]) => ({ field, rule })))
  })

  it('refuses more than ten thousand steps by one rule', () => {
    const steps = Object.fromEntries(Array.from({ length: 10_001 }, (_, index) => [`s${index}`, step]))
    expect(validate(WorkflowBody, workflow(steps))).toEqual([
      { field: 'steps', rule: 'must have at most 10000 entries, has 10001' },
    ])
  })

  it('accepts the largest workflow there is', () => {
    const steps = Object.fromEntries(Array.from({ length: 10_000 }, (_, index) => [`s${index}`, step]))
    expect(validate(WorkflowBody, workflow(steps))).toEqual([])
  })

  it('counts characters, not UTF-16 units', () => {
    expect(validate(ImageBody, { name: '😀'.repeat(128), type: 'api' })).toEqual([])
    expect(validate(ImageBody, { name: '😀'.repeat(129), type: 'api' })).toHaveLength(1)
  })

  it('lists at most so many broken rules', () => {
    const steps = Object.fromEntries(Array.from({ length: 200 }, (_, index) => [`s${index}`, {}]))
    expect(validate(WorkflowBody, workflow(steps))).toHaveLength(maxFieldErrors)
  })

  it('refuses __proto__ as a name in a map', () => {
    const value: unknown = JSON.parse('{"name":"w","steps":{"__proto__":{"imageId":1,"command":"a"}}}')
    expect(validate(WorkflowBody, value)).toHaveLength(1)
  })

  it('explains exactly what the compiled schema refuses, whatever the value', () => {
    const key = fc.constantFrom(
      'name',
      'type',
      'steps',
      'a',
      'imageId',
      'command',
      'url',
      'watchers',
      'user',
      'events',
      'cron',
      'triggers',
      'parameters',
      'env',
      'auth',
    )
    const leaf = fc.constantFrom<unknown>('', 'a', 'http', 'basic', 1, -1, 0.5, null, true, [], {})
    const schemas = [WorkflowBody, UpdateWorkflowBody, ServiceBody, ImageBody].map(
      (schema) => [schema, Compile(schema)] as const,
    )
    const { tree } = fc.letrec((tie) => ({
      tree: fc.oneof({ maxDepth: 5 }, leaf, fc.dictionary(key, tie('tree')), fc.array(tie('tree'), { maxLength: 3 })),
    }))
    fc.assert(
      fc.property(tree, (value) => {
        for (const [schema, validator] of schemas) {
          const explained = explain(schema, value, '')
          expect(explained.length > 0).toBe(!validator.Check(value))
          expect(explained.every(({ field, rule }) => field !== '' && /^(must|is) /.test(rule))).toBe(true)
        }
      }),
      { numRuns: 500 },
    )
  })
})
