import { expect, it } from 'vitest'
import { scheduleOf, withSchedule } from './schedule.ts'

const hook = { webhook: true }

it('changes the schedule and leaves webhooks as they are', () => {
  const fields = { name: 'a', triggers: [hook, { cron: '0 5 * * *', timezone: 'Europe/London' }] }
  expect(scheduleOf(fields)).toEqual({ cron: '0 5 * * *', timezone: 'Europe/London' })
  const hourly = withSchedule(fields, { cron: '0 * * * *', timezone: 'UTC' })
  expect(hourly).toEqual({ name: 'a', triggers: [{ cron: '0 * * * *' }, hook] })
  expect(withSchedule(hourly, { cron: '', timezone: 'UTC' })).toEqual({ name: 'a', triggers: [hook] })
})

it('has none of a workflow without triggers', () => {
  expect(scheduleOf({})).toEqual({ cron: '', timezone: 'UTC' })
})
