import { expect, it } from 'vitest'
import { auditCsvHead, auditCsvLine } from './audit-csv.ts'

const event = {
  id: 1,
  at: '2026-01-31T18:00:00.000Z',
  user: { id: null, email: 'ann@example.com' },
  token: null,
  operation: 'createSecret',
  resource: { kind: 'secret', id: null, name: 'plain' },
  address: '127.0.0.1',
  status: 201,
  errorCode: null,
  requestId: 'r',
}
const lineOf = (name: string): string => auditCsvLine({ ...event, resource: { ...event.resource, name } })

it('has a title for each value', () => {
  expect(auditCsvHead.trim().split(',').length).toBe(lineOf('plain').trim().split(',').length)
  expect(lineOf('plain')).toBe(
    '1,2026-01-31T18:00:00.000Z,ann@example.com,,createSecret,secret,,plain,127.0.0.1,201,,r\r\n',
  )
})

it.each([
  ['a,b "c"', '"a,b ""c"""'],
  ['=HYPERLINK("x")', `"'=HYPERLINK(""x"")"`],
  ['-1', `'-1`],
  ['@cmd', `'@cmd`],
])('writes %j so that it stays one text and no formula', (name, cell) => {
  expect(lineOf(name)).toContain(`secret,,${cell},127`)
})
