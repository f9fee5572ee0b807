import { defineCommand } from '../../grammar/command.ts'
import { waitOptions } from '../../grammar/common-options.ts'
import { waitForBackup } from '../../waiting/wait.ts'

export const command = defineCommand({
  options: { ...waitOptions },
  description:
    'Into the directory of the server that CAIRN_BACKUP_DIRECTORY names. With --wait also until it was restored and read. For administrators.',
  examples: ['cairn system backup --wait'],
  run: async ({ options }, session) => {
    const client = await session.client()
    const queued = await client.system.makeBackup()
    await session.output.value(options.wait ? await waitForBackup(session, queued.id, options) : queued)
  },
})
