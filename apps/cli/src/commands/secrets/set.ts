import { resolve } from 'node:path'
import { readTextFile } from '../../files/named-file.ts'
import { defineCommand } from '../../grammar/command.ts'
import { dryRunOption } from '../../grammar/common-options.ts'
import { argument, text } from '../../grammar/option.ts'
import type { Session } from '../../session/session.ts'
import { readSecret } from '../shared/read-secret.ts'

function readValue(session: Session, name: string, file: string | undefined): Promise<string> {
  if (file === undefined) return readSecret(`Value of ${name} (is not shown): `)
  return readTextFile(resolve(session.workingDirectory, file), `${file}, which --from-file names`)
}

export const command = defineCommand({
  arguments: { name: argument('NAME', 'Name of the secret.') },
  options: {
    fromFile: text('File with the value, as it is.', { placeholder: 'FILE', completion: 'file' }),
    ...dryRunOption,
  },
  description:
    'Creates the secret, or gives it another value. The value is read from stdin or asked for; never from the command\nline, where other users of the machine would see it.',
  examples: ['cairn secrets set warehouse-password', 'cat key.pem | cairn secrets set signing-key'],
  run: async ({ args, options }, session) => {
    const client = await session.client()
    const value = await readValue(session, args.name, options.fromFile)
    for await (const { name } of client.secrets.listSecrets({ searchTerm: args.name, pageSize: 100 })) {
      if (name === args.name) return session.output.value(await client.secrets.rotateSecret(args.name, value))
    }
    await session.output.value(await client.secrets.createSecret(args.name, value))
  },
})
