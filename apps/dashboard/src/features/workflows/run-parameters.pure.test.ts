import { expect, it } from 'vitest'
import { filledIn, parameterDefaults } from './run-parameters.ts'

const step = (...env: Record<string, string>[]) => ({ type: 'standard', parents: [], parameters: { env } })

it('offers each parameter of the steps once, with its default, by name', () => {
  const steps = {
    a: step({ MONTHS: '12' }, { REGION: 'emea' }),
    b: step({ MONTHS: '24' }),
    c: { type: 'http', parents: [] },
  }
  expect(parameterDefaults(steps)).toEqual([
    { name: 'MONTHS', value: '', fallback: '12' },
    { name: 'REGION', value: '', fallback: 'emea' },
  ])
})

it('gives the run what was filled in and nothing else', () => {
  expect(
    filledIn([
      { name: 'MONTHS', value: '', fallback: '12' },
      { name: ' EXTRA ', value: '1', fallback: null },
      { name: '', value: 'lost', fallback: null },
    ]),
  ).toEqual({ EXTRA: '1' })
})
