import { planOf } from '@cairn/testkit'
import { describe, expect, it } from 'vitest'
import {
  applyEvent,
  graphOf,
  injectedVariables,
  newRunState,
  type PlannedStep,
  reasonOfExit,
  renderTemplate,
  renderUrl,
  resolveEnvironment,
  type RunParameters,
} from '../../src/index.ts'
import { containerStep, httpStep } from './random-plan.ts'

const child = {
  env: { A: 'env', B: 'env', C: 'env', D: 'env' },
  inherit: { B: { step: 'p', output: 'o' }, C: { step: 'p', output: 'o' }, D: { step: 'p', output: 'o' } },
}

function stateWith(output: string, step: PlannedStep) {
  const state = newRunState(graphOf(planOf({ p: httpStep([]), c: step })))
  applyEvent(state, { sequence: 1, at: 0, event: { type: 'attempt.started', step: 'p', attempt: 1 } })
  applyEvent(state, { sequence: 2, at: 0, event: { type: 'step.succeeded', step: 'p', outputs: { o: output } } })
  return state
}

describe('resolveEnvironment', () => {
  it('prefers stepWise to global to inherit to env to what is injected', () => {
    const state = stateWith('inherited', containerStep(['p'], child))
    const parameters = { global: { C: 'global', D: 'global' }, stepWise: { c: { D: 'stepWise' } } }
    expect(resolveEnvironment(state, 'c', parameters, { A: 'injected', E: 'injected' })).toEqual({
      kind: 'resolved',
      env: { A: 'env', B: 'inherited', C: 'global', D: 'stepWise', E: 'injected' },
    })
  })

  const none = { global: {}, stepWise: {} }
  const inheritsNothing = { inherit: { X: { step: 'p', output: 'none' } } }

  it('says which output is missing', () => {
    const state = stateWith('x', containerStep(['p'], inheritsNothing))
    expect(resolveEnvironment(state, 'c', none, {})).toEqual({
      kind: 'failed',
      reason: 'step "p" left no output parameter "none"; give "X" a value in env or for the run',
    })
  })

  it('says why a step left nothing', () => {
    for (const [cause, words] of [
      ['skip', 'was skipped'],
      ['not_selected', 'is left out of this run'],
    ] as const) {
      const state = newRunState(graphOf(planOf({ p: httpStep([]), c: containerStep(['p'], inheritsNothing) })))
      applyEvent(state, { sequence: 1, at: 0, event: { type: 'step.skipped', step: 'p', cause, reason: '' } })
      expect(resolveEnvironment(state, 'c', none, {})).toMatchObject({
        reason: expect.stringContaining(`step "p" ${words} and left no output parameter "none"`),
      })
    }
  })

  it.each<[string, RunParameters, Readonly<Record<string, string>>, string]>([
    [
      'a value for this step',
      { global: { X: 'global' }, stepWise: { c: { X: 'stepWise' } } },
      { X: 'env' },
      'stepWise',
    ],
    ['a value for all steps', { global: { X: 'global' }, stepWise: { p: { X: 'other' } } }, { X: 'env' }, 'global'],
    ['the value of env', none, { X: 'env' }, 'env'],
  ])('misses no output where there is %s', (_title, parameters, env, value) => {
    const state = stateWith('x', containerStep(['p'], { ...inheritsNothing, env }))
    expect(resolveEnvironment(state, 'c', parameters, {})).toEqual({ kind: 'resolved', env: { X: value } })
  })

  it('does not mind an output that is too long where the run gives a value', () => {
    const inherit = { X: { step: 'p', output: 'o' } }
    const state = stateWith('x'.repeat(70_000), containerStep(['p'], { inherit }))
    expect(resolveEnvironment(state, 'c', { global: { X: '1' }, stepWise: {} }, {})).toEqual({
      kind: 'resolved',
      env: { X: '1' },
    })
  })

  it('refuses an output that is too long for an environment, but hands it to an http step', () => {
    const long = 'x'.repeat(70_000)
    const inherit = { X: { step: 'p', output: 'o' } }
    expect(resolveEnvironment(stateWith(long, containerStep(['p'], { inherit })), 'c', none, {})).toMatchObject({
      kind: 'failed',
      reason: expect.stringContaining('has 70000 bytes'),
    })
    expect(resolveEnvironment(stateWith(long, { ...httpStep(['p']), inherit }), 'c', none, {}).kind).toBe('resolved')
  })

  it('finds no parameters for a step that is called like something objects have', () => {
    const state = newRunState(graphOf(planOf({ constructor: containerStep([]) })))
    expect(resolveEnvironment(state, 'constructor', { global: {}, stepWise: {} }, {})).toEqual({
      kind: 'resolved',
      env: {},
    })
  })
})

describe('injectedVariables', () => {
  it('gives the names of both platforms', () => {
    const run = { executionId: 'e', workflowId: 7, workflowName: 'w', tenantId: 't', tenantName: 'acme' }
    expect(injectedVariables(run, 's', containerStep([]))).toMatchObject({
      PEAK_RUN_ID: 'e',
      CAIRN_EXEC_ID: 'e',
      PEAK_WORKFLOW_ID: '7',
      CAIRN_WORKFLOW_NAME: 'w',
      PEAK_STEP_NAME: 's',
      PEAK_IMAGE_NAME: 'image',
      TENANT_NAME: 'acme',
      CAIRN_TENANT_ID: 't',
      STAGE: 'prod',
      PEAK_RUNTIME: 'workflow',
    })
  })
})

describe('templates', () => {
  it('insert values once, as they are', () => {
    expect(renderTemplate('{{ A }}-{{A}} {{1}} {{', { A: '{{B}}$&' })).toEqual({
      kind: 'rendered',
      text: '{{B}}$&-{{B}}$& {{1}} {{',
    })
  })

  it('name what they do not know, and do not find what objects inherit', () => {
    expect(renderTemplate('{{toString}}', {})).toEqual({ kind: 'unknown_name', name: 'toString' })
  })

  it('percent-encode in a url but for the address that opens it', () => {
    expect(renderUrl('{{BASE}}/a/{{V}}', { BASE: 'https://x', V: '../?é' })).toEqual({
      kind: 'rendered',
      text: 'https://x/a/..%2F%3F%C3%A9',
    })
  })
})

describe('reasonOfExit', () => {
  it.each([
    [{ code: 0, reason: 'completed', detail: null }, null],
    [{ code: 3, reason: 'error', detail: null }, 'exit code 3'],
    [{ code: 127, reason: 'error', detail: 'no such file' }, 'exit code 127: no such file'],
    [{ code: 137, reason: 'oom', detail: null }, 'out of memory (limit 512 MB)'],
    [{ code: 137, reason: 'killed', detail: null }, 'killed from outside (exit code 137)'],
    [{ code: null, reason: 'error', detail: null }, 'ended without an exit code'],
  ] as const)('of %j is %s', (exit, reason) => {
    expect(reasonOfExit(exit, 512 * 1024 * 1024)).toBe(reason)
  })
})
