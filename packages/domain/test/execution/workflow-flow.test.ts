import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  compilePlan,
  type PlannedStep,
  type ResolvedReferences,
  type RunPlan,
  type StepDraft,
  validateWorkflow,
  type WorkflowDraft,
} from '../../src/index.ts'

type Steps = WorkflowDraft['steps']

const step = (fields: StepDraft = {}): StepDraft => ({ imageId: 1, command: 'true', ...fields })
const equals = (stepName: string, paramName = 'x') =>
  ({ condition: 'equals', stepName, paramName, value: '1' }) as const
const succeeded = (...parents: string[]) => ({ condition: 'all-of', parents, status: ['success'] }) as const
const withX = { outputParameters: { x: 'x.txt' } }

const resolved: ResolvedReferences = {
  query: () => ({ kind: 'refused', rule: 'there is no query' }),
  hasSecret: () => false,
  secretsOfVariable: () => [],
  image: ({ imageId }) => ({
    kind: 'found',
    value: { imageId, versionId: 1, name: 'i', version: '0.0.1', engineId: 'sha256:1' },
  }),
  resources: () => ({
    kind: 'found',
    value: { instanceTypeId: 21, cpus: 0.25, memoryBytes: 1, storage: '10GB' },
  }),
}

function planOf(steps: Steps, fields: Partial<WorkflowDraft> = {}): RunPlan {
  const compiled = compilePlan({ ...fields, steps }, resolved)
  if (compiled.kind === 'invalid') throw new Error(JSON.stringify(compiled.errors))
  return compiled.plan
}

function planned(steps: Steps, name: string): PlannedStep {
  const found = planOf(steps).steps[name]
  if (found === undefined) throw new Error(`no step ${name}`)
  return found
}

function tenThousand(fields: (place: number, before: readonly string[]) => StepDraft): Steps {
  return Object.fromEntries(
    Array.from({ length: 10_000 }, (_, place) => [
      `s${place}`,
      step(fields(place, place === 0 ? [] : [`s${place - 1}`])),
    ]),
  )
}

describe('conditions', () => {
  it('make a step wait for the steps that they name, once each and in the order written', () => {
    const steps = {
      a: step(withX),
      b: step(withX),
      c: step(),
      d: step({
        parents: ['b'],
        executionParameters: {
          conditional: [equals('a'), equals('b')],
          parentStatus: [
            succeeded('c', 'c', 'a'),
            { condition: 'one-of', parents: ['b'], status: ['failure', 'failure'] },
          ],
        },
      }),
    }
    expect(planned(steps, 'd')).toMatchObject({
      parents: ['b'],
      alsoWaitsFor: ['a', 'c'],
      conditions: {
        parameters: [
          { condition: 'equals', step: 'a', output: 'x', value: '1' },
          { condition: 'equals', step: 'b', output: 'x', value: '1' },
        ],
        statuses: [
          { condition: 'all-of', steps: ['c', 'a'], statuses: ['success'] },
          { condition: 'one-of', steps: ['b'], statuses: ['failure'] },
        ],
      },
    })
  })

  it('are refused when they name a step or an output parameter that does not exist', () => {
    const steps = {
      a: step({ outputParameters: { y: 'y', z: 'z' } }),
      b: step(),
      c: step({
        executionParameters: {
          conditional: [equals('q'), equals('a'), equals('b'), equals('constructor')],
          parentStatus: [succeeded('a'), succeeded('a', 'r')],
        },
      }),
    }
    const at = 'steps.c.executionParameters'
    expect(validateWorkflow({ steps })).toEqual([
      { field: `${at}.conditional.0.stepName`, rule: '"q" is no step of this workflow' },
      { field: `${at}.conditional.1.paramName`, rule: 'step "a" has no output parameter "x"; it has y, z' },
      { field: `${at}.conditional.2.paramName`, rule: 'step "b" has no output parameter "x"; it has none' },
      { field: `${at}.conditional.3.stepName`, rule: '"constructor" is no step of this workflow' },
      { field: `${at}.parentStatus.1.parents`, rule: '"r" is no step of this workflow' },
    ])
  })

  it('are refused when they compare with a value that no parameter can have', () => {
    const entry = { ...equals('a'), value: 'ü'.repeat(33_000) }
    const steps = { a: step(withX), b: step({ executionParameters: { conditional: [entry] } }) }
    expect(validateWorkflow({ steps })).toEqual([
      {
        field: 'steps.b.executionParameters.conditional.0.value',
        rule: 'has at most 65536 bytes; this one has 66000',
      },
    ])
  })

  it('are refused with the path when they close a cycle', () => {
    const steps = {
      a: step({ ...withX, executionParameters: { parentStatus: [succeeded('c')] } }),
      b: step({ parents: ['a'] }),
      c: step({ parents: ['b'] }),
    }
    expect(validateWorkflow({ steps })).toEqual([
      {
        field: 'steps.a.executionParameters',
        rule: 'steps form a cycle through conditions: a → b → c → a; a condition makes "a" wait for "c"',
      },
    ])
    const own = { a: step({ ...withX, executionParameters: { conditional: [equals('a')] } }) }
    expect(validateWorkflow({ steps: own })[0]?.rule).toBe(
      'steps form a cycle through conditions: a → a; a condition makes "a" wait for "a"',
    )
  })

  it('are not blamed for a cycle of parents', () => {
    const steps = {
      a: step({ parents: ['b'], executionParameters: { parentStatus: [succeeded('b')] } }),
      b: step({ parents: ['a'] }),
    }
    expect(validateWorkflow({ steps })).toEqual([{ field: 'steps.a.parents', rule: 'steps form a cycle: a → b → a' }])
  })

  it('shorten the path of a long cycle', () => {
    const steps = tenThousand((place, before) =>
      place === 0 ? { executionParameters: { parentStatus: [succeeded('s9999')] } } : { parents: before },
    )
    const [error] = validateWorkflow({ steps })
    expect(error?.field).toBe('steps.s0.executionParameters')
    expect(error?.rule).toContain(' → … (9980 more) → ')
  })
})

