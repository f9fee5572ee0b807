import { plannedContainerStep } from '@cairn/testkit'
import { expect, it } from 'vitest'
import { stepInputs } from '../../src/index.ts'

const planned = plannedContainerStep({
  secrets: ['API_KEY'],
  env: { MODE: 'fast', MONTHS: '3' },
  inherit: { ROWS: { step: 'load', output: 'rows' }, MODE: { step: 'load', output: 'mode' } },
})

function read(global: Record<string, string>, outputs: Record<string, string>): string[] {
  const steps = [{ name: 'load', outputs }]
  return stepInputs({ name: 'train', planned }, { global, stepWise: { train: { SEED: '7' } } }, steps).map(
    ({ name, value, source }) => `${name}=${value} from ${source}`,
  )
}

it('tells each parameter once, from where it is taken, and never the value of a secret', () => {
  expect(read({ MONTHS: '12' }, { rows: '99', mode: 'slow' })).toEqual([
    'API_KEY=null from a secret',
    'MODE=slow from output "mode" of "load"',
    'MONTHS=12 from the run',
    'ROWS=99 from output "rows" of "load"',
    'SEED=7 from the run',
  ])
})

it('tells where a value will come from before it is there, unless the workflow has another', () => {
  expect(read({}, {})).toEqual([
    'API_KEY=null from a secret',
    'MODE=fast from the workflow',
    'MONTHS=3 from the workflow',
    'ROWS=null from output "rows" of "load"',
    'SEED=7 from the run',
  ])
})
