import { defineCommand } from '../../grammar/command.ts'
import { dateOptions, pageOptions } from '../../grammar/common-options.ts'
import { argument, list } from '../../grammar/option.ts'
import { words } from '../../grammar/words.ts'
import { workflowId } from '../../names/resolve.ts'
import { defined } from '../shared/defined.ts'
import { tickList } from '../shared/views.ts'

export const command = defineCommand({
  arguments: { workflow: argument('WORKFLOW', 'Number or name of the workflow.', 'workflow') },
  options: { outcomes: list('Outcomes.', { values: words.tickOutcomes }), ...dateOptions, ...pageOptions },
  description: 'What became of the times of its schedules, newest first: the run that each started, or why none was.',
  examples: ['cairn workflows schedule-history nightly --outcomes missed'],
  run: async ({ args, options }, session) => {
    const { outcomes, dateFrom, dateTo, pageSize, pageNumber, all } = options
    const client = await session.client()
    const query = defined({ outcomes, dateFrom, dateTo, pageSize, pageNumber })
    const ticks = client.workflows.listScheduleHistory(await workflowId(client, args.workflow), query)
    await session.output.list(ticks, tickList, { all })
  },
})
