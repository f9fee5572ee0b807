import * as fc from 'fast-check'
import { expect, it } from 'vitest'
import { compilePlan, foldRun, graphOf, type RecordedRunEvent, type RunEvent, type RunPlan } from '../../src/index.ts'
import { dependenciesOf, endingOfLive, endingsOf, outcomeOf } from './flow-model.ts'
import { type FlowKind, type RandomFlow, randomFlow } from './random-flow.ts'
import { RunInMemory } from './run-in-memory.ts'

type Log = readonly RecordedRunEvent[]

const stop: RunEvent = { type: 'run.stopping', cause: 'user', by: 'ada@example.com', reason: 'stopped' }
const terminal: readonly string[] = ['step.succeeded', 'step.failed', 'step.skipped', 'step.stopped', 'step.reused']

function planOf(flow: RandomFlow): RunPlan {
  const compiled = compilePlan(flow.body, {
    image: ({ imageId }) => ({
      kind: 'found',
      value: { imageId, versionId: 1, name: 'i', version: '0.0.1', engineId: 'sha256:1' },
    }),
    resources: () => ({
      kind: 'found',
      value: { instanceTypeId: 21, cpus: 0.25, memoryBytes: 1, storage: '10GB' },
    }),
    query: () => ({ kind: 'refused', rule: 'there is no query' }),
    hasSecret: () => false,
    secretsOfVariable: () => [],
  })
  if (compiled.kind === 'invalid') throw new Error(JSON.stringify(compiled.errors))
  return compiled.plan
}

function seedsOf(flow: RandomFlow): RunEvent[] {
  const left = [...flow.leftOut].map(
    (step) => ({ type: 'step.skipped', step, cause: 'not_selected', reason: '' }) as const,
  )
  const reused = [...flow.reused]
    .filter(([step]) => !flow.leftOut.has(step))
    .map(([step, x]) => ({ type: 'step.reused', step, outputs: { x }, executionId: 'run-1' }) as const)
  return [...left, ...reused]
}

/** Drives the run to its end; a stop comes after so many attempts have ended. */
function play(flow: RandomFlow, run: RunInMemory): Log {
  run.advance()
  for (let turn = 0; run.state.finished === null; turn += 1) {
    if (turn > 500) throw new Error('the run never ends')
    if (turn === flow.stopAfter && run.state.stopping === null) {
      run.record(stop)
      run.advance()
      continue
    }
    run.now += 1000 * flow.tape.below(3)
    run.advance()
    const live = run.live()
    const name = live[flow.tape.below(Math.max(live.length, 1))]
    if (name !== undefined) endAttempt(flow, run, name)
    else if (run.state.finished === null && !run.skipTime()) throw new Error('nothing is due and nothing lives')
  }
  return run.log
}

function endAttempt(flow: RandomFlow, run: RunInMemory, name: string): void {
  const script = flow.scripts.get(name)
  if (run.state.stopping !== null && script?.obeysStop === true)
    return run.end(name, { kind: 'stopped', reason: 'gone' })
  const result = script?.results[(run.state.steps.get(name)?.attempt ?? 0) - 1] ?? { kind: 'succeeded', x: null }
  if (result.kind === 'succeeded') {
    return run.end(name, { kind: 'succeeded', outputs: result.x === null ? {} : { x: result.x } })
  }
  run.end(name, result.kind === 'lost' ? { kind: 'lost', reason: 'gone' } : { ...result, reason: 'failed' })
}

/** What a log says against the order that every log keeps. */
function brokenRules(flow: RandomFlow, log: Log): string[] {
  const broken: string[] = []
  const ended = new Set<string>()
  let isStopping = false
  for (const [place, { sequence, event }] of log.entries()) {
    if (sequence !== place + 1) broken.push(`event ${place + 1} has the number ${sequence}`)
    if ((event.type === 'run.finished') !== (place === log.length - 1)) broken.push(`the end is not the end`)
    if (event.type === 'run.stopping') isStopping = true
    if (!('step' in event)) continue
    if (ended.has(event.step)) broken.push(`${event.type} after the end of ${event.step}`)
    if (terminal.includes(event.type)) ended.add(event.step)
    if (event.type !== 'attempt.started') continue
    if (isStopping) broken.push(`${event.step} started after the stop`)
    const early = dependenciesOf(flow.body.steps[event.step] ?? {}).filter((other) => !ended.has(other))
    if (early.length > 0) broken.push(`${event.step} started before ${early.join()} ended`)
  }
  for (const name of Object.keys(flow.body.steps)) if (!ended.has(name)) broken.push(`${name} never ended`)
  return broken
}

