import { defineCommand } from '../../grammar/command.ts'
import { pageOptions } from '../../grammar/common-options.ts'
import { text } from '../../grammar/option.ts'
import { defined } from '../shared/defined.ts'
import { secretList } from '../shared/views.ts'

export const command = defineCommand({
  options: { ...pageOptions, name: text('Part of the name.') },
  description: 'Without values, which no answer holds; with what uses each.',
  examples: ['cairn secrets list -o table'],
  run: async ({ options }, session) => {
    const { pageSize, pageNumber, name, all } = options
    const client = await session.client()
    const secrets = client.secrets.listSecrets(defined({ pageSize, pageNumber, searchTerm: name }))
    await session.output.list(secrets, secretList, { all })
  },
})
