/** What the SDK does the command line does as well, or says why not: a method that neither has fails here. */
import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { createClient } from '@cairn/sdk'
import { expect, it } from 'vitest'

const source = join(import.meta.dirname, '../src')

/** Methods that no command calls, and why. */
const withoutCommand: Readonly<Record<string, string>> = {
  'emails.sendEmail': 'the server does not send e-mails of its own accord yet (501)',
  'emails.listEmails': 'see sendEmail',
  'emails.describeEmail': 'see sendEmail',
  'emails.listTemplates': 'see sendEmail',
  'emails.describeTemplate': 'see sendEmail',
  'events.follow': 'tells programs what changed; for people `--wait` and `logs --follow` go on to the end',
  'people.acceptInvitation': 'sets a password in the browser, where the link of the invitation leads',
  'people.changePassword': 'asks for passwords, which belong into no shell history; the account page has it',
  'people.listSignInWays': 'see signIn',
  'people.signIn': 'signs browsers in; `login` takes a token',
  'people.signOut': 'see signIn',
  'tenants.getValkeyCredentials': 'the server has no cache (501)',
  'tenants.sendTelemetry': 'nothing here sends any',
  'workflows.patchWorkflow': '`workflows patch` makes the body itself, to check and to show it',
  'workflows.callWebhook': 'hooks are for other systems, which have no token; `run` starts a run',
}

async function sources(): Promise<string> {
  const files = (await readdir(source, { recursive: true })).filter((name) => name.endsWith('.ts'))
  return (await Promise.all(files.map((name) => readFile(join(source, name), 'utf8')))).join('\n')
}

function methods(): string[] {
  const client = createClient({ baseUrl: 'http://127.0.0.1:1', token: 'none' })
  return Object.entries(client).flatMap(([group, methodsOf]) => {
    if (typeof methodsOf !== 'object' || group === 'alerts') return []
    return [
      ...methodsIn(group, methodsOf),
      ...resourcesIn(methodsOf).flatMap(([name, of]) => methodsIn(`${group}.${name}`, of)),
    ]
  })
}

function methodsIn(path: string, resource: object): string[] {
  const names = Object.getOwnPropertyNames(Object.getPrototypeOf(resource))
  return names.filter((name) => name !== 'constructor').map((name) => `${path}.${name}`)
}

/** Resources of a resource, such as `workflows.revisions`. */
function resourcesIn(resource: object): [string, object][] {
  return Object.entries(resource).filter(
    ([, value]: [string, unknown]) =>
      typeof value === 'object' && value !== null && Object.getPrototypeOf(value) !== Object.prototype,
  )
}

it('has a command for every method of the SDK, or a reason', async () => {
  const text = await sources()
  const isCalled = (method: string): boolean =>
    new RegExp(String.raw`\.${method.split('.').slice(1).join(String.raw`\.`)}\(`).test(text)
  const uncalled = methods().filter((method) => !isCalled(method))
  expect(uncalled.toSorted()).toEqual(Object.keys(withoutCommand).toSorted())
})
