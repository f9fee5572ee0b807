import type { ServiceLogsQuery } from '@cairn/contract'
import { usageError } from '../../errors/cli-error.ts'
import { defineCommand } from '../../grammar/command.ts'
import { argument, flag, integer, text } from '../../grammar/option.ts'
import { serviceId } from '../../names/resolve.ts'
import { durationMs } from '../../waiting/duration.ts'
import { watching } from '../../waiting/watching.ts'
import { defined } from '../shared/defined.ts'
import { linesSoFar, printServiceLog, saveDownload } from '../shared/print-log.ts'

export const command = defineCommand({
  arguments: { service: argument('SERVICE', 'Id or name of the service.', 'service') },
  options: {
    follow: flag('Go on through deploys, sleep and stops, until the service is gone or Ctrl-C.', { short: 'f' }),
    since: text('Lines from then on: 90s, 15m, 2h ago, or a time in ISO 8601.', { placeholder: 'TIME' }),
    tail: integer('Begin with the newest N lines.'),
    revision: integer('Of the instances of this revision only; `history` lists them.'),
    instance: text('Of this instance only.', { placeholder: 'ID' }),
    timestamps: flag('Start each line with its time.'),
    save: text('Save the whole log to a file instead.', { placeholder: 'FILE', completion: 'file' }),
  },
  description:
    'Lines of all instances by time, of those that are gone as well; where there is more than one, each starts with its\ninstance.',
  examples: ['cairn services logs forecast -f --tail 20', 'cairn services logs forecast --since 2h --revision 3'],
  run: async ({ args, options }, session) => {
    const client = await session.client()
    const id = await serviceId(client, args.service)
    const { tail, revision, instance, timestamps, follow } = options
    const of = defined({ revision, instance })
    const { signal } = session
    if (options.save !== undefined) {
      return saveDownload(session, await client.services.downloadServiceLogs(id, of, { signal }), options.save)
    }
    const query: ServiceLogsQuery = { ...of, ...defined({ since: sinceMs(options.since), tail }) }
    const lines = follow
      ? client.services.followServiceLogs(id, query, watching(session))
      : linesSoFar((nextToken) =>
          client.services.getServiceLogs(id, { ...query, ...defined({ nextToken }), wait: false }, { signal }),
        )
    await printServiceLog(session, lines, { timestamps })
  },
})

/** Epoch milliseconds. */
function sinceMs(given: string | undefined): number | undefined {
  if (given === undefined) return undefined
  const agoMs = durationMs(given)
  if (agoMs !== null) return Date.now() - agoMs
  const time = Date.parse(given)
  if (!Number.isNaN(time)) return time
  throw usageError(`--since must be like 90 or 90s, 15m or 2h, or a time such as 2026-01-31T18:00:00Z; got ${given}.`)
}
