import { defineCommand } from '../../grammar/command.ts'
import { pageOptions } from '../../grammar/common-options.ts'
import { text } from '../../grammar/option.ts'
import { defined } from '../shared/defined.ts'
import { pastFiringList } from '../shared/views.ts'

export const command = defineCommand({
  options: {
    dateFrom: text('From this time on, in ISO 8601. Default: 7 days back.', { placeholder: 'DATE' }),
    dateTo: text('Until this time, in ISO 8601. Default: now.', { placeholder: 'DATE' }),
    ...pageOptions,
  },
  description: 'What became of the times of all schedules, newest first: the run that each started, or why none was.',
  examples: ['cairn workflows past-firings -o table', 'cairn workflows past-firings --date-from 2026-12-24 --all'],
  run: async ({ options }, session) => {
    const { dateFrom, dateTo, pageSize, pageNumber, all } = options
    const client = await session.client()
    const firings = client.system.listPastFirings(defined({ dateFrom, dateTo, pageSize, pageNumber }))
    await session.output.list(firings, pastFiringList, { all })
  },
})
