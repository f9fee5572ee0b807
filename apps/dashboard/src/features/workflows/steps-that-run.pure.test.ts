import { expect, it } from 'vitest'
import { stepsThatRun } from './steps-that-run.ts'

const steps = [
  { name: 'load', waitsFor: [] },
  { name: 'clean', waitsFor: ['load'] },
  { name: 'train', waitsFor: ['clean'] },
  { name: 'report', waitsFor: ['clean', 'train'] },
  { name: 'other', waitsFor: [] },
]
const run = (...chosen: readonly [string, boolean][]): string[] =>
  [
    ...stepsThatRun(
      steps,
      chosen.map(([stepName, runDAG]) => ({ stepName, runDAG })),
    ),
  ].toSorted()

it('runs all when nothing is chosen', () => {
  expect(run()).toEqual(['clean', 'load', 'other', 'report', 'train'])
})

it('runs a step alone, or with all that depends on it', () => {
  expect(run(['clean', false])).toEqual(['clean'])
  expect(run(['clean', true])).toEqual(['clean', 'report', 'train'])
  expect(run(['train', true], ['other', false])).toEqual(['other', 'report', 'train'])
  expect(run(['clean', false], ['train', true])).toEqual(['clean', 'report', 'train'])
})
