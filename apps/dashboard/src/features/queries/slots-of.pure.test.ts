import { expect, it } from 'vitest'
import { slotsOf } from './slots-of.ts'

it('names what is to be filled in', () => {
  expect(slotsOf('select {{ DAY }}, {{n_1}} where day = {{DAY}} and {{ not this }} and {x}')).toEqual(['DAY', 'n_1'])
  expect(slotsOf('select 1')).toEqual([])
})
