import { expect, it } from 'vitest'
import { rowsLike } from './rows-like.ts'

const rows = [
  { name: 'Nightly forecast', last: 'Failed' },
  { name: 'hourly', last: 'Success' },
]
const look = {
  textOf: ({ name }: (typeof rows)[number]) => name,
  filter: { label: 'Last run', choices: [], of: ({ last }: (typeof rows)[number]) => last },
}

it('finds rows by a part of their text and by their filter', () => {
  expect(rowsLike(rows, look, { q: 'FORE' })).toEqual([rows[0]])
  expect(rowsLike(rows, look, { status: 'Success' })).toEqual([rows[1]])
  expect(rowsLike(rows, look, { q: 'fore', status: 'Success' })).toEqual([])
  expect(rowsLike(rows, look, {})).toEqual(rows)
})

it('passes over a filter of the URL that a list does not have', () => {
  expect(rowsLike(rows, { textOf: look.textOf }, { status: 'Success' })).toEqual(rows)
})
