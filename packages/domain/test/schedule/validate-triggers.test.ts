import { describe, expect, it } from 'vitest'
import { type TriggerRules, validateTriggers } from '../../src/index.ts'

const rules: TriggerRules = { now: Date.parse('2026-01-01T00:00:00Z'), leastSeconds: 1, kept: [] }
const words = (triggers: Parameters<typeof validateTriggers>[0], changed: Partial<TriggerRules> = {}): string[] =>
  validateTriggers(triggers, { ...rules, ...changed }).map(({ field, rule }) => `${field}: ${rule}`)

describe('triggers', () => {
  it.each([
    [[]],
    [[{}]],
    [[{ cron: '0 6 * * *' }, { cron: '0 6 * * *', timezone: 'Asia/Tokyo' }, { webhook: true, signingSecret: 's' }]],
    [[{ cron: '* * * * * *', webhook: false }]],
  ])('%j are taken', (triggers) => expect(words(triggers)).toEqual([]))

  it.each([
    [{ cron: '0 24 * * *' }, 'triggers.1.cron: has the hour field "24"'],
    [{ cron: '0 0 31 2 *' }, 'triggers.1.cron: names no time within the next hundred years'],
    [{ cron: '0 0 0 1 1 ? 2020' }, 'triggers.1.cron: names no time'],
    [{ cron: '0 0 0 1 1 ? 9999' }, 'triggers.1.cron: names no time'],
    [{ cron: '0 6 * * *', timezone: 'Mars/Olympus' }, 'triggers.1.timezone: must be an IANA time zone'],
    [{ cron: '0 6 * * *', webhook: true }, 'triggers.1: has both cron and webhook'],
    [{ webhook: true, timezone: 'UTC' }, 'triggers.1.timezone: is for a trigger with cron'],
    [{ cron: '0 6 * * *', signingSecret: 's' }, 'triggers.1.signingSecret: is for a trigger with webhook'],
  ])('%j is refused, naming the field', (trigger, expected) => {
    expect(words([{}, trigger])).toEqual([expect.stringContaining(expected)])
  })

  it('keep the distance that the server asks for', () => {
    const crons = [{ cron: '0,1 59 23 31 12 *' }, { cron: '*/5 * * * *' }]
    expect(words(crons, { leastSeconds: 60 })).toEqual([
      'triggers.0.cron: has times 1 s apart; this server takes 60 s and more (CAIRN_SCHEDULE_MIN_SECONDS)',
    ])
  })

  it('may stay as they are when their last time is over', () => {
    expect(words([{ cron: '0 0 0 1 1 ? 2020' }], { kept: ['0 0 0 1 1 ? 2020'] })).toEqual([])
  })
})
