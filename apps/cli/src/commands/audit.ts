import { defineCommand } from '../grammar/command.ts'
import { dateOptions, pageOptions } from '../grammar/common-options.ts'
import { list, text } from '../grammar/option.ts'
import { words } from '../grammar/words.ts'
import { defined } from './shared/defined.ts'
import { auditList } from './shared/people-views.ts'
import { saveDownload } from './shared/print-log.ts'

export const command = defineCommand({
  options: {
    ...pageOptions,
    ...dateOptions,
    user: text('E-mail of who did it.', { placeholder: 'EMAIL' }),
    operation: list('Names of operations of the API, separated by commas, e.g. stopExecution.'),
    resourceKind: text('Such as workflow, run, service, secret, user.'),
    resourceId: text('Id of the resource; finds its parts too.'),
    result: text('How it went.', { values: words.auditResults }),
    saveTo: text('File to save everything to instead: CSV, or lines of JSON when its name ends with .ndjson.', {
      placeholder: 'FILE',
      completion: 'file',
    }),
  },
  description: 'Changes, what was refused, and sign-ins, newest first. Needs the role admin.',
  examples: ['cairn audit --user ann@example.com -o table', 'cairn audit --date-from 2026-01-01 --save-to audit.csv'],
  run: async ({ options }, session) => {
    const { pageSize, pageNumber, all, saveTo, ...filters } = options
    const { user, operation, resourceKind, resourceId, result, dateFrom, dateTo } = filters
    const query = defined({ user, operation, resourceKind, resourceId, result, dateFrom, dateTo })
    const client = await session.client()
    if (saveTo === undefined) {
      const events = client.people.listAuditEvents({ ...query, ...defined({ pageSize, pageNumber }) })
      return session.output.list(events, auditList, { all })
    }
    const format = saveTo.endsWith('.ndjson') ? 'ndjson' : 'csv'
    const download = await client.people.exportAuditEvents({ ...query, format }, { signal: session.signal })
    await saveDownload(session, download, saveTo)
  },
})
