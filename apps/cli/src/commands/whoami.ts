import { defineCommand } from '../grammar/command.ts'

export const command = defineCommand({
  description: 'Asks the server, so it also tells whether address and token are right.',
  examples: ['cairn whoami'],
  run: async (_given, session) => {
    const { url, context, tokenSource } = await session.target()
    const client = await session.client()
    const { tenant } = await client.tenants.getTenantMetadata({ signal: session.signal })
    await session.output.value({ url, tenant: tenant ?? null, context, tokenFrom: tokenSource })
  },
})
