import { spawn } from 'node:child_process'
import { defineCommand } from '../../grammar/command.ts'
import { argument, flag } from '../../grammar/option.ts'
import { serviceId } from '../../names/resolve.ts'
import type { Session } from '../../session/session.ts'

const openers: Readonly<Record<string, readonly [string, ...string[]]>> = {
  darwin: ['open'],
  win32: ['rundll32', 'url.dll,FileProtocolHandler'],
}

/** Hands the address to the browser of the desktop; resolves when that program has taken it, or could not. */
function openInBrowser(url: string, session: Session): Promise<void> {
  const [program, ...args] = openers[process.platform] ?? ['xdg-open']
  return new Promise((resolve) => {
    const child = spawn(program, [...args, url], { stdio: 'ignore', detached: true })
    child.once('error', () => {
      session.output.note('cairn: no browser could be started; open the address by hand')
      resolve()
    })
    child.once('spawn', () => {
      child.unref()
      resolve()
    })
  })
}

export const command = defineCommand({
  arguments: { service: argument('SERVICE', 'Id or name of the service.', 'service') },
  options: { printOnly: flag('Print the address and open nothing.') },
  description: 'Prints the address of the service and opens it in the browser.',
  examples: ['cairn services open forecast'],
  run: async ({ args, options }, session) => {
    const client = await session.client()
    const { url } = await client.services.describeService(await serviceId(client, args.service))
    session.output.line(url)
    if (!options.printOnly && session.streams.stdout.isTerminal && /^https?:/.test(url))
      await openInBrowser(url, session)
  },
})
