import { resolve } from 'node:path'
import type { QueryRows } from '@cairn/sdk'
import { usageError } from '../../errors/cli-error.ts'
import { readTextFile } from '../../files/named-file.ts'
import { defineCommand } from '../../grammar/command.ts'
import { integer, optionalArgument, pairs, text } from '../../grammar/option.ts'
import type { TableView } from '../../output/output.ts'
import type { Session } from '../../session/session.ts'
import { defined } from '../shared/defined.ts'

export const command = defineCommand({
  arguments: { path: optionalArgument('PATH', 'Path of a stored query such as sales/totals.sql.') },
  options: {
    file: text('Run the text of this file.', { short: 'f', placeholder: 'FILE', completion: 'file' }),
    version: integer('Number of the version; the newest when left out.'),
    parameter: pairs('Fills in {{ NAME }}.', { short: 'p' }),
    maxRows: integer('Rows that are read; 200 when left out, 1000 at most.'),
    timeout: integer('Seconds after which it is ended; 30 when left out, 60 at most.'),
  },
  description: "Runs one query in the tenant's warehouse and prints its first rows.",
  examples: ['cairn queries run sales/totals.sql -p DAY=2026-11-25', 'cairn queries run -f totals.sql -o json'],
  run: async ({ args, options }, session) => {
    const client = await session.client()
    const given = await textOf(options.file, session)
    if ((given === null) === (args.path === undefined)) throw usageError('Give either a PATH or --file.')
    const sql = given ?? (await client.queries.getQuery(args.path ?? '', options.version)).text
    const { parameter: parameters, maxRows, timeout: timeoutSeconds } = options
    const answer = await client.queries.runQuery(sql, defined({ parameters, maxRows, timeoutSeconds }))
    if (options.output === undefined) await printRows(answer, session)
    else await session.output.value(answer, viewOf(answer))
  },
})

async function textOf(file: string | undefined, session: Session): Promise<string | null> {
  return file === undefined ? null : await readTextFile(resolve(session.workingDirectory, file), file)
}

/** Rows for `-o table`. */
function viewOf({ columns, rows }: QueryRows): TableView {
  return { columns: columns.map((title, at) => ({ title, value: String(at) })), rows: () => rows }
}

/** What has no value is empty: `-` may be a value. */
async function printRows({ columns, rows, isTruncated }: QueryRows, session: Session): Promise<void> {
  await session.output.rows([columns, ...rows.map((row) => row.map((value) => value ?? ''))])
  if (isTruncated) session.output.note(`cairn: the first ${rows.length} rows; --max-rows reads more`)
}
