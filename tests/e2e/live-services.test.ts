/** What users of services notice while these are redeployed, and while the server is killed: nothing but the gateway's absence. */
import { request } from 'node:http'
import type { Duplex } from 'node:stream'
import { eventually } from '@cairn/testkit'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { deployLiveBoard } from '../../examples/live-board/deploy.ts'
import { deployPriceApi } from '../../examples/price-api/deploy.ts'
import { engineRequest } from '../../scripts/container-engine/engine-request.ts'
import { redeployUnderLoad } from './load/redeploy-under-load.ts'
import { containersOf, createServerProcess, type ServerProcess } from './server-process.ts'

const silently = (): void => undefined
const within = { timeoutMs: 90_000, everyMs: 100 }

let server: ServerProcess
let api: { id: string; url: string }
let board: { id: string; url: string }
beforeAll(async () => {
  server = await createServerProcess()
  await server.start()
  api = await deployPriceApi(server.client, silently)
  board = await deployLiveBoard(server.client, silently)
})
afterAll(() => server.dispose())

it('serves every request of a constant load through redeploys', async () => {
  const { client, baseUrl, token } = server
  const report = await redeployUnderLoad({ client, baseUrl, token, serviceId: api.id }, 3)
  expect(report).toEqual({ requests: expect.any(Number), connect: 0, read: 0, write: 0, timeout: 0, status: 0 })
  expect(report.requests).toBeGreaterThan(100)
})

it('tells the log of a service live, through a redeploy and after it', async () => {
  const { services } = server.client
  const lines = services.followServiceLogs(api.id, { tail: 1 })
  /** Of the instance that logged the request of this path. */
  const revisionThatLogged = async (path: string): Promise<number> => {
    expect(await ask(`${api.url}${path}`)).toBe(200)
    for await (const { message, revision } of { [Symbol.asyncIterator]: () => ({ next: () => lines.next() }) }) {
      if (message.includes(path)) return revision
    }
    throw new Error('the log has ended')
  }
  const before = await revisionThatLogged('/before')
  await services.restartService(api.id)
  await services.waitForService(api.id)
  expect(await revisionThatLogged('/after')).toBe(before + 1)
  const { stream } = await services.downloadServiceLogs(api.id, { revision: before })
  const old = await new Response(stream).text()
  expect([old.includes('/before'), old.includes('/after')]).toEqual([true, false])
})

const redeployBoard = async (release: string): Promise<void> => {
  await server.client.services.updateService(board.id, { parameters: { env: { RELEASE: release } } })
  await server.client.services.waitForService(board.id)
}

/** A WebSocket of the board, as a browser opens it. */
function openSocket(): Promise<Duplex> {
  const key = Buffer.alloc(16, 7).toString('base64')
  const upgrade = {
    connection: 'Upgrade',
    upgrade: 'websocket',
    'sec-websocket-version': '13',
    'sec-websocket-key': key,
  }
  const headers = { host: new URL(board.url).host, ...upgrade }
  return new Promise((resolve, reject) => {
    const opening = request({ host: '127.0.0.1', port: server.port, path: '/socket', headers, agent: false })
    opening.once('upgrade', (_answer, socket) => resolve(socket))
    opening.once('response', (answer) => reject(new Error(`answered ${answer.statusCode}`)))
    opening.once('error', reject)
    opening.end()
  })
}

/** Sends a ping with this text; rejects unless the pong of it comes. */
function ping(socket: Duplex, word: string): Promise<void> {
  const [opcode, pong] = [0x89, Buffer.concat([Buffer.from([0x8a, word.length]), Buffer.from(word)])]
  return new Promise((resolve, reject) => {
    const fail = (): void => reject(new Error('the WebSocket ended'))
    if (socket.destroyed) return fail()
    socket.once('close', fail)
    const listen = (chunk: Buffer): void => {
      if (!chunk.includes(pong)) return
      socket.off('close', fail).off('data', listen)
      resolve()
    }
    socket.on('data', listen)
    // A mask of zeros leaves the text as it is.
    socket.write(Buffer.concat([Buffer.from([opcode, 0x80 | word.length, 0, 0, 0, 0]), Buffer.from(word)]))
  })
}

const revisionsOfBoard = async (): Promise<readonly string[]> => {
  const revisions = await server.client.services.listServiceRevisions(board.id).all()
  return revisions.map(({ status }) => status)
}

it('keeps a WebSocket open on its instance through redeploys, and removes the instance once it has ended', async () => {
  const socket = await openSocket()
  await ping(socket, 'one')
  await redeployBoard('2')
  await redeployBoard('3')
  // What nobody uses goes meanwhile.
  await eventually(async () => expect(await revisionsOfBoard()).toEqual(['active', 'removed', 'draining']), within)
  const revisions = await server.client.services.listServiceRevisions(board.id).all()
  expect(revisions.at(-1)?.reason).toContain('open WebSockets')
  await ping(socket, 'two')
  socket.destroy()
  await eventually(async () => expect(await revisionsOfBoard()).toEqual(['active', 'removed', 'removed']), within)
})

/** Id and time of start of each container of services. */
async function startsOfServices(): Promise<readonly string[]> {
  const names = await containersOf(server, 'service')
  const starts = names.map(async (name) => {
    const { body } = await engineRequest(server.dockerHost, 'GET', `/containers/${name}/json`)
    const seen = JSON.parse(body) as { Id: string; State: { StartedAt: string; Running: boolean } }
    return `${seen.Id} ${seen.State.StartedAt} ${seen.State.Running}`
  })
  return (await Promise.all(starts)).toSorted()
}

/** Where the server is: there, killed and not ready yet, or ready again. */
type Presence = 'there' | 'away' | 'back'

/** Answers the status, or what went wrong. */
function ask(url: string): Promise<number | string> {
  const headers = { host: new URL(url).host, authorization: server.token }
  return new Promise((resolve) => {
    const path = new URL(url).pathname
    const asking = request({ host: '127.0.0.1', port: server.port, path, headers, agent: false }, (answer) => {
      answer.resume()
      answer.on('end', () => resolve(answer.statusCode ?? 0))
      answer.on('error', (error) => resolve(error.message))
    })
    asking.on('error', (error) => resolve(error.message))
    asking.end()
  })
}

it('goes on by itself when the server is killed, fails requests only meanwhile, and is adopted as it is', async () => {
  await eventually(async () => expect(await startsOfServices()).toHaveLength(2), within)
  const before = await startsOfServices()
  const asked: { readonly while: Presence; readonly outcome: number | string }[] = []
  const presence = { is: 'there' as Presence }
  let answersAfter = 0
  const asking = (async () => {
    while (answersAfter < 50) {
      const begun = presence.is
      const outcome = await ask(api.url)
      // One that is under way when the server dies, or was sent before it was ready, is of the time without it.
      asked.push({ while: begun === presence.is ? begun : 'away', outcome })
      if (begun === 'back') answersAfter += 1
    }
  })()
  await eventually(() => expect(asked.length).toBeGreaterThan(20), within)
  presence.is = 'away'
  await server.kill()
  expect(await startsOfServices()).toEqual(before)
  await server.start()
  presence.is = 'back'
  await asking
  expect(asked.filter((each) => each.while !== 'away' && each.outcome !== 200)).toEqual([])
  expect(await ask(board.url)).toBe(200)
  // The new server looks after them: another instance is added to those that were there.
  await server.client.services.updateService(api.id, { minInstances: 2 })
  await eventually(async () => expect(await startsOfServices()).toHaveLength(before.length + 1), within)
  expect(await startsOfServices()).toEqual(expect.arrayContaining([...before]))
})
