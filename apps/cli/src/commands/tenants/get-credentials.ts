import { defineCommand } from '../../grammar/command.ts'
import { choice, text } from '../../grammar/option.ts'
import { defined } from '../shared/defined.ts'

export const command = defineCommand({
  options: {
    dataStoreType: text('Kind of the data store.', { values: ['data-warehouse'] }),
    warehouseName: text('Name of the warehouse; the default one when left out.', { placeholder: 'NAME' }),
    allWarehouses: choice('Also warehouses that are not the default one.'),
  },
  description: 'Prints passwords: mind who looks.',
  examples: ['cairn tenants get-credentials'],
  run: async ({ options }, session) => {
    const { dataStoreType: type, warehouseName: warehouse, allWarehouses } = options
    const client = await session.client()
    await session.output.value(await client.tenants.getCredentials(defined({ type, warehouse, allWarehouses })))
  },
})
