import { defineCommand } from '../../grammar/command.ts'
import { warehouseColumns } from '../shared/views.ts'

export const command = defineCommand({
  examples: ['cairn tenants list-warehouses -o table'],
  run: async (_given, session) => {
    const client = await session.client()
    const answer = await client.tenants.listWarehouses()
    await session.output.value(answer, { columns: warehouseColumns, rows: () => answer.dataStores })
  },
})
