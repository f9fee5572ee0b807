import { CliError, exitCodes } from '../../errors/cli-error.ts'
import { defineCommand } from '../../grammar/command.ts'
import { dryRunOption, waitOptions } from '../../grammar/common-options.ts'
import { argument, optionalCountArgument } from '../../grammar/option.ts'
import { serviceId } from '../../names/resolve.ts'
import type { Session } from '../../session/session.ts'
import { printDeployed } from './save.ts'

/** The last one that served before the one that serves. */
async function previousRevision(session: Session, service: string): Promise<number> {
  const client = await session.client()
  let hasPassedActive = false
  for await (const { revision, status, activatedAt } of client.services.listServiceRevisions(service)) {
    if (status === 'active') hasPassedActive = true
    else if (hasPassedActive && activatedAt !== null) return revision
  }
  throw new CliError(exitCodes.conflict, 'There is no earlier revision that has served.', {
    hint: '`cairn services history SERVICE` shows the revisions.',
  })
}

export const command = defineCommand({
  arguments: {
    service: argument('SERVICE', 'Id or name of the service.', 'service'),
    revision: optionalCountArgument('REVISION', 'Number of a revision that has served; the one before when left out.'),
  },
  options: { ...waitOptions, ...dryRunOption },
  description: 'Deploys what an earlier revision ran, as a new revision.',
  examples: ['cairn services rollback forecast --wait', 'cairn services rollback forecast 3'],
  run: async ({ args, options }, session) => {
    const client = await session.client()
    const service = await serviceId(client, args.service)
    const revision = args.revision ?? (await previousRevision(session, service))
    await printDeployed(session, await client.services.rollbackService(service, revision), options)
  },
})
