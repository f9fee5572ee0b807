import { expect, it } from 'vitest'
import { readAuditSearch } from './audit-search.ts'

it('keeps what the page can filter by, and drops the rest', () => {
  const whole = { user: 'ann@example.com', kind: 'run', result: 'refused', page: 2 }
  expect(readAuditSearch(whole)).toEqual(whole)
  expect(readAuditSearch({ user: '', kind: 7, result: 'perhaps', page: 0, other: 'x' })).toEqual({})
})
