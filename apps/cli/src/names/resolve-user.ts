import type { CairnClient } from '@cairn/sdk'
import { CliError, exitCodes } from '../errors/cli-error.ts'

/** @param given the UUID of a user, or the e-mail. */
export async function userId(client: CairnClient, given: string): Promise<string> {
  if (!given.includes('@')) return given
  for await (const { id, email } of client.people.listUsers({ searchTerm: given, pageSize: 100 })) {
    if (email === given.toLowerCase()) return id
  }
  throw new CliError(exitCodes.notFound, `There is no user ${given}.`, {
    hint: '`cairn users list` shows whom there is.',
  })
}
