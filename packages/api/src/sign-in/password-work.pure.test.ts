import { expect, it } from 'vitest'
import { PasswordWork } from './password-work.ts'

it('takes on so many passwords and no more, and goes on when they are done', async () => {
  const work = new PasswordWork({ atOnce: 1, mostWaiting: 2 })
  const outcomes = await Promise.allSettled(Array.from({ length: 4 }, () => work.isPassword('x', null)))
  expect(outcomes.filter(({ status }) => status === 'fulfilled')).toHaveLength(3)
  expect(outcomes.at(-1)).toMatchObject({ reason: { code: 'rate_limited' } })
  expect(work.isFull).toBe(false)
  expect(await work.isPassword('right', await work.hash('right'))).toBe(true)
})