/** How steps and run must have ended, from the model and from what the stop found under way. */
function expectedEndings(flow: RandomFlow, log: Log): { readonly steps: Record<string, string>; readonly run: string } {
  const model = endingsOf(flow)
  const stoppedAt = log.findIndex(({ event }) => event.type === 'run.stopping')
  const before = (stoppedAt === -1 ? log : log.slice(0, stoppedAt)).map(({ event }) => event)
  const endings = [...model].map(([name, ending]) => {
    const own = before.filter((event) => 'step' in event && event.step === name)
    const last = own.at(-1)
    const attempts = own.filter(({ type }) => type === 'attempt.started').length
    if (last !== undefined && terminal.includes(last.type)) return [name, ending] as const
    const ran = attempts > 0
    if (last?.type === 'attempt.started') return [name, { phase: endingOfLive(flow, name, attempts), ran }] as const
    return [name, { phase: 'stopped' as const, ran }] as const
  })
  const stopping = log[stoppedAt]?.event
  const timedOut = stopping?.type === 'run.stopping' && stopping.cause === 'timeout'
  return {
    steps: Object.fromEntries(endings.map(([name, { phase }]) => [name, phase])),
    run: outcomeOf(flow, new Map(endings), timedOut),
  }
}

function check(flow: RandomFlow, run: RunInMemory, log: Log): void {
  const steps = Object.fromEntries([...run.state.steps].map(([name, { phase }]) => [name, phase]))
  const started = new Set(log.flatMap(({ event }) => (event.type === 'attempt.started' ? [event.step] : [])))
  const expected = expectedEndings(flow, log)
  const broken = brokenRules(flow, log)
  for (const [name, phase] of Object.entries(expected.steps)) {
    if (steps[name] !== phase) broken.push(`${name} ended as ${steps[name] ?? ''} and not as ${phase}`)
  }
  if (run.state.stopping === null) {
    for (const [name, { ran }] of endingsOf(flow)) {
      if (ran !== started.has(name)) broken.push(`${name} ${ran ? 'never ran' : 'ran'}`)
    }
  }
  const status = run.state.finished?.status ?? 'live'
  if (status !== expected.run) broken.push(`the run ended as ${status} and not as ${expected.run}`)
  if (broken.length > 0) throw new Error(`${broken.join('\n')}\n${JSON.stringify(flow.body)}\n${JSON.stringify(log)}`)
}

function visible(run: RunInMemory['state']): string {
  const { graph: _graph, steps, ready, failures, ...rest } = run
  return JSON.stringify({ ...rest, steps: [...steps], ready: [...ready].toSorted(), failures: [...failures] })
}

const kinds: readonly [string, FlowKind, (run: RunInMemory) => boolean][] = [
  ['whatever steps do', {}, ({ state }) => state.finished?.status === 'failed'],
  ['when somebody stops it', { isStopped: true }, ({ state }) => state.finished?.status === 'stopped'],
  ['when its time is limited', { hasTimeLimit: true }, ({ state }) => state.stopping !== null],
  ['when steps are left out', { isPartial: true }, ({ seeds }) => seeds > 0],
  ['when steps are reused', { isRetry: true }, ({ seeds }) => seeds > 0],
  [
    'when all of it comes together',
    { isStopped: true, hasTimeLimit: true, isPartial: true, isRetry: true },
    ({ seeds, state }) => seeds > 0 && state.stopping !== null,
  ],
]

it.each(kinds)('a run ends as the model says %s, also when another takes it up anywhere', (_title, kind, isOfKind) => {
  const runs = 2000
  let ofKind = 0
  fc.assert(
    fc.property(randomFlow(kind), fc.nat(1000), (flow, share) => {
      const plan = planOf(flow)
      const run = new RunInMemory(plan, seedsOf(flow))
      const log = play(flow, run)
      check(flow, run, log)
      if (visible(foldRun(graphOf(plan), log)) !== visible(run.state)) throw new Error('the log folds to another state')
      if (isOfKind(run)) ofKind += 1

      // Seeds are inserted with the run: nobody finds it without them.
      const { seeds } = run
      const heir = RunInMemory.takenUp(plan, log.slice(0, seeds + Math.floor(((log.length - seeds) * share) / 1001)))
      check(flow, heir, play(flow, heir))
    }),
    { numRuns: runs },
  )
  expect(ofKind).toBeGreaterThan(runs / 10)
})
