import { describe, expect, it } from 'vitest'
import { isTimeZone, readCron } from '../../src/index.ts'

const ruleOf = (cron: string): string => {
  const read = readCron(cron)
  return read.kind === 'refused' ? read.rule : ''
}

describe('reading an expression', () => {
  it.each([
    '* * * * *',
    '  0  6 *\t* 1 ',
    '0 0 6 ? * MON-FRI',
    '0 0 6 ? * mon-fri 2026-2030',
    '0 0 6 L * ?',
    '0 0 6 LW * ?',
    '0 0 6 15W * ?',
    '0 0 6 ? * 6L',
    '0 0 6 ? * 2#1',
    '1-59/2 * * * *',
    `${Array.from({ length: 60 }, (_, minute) => minute).join(',')} * * * *`,
  ])('takes %s', (cron) => expect(readCron(cron).kind).toBe('pattern'))

  it.each([
    ['', 'this one has 0'],
    [
      '* * * *',
      '5 fields (minute, hour, day of month, month, day of week), 6 with seconds first, or 7 with the year last',
    ],
    ['* * * * * * * *', 'this one has 8'],
    ['@daily', 'this one has 1'],
    ['60 * * * *', 'minute field "60"'],
    ['0 24 * * *', 'hour field "24"'],
    ['0 0 0 * *', 'day of month field "0"'],
    ['0 0 32 * *', 'day of month field "32"'],
    ['0 0 1 13 *', 'month field "13"'],
    ['0 0 1 JANUARY *', 'month field "JANUARY"'],
    ['0 0 * * 8', 'day of week field "8"'],
    ['0 0 * * 1#6', 'day of week field "1#6"'],
    ['99 0 0 * * *', 'second field "99"'],
    ['0 0 0 1 1 ? 10000', 'year field "10000"'],
    ['0 0 0 1 1 ? 2027/2-2031', 'year field'],
    ['*/0 * * * *', 'minute field "*/0"'],
    ['*/61 * * * *', 'minute field "*/61"'],
    ['5/10 * * * *', 'minute field "5/10"'],
    ['0 22-3 * * *', 'hour field "22-3"'],
    ['? * * * *', 'minute field "?"'],
    ['H H * * *', 'minute field "H"'],
    ['0 0 L-3 * *', 'day of month field "L-3"'],
    ['0 0 +1 * 1', 'day of month field "+1"'],
    ['0 0 1 1 ${T(java.lang.Runtime)}', 'day of week field'],
    ['0 0 1 1 \u0661', 'day of week field'],
  ])('refuses "%s", naming the field', (cron, words) => expect(ruleOf(cron)).toContain(words))

  it('looks at no more than 256 characters', () => {
    expect(ruleOf('*/5 '.repeat(2500))).toBe('must have at most 256 characters')
  })
})

describe('names of zones', () => {
  it.each(['UTC', 'Europe/London', 'europe/london', 'Australia/Lord_Howe', 'Etc/GMT-2'])('%s is one', (name) =>
    expect(isTimeZone(name)).toBe(true),
  )

  it.each(['', 'Europe/Londres', '+02:00', 'Europe/London\0', '../../etc/passwd', 'x'.repeat(10_000)])(
    '"%s" is none',
    (name) => expect(isTimeZone(name)).toBe(false),
  )
})
