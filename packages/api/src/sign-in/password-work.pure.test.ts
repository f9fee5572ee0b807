import { expect, it } from 'vitest'
import { full, PasswordWork } from './password-work.ts'

it('takes on so many passwords and no more, and goes on when they are done', async () => {
  const work = new PasswordWork({ atOnce: 1, mostWaiting: 2 })
  const outcomes = await Promise.all(Array.from({ length: 4 }, () => work.isPassword('x', null)))
  expect(outcomes).toEqual([false, false, false, full])
  const kept = await work.hash('right')
  expect(await work.isPassword('right', kept === full ? null : kept)).toBe(true)
})
