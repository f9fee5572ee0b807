import { defineCommand } from '../../grammar/command.ts'
import { dryRunOption, waitOptions } from '../../grammar/common-options.ts'
import { waitForBuild } from '../../waiting/wait.ts'
import { versionArguments, versionOf } from './version-arguments.ts'

export const command = defineCommand({
  arguments: versionArguments,
  options: { ...waitOptions, ...dryRunOption },
  description: 'Builds a version that is not ready as it stands, also one of a global image.',
  examples: ['cairn images build-version cairn-python --wait'],
  run: async ({ args, options }, session) => {
    const client = await session.client()
    const created = await client.images.buildVersion(await versionOf(client, args), { signal: session.signal })
    if (!options.wait) return session.output.value(created)
    const { status } = await waitForBuild(session, created, options)
    await session.output.value({ ...created, status })
  },
})
