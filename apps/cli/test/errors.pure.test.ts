/** What is told when there is no answer of a Cairn server, and of a place to keep contexts in. */
import { once } from 'node:events'
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { createServer, type Server } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { CairnConnectionError, createClient } from '@cairn/sdk'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { readEnvironment } from '../src/environment.ts'
import { explain } from '../src/errors/explain.ts'
import { groups } from '../src/commands/table.ts'
import { findCommand } from '../src/grammar/find-command.ts'
import { readContexts, writeContexts } from '../src/session/contexts-file.ts'
import { findTarget } from '../src/session/target.ts'

let server: Server
let address: string
beforeAll(async () => {
  // No Cairn: what a proxy or another program answers.
  server = createServer((request, response) => {
    if (request.url?.includes('/images') === true) request.socket.destroy()
    else response.writeHead(200, { 'content-type': 'text/html' }).end('<html></html>')
  }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  address = `127.0.0.1:${String(Object(server.address()).port)}`
})
afterAll(() => void server.close())

async function told(url: string, call: (client: ReturnType<typeof createClient>) => Promise<unknown>) {
  const client = createClient({ baseUrl: url, token: 'x', retry: { retries: 0 } })
  const error: unknown = await call(client).then(
    () => null,
    (thrown: unknown) => thrown,
  )
  const { message, hint } = explain(error, { url, tokenSource: null })
  return [message, hint]
}

describe('without an answer of a Cairn server', () => {
  it('says that another program answers', async () => {
    expect(await told(`http://${address}`, (client) => client.people.whoAmI())).toEqual([
      `What answers at http://${address} is no Cairn server.`,
      'Then say where it is: --url, CAIRN_URL or `cairn login`.',
    ])
  })

  it('says that https was asked of what speaks http', async () => {
    expect(await told(`https://${address}`, (client) => client.people.whoAmI())).toEqual([
      `What answers at https://${address} speaks no TLS.`,
      'Is its address http://…?',
    ])
  })

  it('says of a call that was cut off whether it may have changed something', async () => {
    const [, read] = await told(`http://${address}`, (client) => client.images.describeImage(1))
    expect(read).toContain('Nothing was changed')
    const [, write] = await told(`http://${address}`, (client) => client.images.deleteImage(1))
    expect(write).toContain('it may have done so')
  })

  it('names the certificate that is not trusted and the setting for its CA', () => {
    const cause = Object.assign(new Error('self-signed certificate'), { code: 'DEPTH_ZERO_SELF_SIGNED_CERT' })
    const error = new CairnConnectionError('getSession was cut off before its answer', {
      sent: true,
      operation: 'getSession',
      cause: new TypeError('fetch failed', { cause }),
    })
    const { message, hint } = explain(error, { url: 'https://cairn.example.com', tokenSource: null })
    expect(message).toBe('The certificate of https://cairn.example.com is not trusted: DEPTH_ZERO_SELF_SIGNED_CERT.')
    expect(hint).toContain('NODE_EXTRA_CA_CERTS')
  })

  it.each(['127.0.0.1:7420', 'cairn.example.com', 'ftp://cairn.example.com'])('refuses the address %s', async (url) => {
    const environment = readEnvironment({ HOME: '/nowhere', CAIRN_TOKEN: 'x' })
    await expect(findTarget({ url, context: undefined }, environment)).rejects.toThrow(
      `must start with http:// or https://; got ${url}.`,
    )
  })
})

describe('the file of contexts', () => {
  it('is never looked for in the working directory, also without a home', () => {
    for (const home of [undefined, '', ' ']) {
      expect(readEnvironment({ HOME: home }).contextsPath).toMatch(/^\/.*\.config\/cairn\/contexts\.json$/)
    }
  })

  it('that cannot be read or written is named', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'cairn-contexts-'))
    await writeFile(join(folder, 'file'), '')
    const path = join(folder, 'file', 'cairn', 'contexts.json')
    await expect(readContexts(path)).rejects.toThrow(`There is no file ${path}, where contexts are kept.`)
    await expect(writeContexts(path, { current: null, contexts: {} })).rejects.toThrow(`${path} cannot be written:`)
    const good = join(folder, 'cairn', 'contexts.json')
    await writeContexts(good, { current: 'a', contexts: { a: { url: 'http://a', token: 't' } } })
    expect([(await readContexts(good)).current, JSON.parse(await readFile(good, 'utf8')).current]).toEqual(['a', 'a'])
    await rm(folder, { recursive: true })
  })
})

describe('words that are no command', () => {
  it.each([
    [['--use-context', 'work', 'whoami'], '--use-context stands before the command.', /behind it/],
    [['delete', 'hello'], 'There is no command delete.', /images delete.*workflows delete.*services delete/],
    [['logs'], 'There is no command logs.', /images logs, workflows logs, services logs/],
    [['nonsense'], 'There is no command nonsense.', /cairn --help/],
  ])('%j', (argv, message, hint) => {
    const refusal = expect.objectContaining({ message, hint: expect.stringMatching(hint) })
    expect(() => findCommand(groups, argv)).toThrow(refusal)
  })
})
