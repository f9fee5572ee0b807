import { defineCommand } from '../../grammar/command.ts'
import { argument, integer, text } from '../../grammar/option.ts'
import { serviceId } from '../../names/resolve.ts'
import { defined } from '../shared/defined.ts'
import { metricColumns } from '../shared/views.ts'

export const command = defineCommand({
  arguments: { service: argument('SERVICE', 'Id or name of the service.', 'service') },
  options: {
    dateFrom: text('From this time on, in ISO 8601. Default: an hour before the end; kept for a day.', {
      placeholder: 'DATE',
    }),
    dateTo: text('Until this time, in ISO 8601. Default: now.', { placeholder: 'DATE' }),
    stepSeconds: integer('Seconds that one line stands for; 60 by default, 30 at least.'),
  },
  description: 'CPU, memory, instances, requests and their latency over time.',
  examples: ['cairn services metrics forecast --step-seconds 300 -o table'],
  run: async ({ args, options }, session) => {
    const client = await session.client()
    const { dateFrom, dateTo, stepSeconds } = options
    const id = await serviceId(client, args.service)
    const metrics = await client.services.getServiceMetrics(id, defined({ dateFrom, dateTo, stepSeconds }))
    if (session.output.format === 'ndjson') for (const point of metrics.points) await session.output.value(point)
    else await session.output.value(metrics, { columns: metricColumns, rows: () => metrics.points })
  },
})
