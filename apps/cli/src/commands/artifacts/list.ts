import { defineCommand } from '../../grammar/command.ts'
import { pageOptions } from '../../grammar/common-options.ts'
import { defined } from '../shared/defined.ts'
import { artifactList } from '../shared/views.ts'

export const command = defineCommand({
  options: pageOptions,
  examples: ['cairn artifacts list -o table'],
  run: async ({ options }, session) => {
    const { pageSize, pageNumber, all } = options
    const client = await session.client()
    await session.output.list(client.artifacts.listArtifacts(defined({ pageSize, pageNumber })), artifactList, { all })
  },
})
