import { defineCommand } from '../../grammar/command.ts'
import { requiredText } from '../../grammar/option.ts'
import { words } from '../../grammar/words.ts'
import { instanceColumns } from '../shared/views.ts'

export const command = defineCommand({
  options: { entityType: requiredText('What the instances are for.', { values: words.instanceEntityTypes }) },
  description: 'CPU in thousandths of a vCPU, memory in thousandths of a GB.',
  examples: ['cairn tenants list-instance-options --entity-type webapp -o table'],
  run: async ({ options }, session) => {
    const client = await session.client()
    const data = await client.tenants.listInstanceOptions(options.entityType)
    await session.output.value({ data }, { columns: instanceColumns, rows: () => data })
  },
})
