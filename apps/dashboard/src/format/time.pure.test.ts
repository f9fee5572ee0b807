import { expect, it } from 'vitest'
import { durationText, relativeTime } from './time.ts'

const now = Date.parse('2026-11-27T12:00:00Z')

it.each([
  [2_000, 'now'],
  [42_000, '42 s ago'],
  [-42_000, 'in 42 s'],
  [3 * 60_000 + 59_000, '3 min ago'],
  [-2 * 3_600_000, 'in 2 h'],
  [5 * 86_400_000, '5 d ago'],
  [40 * 86_400_000, '18 Oct 2026'],
])('says how far %d ms are away: %s', (distance, text) => {
  expect(relativeTime(now - distance, now)).toBe(text)
})

it.each([
  [-3, '0 ms'],
  [340, '340 ms'],
  [4_250, '4.3 s'],
  [59_999, '59 s'],
  [60_000, '1 min'],
  [192_000, '3 min 12 s'],
  [7_500_000, '2 h 5 min'],
  [273_600_000, '3 d 4 h'],
])('says how long %d ms are: %s', (ms, text) => {
  expect(durationText(ms)).toBe(text)
})
