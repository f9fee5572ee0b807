/** Plays each row of the tables in docs/workflows.md. */
import { readFileSync } from 'node:fs'
import { planOf, plannedHttpStep as step } from '@cairn/testkit'
import { describe, expect, it } from 'vitest'
import type { PlannedConditions, PlannedStep, RunEvent } from '../../src/index.ts'
import { RunInMemory, failed } from './run-in-memory.ts'

const page = readFileSync(new URL('../../../../docs/workflows.md', import.meta.url), 'utf8')

/** The rows of the table under a heading, without the head. Cells lose the blanks around them. */
function rowsUnder(heading: string): string[][] {
  const section = page.split(`\n## ${heading}\n`)[1]?.split('\n## ')[0] ?? ''
  const lines = section.split('\n').filter((line) => line.startsWith('|'))
  return lines.slice(2).map((line) =>
    line
      .split('|')
      .slice(1, -1)
      .map((cell) => cell.trim()),
  )
}

/** Parts of a cell, or none when it is empty. */
const parts = (cell: string, separator: string): string[] => (cell === '' ? [] : cell.split(separator))

/** Reads e.g. `skip; a.x equals 1; one-of a, b: success or failure`. */
function settingsOf(cell: string): Pick<PlannedStep, 'conditions' | 'skip' | 'alsoWaitsFor'> {
  const parameters: PlannedConditions['parameters'][number][] = []
  const statuses: PlannedConditions['statuses'][number][] = []
  let skip: PlannedStep['skip'] = null
  for (const part of parts(cell, '; ')) {
    const status = /^(all-of|one-of) (.+): (.+)$/.exec(part)
    const parameter = /^(\w+)\.(\w+) (equals|not-equals) (.*)$/.exec(part)
    if (status !== null) {
      const [, condition = '', steps = '', words = ''] = status
      statuses.push({
        condition: condition as 'all-of' | 'one-of',
        steps: steps.split(', '),
        statuses: words.split(' or ') as ('success' | 'failure')[],
      })
    } else if (parameter !== null) {
      const [, name = '', output = '', condition = '', value = ''] = parameter
      parameters.push({ condition: condition as 'equals' | 'not-equals', step: name, output, value })
    } else if (part === 'skip') skip = { rule: 'skip' }
    else if (part.startsWith('skipDAG')) skip = { rule: 'skipDAG', of: part.split(' of ')[1] ?? 'c' }
    else throw new Error(`what is "${part}"?`)
  }
  const alsoWaitsFor = [...parameters.map((entry) => entry.step), ...statuses.flatMap((entry) => entry.steps)]
  return { conditions: { parameters, statuses }, skip, alsoWaitsFor }
}

const outputsOf = (ending: string): Record<string, string> => {
  const value = / with x = (.*)$/.exec(ending)?.[1]
  return value === undefined ? {} : { x: value }
}

/** A step that can come to the ending, with what is seeded for it. `failing` is a root that fails, `given` one that succeeds. */
function stepToEnd(name: string, ending: string): { readonly step: PlannedStep; readonly seeds: readonly RunEvent[] } {
  const [how = ''] = ending.split(' with ')
  switch (how) {
    case 'Success':
    case 'Failed':
    case 'Stopped':
    case 'running':
      return { step: step(), seeds: [] }
    case 'Skipped by a parent':
      return { step: step({ parents: ['failing'] }), seeds: [] }
    case 'Skipped by a condition':
      return { step: step({ ...settingsOf('given.x equals 1') }), seeds: [] }
    case 'Skipped by its own skip':
      return { step: step({ skip: { rule: 'skip' } }), seeds: [] }
    case 'skipDAG':
      return { step: step({ skip: { rule: 'skipDAG', of: name } }), seeds: [] }
    case 'left out':
      return { step: step(), seeds: [{ type: 'step.skipped', step: name, cause: 'not_selected', reason: 'left out' }] }
    case 'reused':
      return {
        step: step(),
        seeds: [{ type: 'step.reused', step: name, outputs: outputsOf(ending), executionId: 'run-1' }],
      }
    default:
      throw new Error(`how is "${how}"?`)
  }
}

function endAs(run: RunInMemory, name: string, ending: string): void {
  if (ending.startsWith('Success')) run.end(name, { kind: 'succeeded', outputs: outputsOf(ending) })
  else if (ending === 'Failed') run.end(name, failed)
  else if (ending === 'Stopped') run.end(name, { kind: 'stopped', reason: 'stopped by ada@example.com' })
}

const words = (told: string) =>
  told
    .replace(/^started$/, 'starts')
    .replace(/^waiting$/, 'waits')
    .replace(/^skipped/, 'Skipped')

describe('when a step starts', () => {
  const rows = rowsUnder('When a step starts').map(([parents = '', has = '', a = '', b = '', becomes = '']) => ({
    parents,
    has,
    a,
    b,
    becomes,
  }))

  it('is told by a table', () => expect(rows.length).toBeGreaterThan(40))

  it.each(rows)('parents $parents, with $has, a $a, b $b: c $becomes', ({ parents, has, a, b, becomes }) => {
    const ofA = stepToEnd('a', a)
    const ofB = stepToEnd('b', b)
    const c = step({ parents: parts(parents, ', '), ...settingsOf(has) })
    const plan = planOf({ failing: step(), given: step(), a: ofA.step, b: ofB.step, c })
    const run = new RunInMemory(plan, [...ofA.seeds, ...ofB.seeds])
    run.advance()
    run.end('failing', failed)
    run.end('given', { kind: 'succeeded', outputs: {} })
    endAs(run, 'a', a)
    endAs(run, 'b', b)
    expect(words(run.told('c'))).toBe(becomes)
  })
})

describe('how a run ends', () => {
  const rows = rowsUnder('How a run ends').map(([has = '', event = '', a = '', h = '', becomes = '']) => ({
    has,
    event,
    a,
    h,
    becomes,
  }))
  const phases = { Success: 'succeeded', Failed: 'failed', Skipped: 'skipped', Stopped: 'stopped' }

  it('is told by a table', () => expect(rows.length).toBeGreaterThan(20))

  it.each(rows)('h has $has, $event while a runs, a $a, h $h: $becomes', ({ has, event, a, h, becomes }) => {
    const ofA = stepToEnd('a', a)
    const steps = { given: step(), b: step(), a: ofA.step, h: step({ parents: ['a'], ...settingsOf(has) }) }
    const run = new RunInMemory(planOf(steps, { timeoutSeconds: 60 }), ofA.seeds)
    run.advance()
    run.end('b', { kind: 'succeeded', outputs: {} })
    run.end('given', { kind: 'succeeded', outputs: {} })
    if (event === 'stop') {
      run.record({ type: 'run.stopping', cause: 'user', by: 'ada@example.com', reason: 'stopped by ada@example.com' })
      run.advance()
    }
    if (event === 'time-out') run.skipTime()
    if (run.live().includes('a')) endAs(run, 'a', a)
    if (run.live().includes('h')) endAs(run, 'h', h)
    expect(run.state.steps.get('h')?.phase).toBe(phases[h as keyof typeof phases])
    const status = { success: 'Success', failed: 'Failed', stopped: 'Stopped' }[run.state.finished?.status ?? 'success']
    expect([status, run.state.finished?.reason].filter((part) => part !== null).join(': ')).toBe(becomes)
  })
})