describe('skipDAG', () => {
  const skipDAG = { runConfiguration: { skipConfiguration: { skipDAG: true } } }
  const skip = { runConfiguration: { skipConfiguration: { skip: true } } }

  it('is marked on everything that depends on the step, through parents and conditions', () => {
    const plan = planOf({
      below: step({ parents: ['asked', 'free'] }),
      asked: step(skipDAG),
      free: step(),
      further: step({ ...skip, executionParameters: { parentStatus: [succeeded('below')] } }),
      alone: step({ ...skip, parents: ['free'] }),
      off: step({ runConfiguration: { skipConfiguration: { skip: false, skipDAG: false } } }),
    })
    expect(Object.entries(plan.steps).map(([name, { skip: mark }]) => [name, mark])).toEqual([
      ['below', { rule: 'skipDAG', of: 'asked' }],
      ['asked', { rule: 'skipDAG', of: 'asked' }],
      ['free', null],
      ['further', { rule: 'skipDAG', of: 'asked' }],
      ['alone', { rule: 'skip' }],
      ['off', null],
    ])
  })
})

describe('inherit', () => {
  const inherit = (...outputs: string[]) => ({
    parameters: { inherit: Object.fromEntries(outputs.map((output) => [`IN_${output}`, output])) },
  })

  it('finds outputs also through conditions', () => {
    const steps = { a: step(withX), b: step({ ...inherit('x'), executionParameters: { conditional: [equals('a')] } }) }
    expect(planned(steps, 'b').inherit).toEqual({ IN_x: { step: 'a', output: 'x' } })
  })

  it('leaves a name to env that no ancestor gives', () => {
    const both = step({ parameters: { ...inherit('x').parameters, env: { IN_x: '1' } } })
    expect(planned({ a: both, b: step(withX) }, 'a')).toMatchObject({
      inherit: {},
      env: { IN_x: '1' },
      alsoWaitsFor: [],
    })
  })

  it('makes a step wait for the first step written that has the output, when no ancestor has it', () => {
    const steps = { a: step(inherit('x', 'y')), b: step({ outputParameters: { x: 'x', y: 'y' } }), c: step(withX) }
    expect(planned(steps, 'a')).toMatchObject({
      parents: [],
      alsoWaitsFor: ['b'],
      inherit: { IN_x: { step: 'b', output: 'x' }, IN_y: { step: 'b', output: 'y' } },
    })
    // What waits for the step itself cannot give it anything.
    const behind = { a: step(inherit('x')), b: step({ ...withX, parents: ['a'] }), c: step(withX) }
    expect(planned(behind, 'a').alsoWaitsFor).toEqual(['c'])
    const both = { a: step({ ...withX, ...inherit('y') }), b: step({ ...inherit('x'), outputParameters: { y: 'y' } }) }
    expect(validateWorkflow({ steps: both })).toEqual([
      {
        field: 'steps.b.parameters.inherit.IN_x',
        rule: 'steps form a cycle: b → a → b; "a" has the output parameter "x" and waits for this step',
      },
    ])
  })

  it('finds out that five hundred steps want what only those give that wait for them', () => {
    const each = step({ ...withX, ...inherit('x') })
    const steps = Object.fromEntries(Array.from({ length: 500 }, (_, place) => [`s${place}`, each]))
    expect(validateWorkflow({ steps })).toEqual([
      { field: 'steps.s499.parameters.inherit.IN_x', rule: expect.stringContaining('steps form a cycle: s499 → s498') },
    ])
  })

  it('warns of an output that no other step has', () => {
    const compiled = compilePlan({ steps: { a: step({ ...withX, ...inherit('x', 'constructor') }) } }, resolved)
    expect(compiled).toMatchObject({
      kind: 'plan',
      plan: { steps: { a: { inherit: {}, alsoWaitsFor: [] } } },
      warnings: [
        { field: 'steps.a.parameters.inherit.IN_x', rule: expect.stringContaining('no other step has') },
        { field: 'steps.a.parameters.inherit.IN_constructor', rule: expect.stringContaining('no other step has') },
      ],
    })
  })

  it('takes the nearest source, and among equally near ones the one that is reached first', () => {
    const shapes = fc.array(
      fc.record({ parents: fc.array(fc.nat(100), { maxLength: 3 }), x: fc.boolean(), y: fc.boolean() }),
      { minLength: 1, maxLength: 12 },
    )
    fc.assert(
      fc.property(shapes, (steps) => {
        const draft = Object.fromEntries(
          steps.map(({ parents, x, y }, place) => [
            `s${place}`,
            step({
              parents: place === 0 ? [] : [...new Set(parents.map((parent) => `s${parent % place}`))],
              outputParameters: { ...(x && { x: 'x' }), ...(y && { y: 'y' }) },
              parameters: { ...inherit('x', 'y').parameters, env: { IN_x: '', IN_y: '' } },
            }),
          ]),
        )
        for (const [name, { inherit: found }] of Object.entries(planOf(draft).steps)) {
          for (const output of ['x', 'y']) {
            expect(found[`IN_${output}`]?.step).toBe(nearestByLevels(draft, name, output))
          }
        }
      }),
      { numRuns: 500 },
    )
  })
})

