import { resolve } from 'node:path'
import { readTextFile } from '../files/named-file.ts'
import { defineCommand } from '../grammar/command.ts'
import { optionalArgument, text } from '../grammar/option.ts'
import { readContexts, writeContexts } from '../session/contexts-file.ts'
import type { Session } from '../session/session.ts'
import { checkUrl, defaultUrl } from '../session/target.ts'
import { readSecret } from './shared/read-secret.ts'

/** `http://build.example.com:7420` → `build.example.com`. */
const nameOf = (url: string): string => new URL(url).hostname

async function readToken(session: Session, file: string): Promise<string> {
  const content = await readTextFile(resolve(session.workingDirectory, file), `${file}, which --token-file names`)
  return content.trim()
}

export const command = defineCommand({
  arguments: { url: optionalArgument('URL', `Address of the server; ${defaultUrl} when left out.`) },
  options: {
    name: text('Name of the context; the host of the address when left out.'),
    tokenFile: text('File with the token.', { placeholder: 'FILE', completion: 'file' }),
  },
  description:
    'Asks for a token (or reads it from stdin), tries it, and keeps both as a named context in a file that only you can\nread. The context is used from then on; CAIRN_URL and CAIRN_TOKEN win over it.',
  examples: ['cairn login http://127.0.0.1:7420', 'cairn login https://cairn.example.com --name work < token'],
  run: async ({ args, options }, session) => {
    const url = checkUrl(args.url ?? options.url ?? session.environment.url ?? defaultUrl)
    const name = options.name ?? nameOf(url)
    const token =
      options.tokenFile === undefined
        ? await readSecret(`API token for ${url} (is not shown): `)
        : await readToken(session, options.tokenFile)
    const { createClient } = await import('@cairn/sdk')
    session.useTarget({ url, token, context: name, tokenSource: 'what you entered' })
    const { tenant } = await createClient({ baseUrl: url, token }).tenants.getTenantMetadata({ signal: session.signal })
    const path = session.environment.contextsPath
    const { contexts } = await readContexts(path)
    await writeContexts(path, { current: name, contexts: { ...contexts, [name]: { url, token: token.trim() } } })
    await session.output.value({ context: name, url, tenant: tenant ?? null })
    if (session.environment.tokenVariable !== null || session.environment.url !== null) {
      session.output.note('cairn: CAIRN_URL or a token is set in the environment and wins over the context')
    }
  },
})
