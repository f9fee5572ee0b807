import { defineCommand } from '../grammar/command.ts'

export const command = defineCommand({
  description: 'Asks the server, so it also tells whether address and token are right, and what the token may do.',
  examples: ['cairn whoami'],
  run: async (_given, session) => {
    const { url, context, tokenSource } = await session.target()
    const client = await session.client()
    const { user, tenant, role, access, token, version } = await client.people.whoAmI({ signal: session.signal })
    const who = { user: user.email, role, access, token }
    await session.output.value({ url, tenant: tenant.name, ...who, context, tokenFrom: tokenSource, version })
  },
})
