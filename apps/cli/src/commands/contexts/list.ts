import { defineCommand } from '../../grammar/command.ts'
import { columnsOf } from '../../output/table.ts'
import { readContexts } from '../../session/contexts-file.ts'

export const command = defineCommand({
  description: 'Without tokens.',
  examples: ['cairn contexts list -o table'],
  run: async (_given, session) => {
    const { current, contexts } = await readContexts(session.environment.contextsPath)
    const rows = Object.entries(contexts).map(([name, { url }]) => ({ name, url, current: name === current }))
    const columns = columnsOf({ name: 'Name', url: 'URL', current: 'Current' })
    await session.output.value({ contexts: rows }, { columns, rows: () => rows })
  },
})
