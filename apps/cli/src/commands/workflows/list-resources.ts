import { defineCommand } from '../../grammar/command.ts'
import { instanceColumns } from '../shared/views.ts'

export const command = defineCommand({
  description: 'CPU in vCPU, memory in GB.',
  examples: ['cairn workflows list-resources -o table'],
  run: async (_given, session) => {
    const client = await session.client()
    const columns = instanceColumns.filter(({ value }) => value !== 'name' && value !== 'instanceClass')
    const rows = (value: unknown): readonly unknown[] => (Array.isArray(value) ? value : [])
    await session.output.value(await client.workflows.listResources(), { columns, rows })
  },
})
