import { expect, it } from 'vitest'
import { sortRows } from './sort-rows.ts'

const rows = [
  { name: 'step-10', runs: 2 },
  { name: 'Step-9', runs: 30 },
  { name: 'alpha', runs: 2 },
]
const columns = [
  { id: 'name', sortBy: (row: { name: string }) => row.name },
  { id: 'runs', sortBy: (row: { runs: number }) => row.runs },
  { id: 'actions' },
]
const namesBy = (sort: string): string[] => sortRows(rows, columns, sort).map(({ name }) => name)

it('sorts names as people count, and numbers as numbers, either way', () => {
  expect(namesBy('name')).toEqual(['alpha', 'Step-9', 'step-10'])
  expect(namesBy('-name')).toEqual(['step-10', 'Step-9', 'alpha'])
  expect(namesBy('-runs')).toEqual(['Step-9', 'step-10', 'alpha'])
})

it('leaves rows as they are by a column that cannot be sorted by, or that is none', () => {
  expect(namesBy('actions')).toEqual(['step-10', 'Step-9', 'alpha'])
  expect(namesBy('')).toEqual(['step-10', 'Step-9', 'alpha'])
})
