import { describe, expect, test } from 'vitest'
import { backupsToRemove, isBackupDue, nextBackup } from '../../src/backup/decide-backup.ts'

const hourMs = 3_600_000
const at = (text: string): number => Date.parse(text)
const policy = { schedule: { cron: '0 2 * * *', timezone: 'UTC' }, keep: 2, retryMs: hourMs }
const never = { completedStart: null, failedEnd: null }

describe('a backup is due', () => {
  test('at once when there is none', () => {
    expect(isBackupDue(policy, never, at('2026-05-01T12:00:00Z'))).toBe(true)
  })

  test.each([
    ['before the next time of the schedule', '2026-05-02T01:59:59Z', false],
    ['at it', '2026-05-02T02:00:00Z', true],
    ['days later, when nobody was there', '2026-05-06T12:00:00Z', true],
  ])('not before a time of the schedule has come: %s', (_, now, due) => {
    const history = { completedStart: at('2026-05-01T02:00:00Z'), failedEnd: null }
    expect(isBackupDue(policy, history, at(now))).toBe(due)
  })

  test.each([
    ['within an hour', '2026-05-02T02:59:59Z', false],
    ['after an hour', '2026-05-02T03:00:00Z', true],
  ])('again %s of a failure: %s', (_, now, due) => {
    const history = { completedStart: at('2026-05-01T02:00:00Z'), failedEnd: at('2026-05-02T02:00:00Z') }
    expect(isBackupDue(policy, history, at(now))).toBe(due)
    expect(isBackupDue(policy, { ...history, completedStart: null }, at(now))).toBe(due)
  })
})

describe('a clock that was set back', () => {
  const [now, ahead] = [at('2026-05-01T12:00:00Z'), at('2027-05-01T12:00:00Z')]

  test('keeps no backup from being made until it is as late again', () => {
    expect(isBackupDue(policy, { completedStart: ahead, failedEnd: null }, now)).toBe(true)
    expect(isBackupDue(policy, { completedStart: null, failedEnd: ahead }, now)).toBe(true)
    expect(nextBackup(policy, { completedStart: ahead, failedEnd: ahead }, now)).toBe(now)
  })
})

describe('the next backup', () => {
  test('is the time of the schedule that follows the newest complete one', () => {
    const history = { completedStart: at('2026-05-01T02:00:03Z'), failedEnd: null }
    expect(nextBackup(policy, history, at('2026-05-01T12:00:00Z'))).toBe(at('2026-05-02T02:00:00Z'))
  })

  test('is now when there is none, and an hour after a failure when one failed', () => {
    const now = at('2026-05-01T12:00:00Z')
    expect(nextBackup(policy, never, now)).toBe(now)
    expect(nextBackup(policy, { completedStart: null, failedEnd: now - 1 }, now)).toBe(now - 1 + hourMs)
  })

  test('is none when the schedule never comes', () => {
    const impossible = { ...policy, schedule: { cron: '0 0 31 2 *', timezone: 'UTC' } }
    expect(nextBackup(impossible, { completedStart: 0, failedEnd: null }, 1)).toBeNull()
  })
})

describe('backups that may go', () => {
  test('are those behind the newest ones that are kept', () => {
    const backups = [4, 3, 2, 1].map((id) => ({ id, proof: 'proven' as const }))
    expect(backupsToRemove(backups, 2)).toEqual([2, 1])
    expect(backupsToRemove(backups, 4)).toEqual([])
  })

  test('never include the newest one that was proven', () => {
    const backups = [5, 4, 3, 2, 1].map((id) => ({ id, proof: id <= 2 ? ('proven' as const) : null }))
    expect(backupsToRemove(backups, 2)).toEqual([3, 1])
  })

  test('never include the newest one of which nothing bad is known, while none was proven', () => {
    const backups = [4, 3, 2, 1].map((id) => ({ id, proof: id >= 3 ? ('failed' as const) : null }))
    expect(backupsToRemove(backups, 1)).toEqual([3, 1])
  })
})