/** Level by level: the parents as written, then theirs. */
function nearestByLevels(steps: Steps, name: string, output: string): string | undefined {
  let level = [...(steps[name]?.parents ?? [])]
  while (level.length > 0) {
    const found = level.find((parent) => Object.hasOwn(steps[parent]?.outputParameters ?? {}, output))
    if (found !== undefined) return found
    level = [...new Set(level.flatMap((parent) => steps[parent]?.parents ?? []))]
  }
  return undefined
}

describe('the whole', () => {
  it('takes over the time limit and whether anybody watches', () => {
    const watcher = { user: 'a@b.c', events: { success: true } }
    expect(planOf({ a: step() }, { metadata: { workflowTimeout: 60 }, watchers: [watcher] })).toMatchObject({
      timeoutSeconds: 60,
      watched: true,
    })
    expect(planOf({ a: step() }, { watchers: [] })).toMatchObject({ timeoutSeconds: null, watched: false })
    expect(validateWorkflow({ steps: { a: step() }, metadata: { workflowTimeout: 0 } })).toEqual([
      { field: 'metadata.workflowTimeout', rule: 'must be a whole number from 1 to 2592000' },
    ])
  })

  it('counts links of parents and conditions together', () => {
    const names = Array.from({ length: 1000 }, (_, place) => `r${place}`)
    const roots = Object.fromEntries(names.map((name) => [name, step()]))
    const fans = Object.fromEntries(
      Array.from({ length: 101 }, (_, place) => [
        `f${place}`,
        place % 2 === 0
          ? step({ parents: names })
          : step({ executionParameters: { parentStatus: [succeeded(...names)] } }),
      ]),
    )
    expect(validateWorkflow({ steps: { ...roots, ...fans } })).toEqual([
      { field: 'steps', rule: 'have at most 100000 links to parents and in conditions; these have 101000' },
    ])
  })

  it('compiles ten thousand steps that all inherit from the first', () => {
    const steps = tenThousand((place, parents) =>
      place === 0 ? withX : { parents, parameters: { inherit: { X: 'x' } } },
    )
    expect(planned(steps, 's9999').inherit).toEqual({ X: { step: 's0', output: 'x' } })
  })

  it('refuses thousands of different outputs that are inherited from far above', () => {
    const steps = tenThousand((place, parents) =>
      place < 5000
        ? { parents, outputParameters: { [`o${place}`]: 'x' } }
        : { parents, parameters: { inherit: { X: `o${place - 5000}` } } },
    )
    expect(validateWorkflow({ steps })).toEqual([
      {
        field: 'steps',
        rule: 'inherit too many different outputs from too far above; let steps inherit from near ones',
      },
    ])
  })
})
