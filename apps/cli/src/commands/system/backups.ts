import { defineCommand } from '../../grammar/command.ts'
import { pageOptions } from '../../grammar/common-options.ts'
import { defined } from '../shared/defined.ts'
import { backupList } from '../shared/views.ts'

export const command = defineCommand({
  options: { ...pageOptions },
  description: 'Newest first, with what came of restoring each. For administrators.',
  examples: ['cairn system backups -o table'],
  run: async ({ options: { pageSize, pageNumber, all } }, session) => {
    const client = await session.client()
    const backups = client.system.listBackups(defined({ pageSize, pageNumber }))
    await session.output.list(backups, backupList, { all })
  },
})
