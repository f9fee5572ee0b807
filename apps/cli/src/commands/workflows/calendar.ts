import { defineCommand } from '../../grammar/command.ts'
import { pageOptions } from '../../grammar/common-options.ts'
import { text } from '../../grammar/option.ts'
import { defined } from '../shared/defined.ts'
import { calendarList } from '../shared/views.ts'

export const command = defineCommand({
  options: {
    dateFrom: text('From this time on, in ISO 8601. Default: now.', { placeholder: 'DATE' }),
    dateTo: text('Until this time, in ISO 8601; at most 31 days on. Default: 7 days on.', { placeholder: 'DATE' }),
    ...pageOptions,
  },
  description: 'When the schedules of all workflows fire.',
  examples: ['cairn workflows calendar', 'cairn workflows calendar --date-to 2026-12-24 --all'],
  run: async ({ options }, session) => {
    const { dateFrom, dateTo, pageSize, pageNumber, all } = options
    const client = await session.client()
    const schedules = client.system.listScheduleCalendar(defined({ dateFrom, dateTo, pageSize, pageNumber }))
    await session.output.list(schedules, calendarList, { all })
  },
})
