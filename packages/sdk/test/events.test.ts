import { describe, expect, it } from 'vitest'
import { createClient, type FollowedEvent, UnauthorizedError } from '../src/index.ts'
import { readEvents, type ServerEvent } from '../src/transport/read-events.ts'
import { type Answer, answerJson, inTurn, startLoopbackServer } from './loopback-server.ts'

const clientOf = (baseUrl: string) => createClient({ baseUrl, token: 't', retry: { retries: 0 } })

/** A stream of these blocks that then breaks off, in the middle of an answer that has no end. */
const stream =
  (...blocks: string[]): Answer =>
  (_request, response) => {
    response.writeHead(200, { 'content-type': 'text/event-stream' })
    response.write(blocks.map((block) => `${block}\n\n`).join(''), () => response.destroy())
  }

/** A stream of these blocks that stays open. */
const openStream =
  (...blocks: string[]): Answer =>
  (_request, response) => {
    response.writeHead(200, { 'content-type': 'text/event-stream' })
    response.write(blocks.map((block) => `${block}\n\n`).join(''))
  }

const ready = (id: string, resumed: boolean) => `id: ${id}\nevent: ready\ndata: {"resumed":${resumed}}`
const change = (id: string) => `event: change\ndata: {"kind":"image","id":"${id}","change":"updated"}`

async function take(events: AsyncGenerator<FollowedEvent>, count: number): Promise<FollowedEvent[]> {
  const taken: FollowedEvent[] = []
  for await (const event of events) if (taken.push(event) === count) break
  return taken
}

describe('following events', () => {
  it('takes a stream that breaks up where it broke, and says so', async () => {
    await using server = await startLoopbackServer(
      inTurn(stream(ready('a-1', false), change('1'), 'id: a-2'), openStream(ready('a-2', true), change('2'))),
    )
    const events = clientOf(server.baseUrl).events.follow({ kinds: ['image', 'build'] })
    expect(await take(events, 4)).toEqual([
      { type: 'ready', resumed: false },
      { type: 'change', kind: 'image', id: '1', change: 'updated' },
      { type: 'ready', resumed: true },
      { type: 'change', kind: 'image', id: '2', change: 'updated' },
    ])
    expect(server.requests.map(({ url }) => url.searchParams.toString())).toEqual([
      'kinds=image&kinds=build',
      'kinds=image&kinds=build&after=a-2',
    ])
  })

  it('starts anew, without a position, after a reset', async () => {
    await using server = await startLoopbackServer(
      inTurn(stream(ready('a-1', false), 'event: reset\ndata: {}'), openStream(ready('a-9', false))),
    )
    const events = await take(clientOf(server.baseUrl).events.follow(), 2)
    expect(events).toEqual([
      { type: 'ready', resumed: false },
      { type: 'ready', resumed: false },
    ])
    expect(server.requests.map(({ url }) => url.searchParams.get('after'))).toEqual([null, null])
  })

  it('waits for a server that is away, and for a place among the streams', async () => {
    const refuse =
      (code: string, status: number): Answer =>
      (_request, response) =>
        answerJson(response, { detail: code, code, requestId: 'r' }, status)
    await using server = await startLoopbackServer(
      inTurn(refuse('service_unavailable', 503), refuse('rate_limited', 429), openStream(ready('a-1', false))),
    )
    const states: boolean[] = []
    const events = clientOf(server.baseUrl).events.follow({ onConnection: (open) => states.push(open) })
    expect(await take(events, 1)).toEqual([{ type: 'ready', resumed: false }])
    expect(states).toEqual([false, false, true])
  })

  it('gives up when the token is not valid', async () => {
    await using server = await startLoopbackServer((_request, response) =>
      answerJson(response, { detail: 'no', code: 'unauthorized', requestId: 'r' }, 401),
    )
    await expect(clientOf(server.baseUrl).events.follow().next()).rejects.toBeInstanceOf(UnauthorizedError)
  })

  it('takes a silent connection for a broken one', async () => {
    await using server = await startLoopbackServer(
      inTurn(openStream(ready('a-1', false)), openStream(ready('a-1', true))),
    )
    const events = clientOf(server.baseUrl).events.follow({ silenceMs: 50 })
    expect(await take(events, 2)).toEqual([
      { type: 'ready', resumed: false },
      { type: 'ready', resumed: true },
    ])
  })

  it('ends with the reason of its signal', async () => {
    await using server = await startLoopbackServer(openStream(ready('a-1', false)))
    const left = new AbortController()
    const events = clientOf(server.baseUrl).events.follow({ signal: left.signal })
    await events.next()
    const next = events.next()
    left.abort(new Error('enough'))
    await expect(next).rejects.toThrow('enough')
  })
})

describe('reading server-sent events', () => {
  async function read(...chunks: string[]): Promise<ServerEvent[]> {
    const bytes = chunks.map((chunk) => new TextEncoder().encode(chunk))
    const events: ServerEvent[] = []
    for await (const event of readEvents(
      (async function* () {
        yield* bytes
      })(),
    )) {
      events.push(event)
    }
    return events
  }

  it('joins data of several lines, and blocks that come in pieces', async () => {
    expect(await read('event: a\nda', 'ta: 1\ndata:2\r\n\r', '\n: nothing\nid: 7\n', '\n')).toEqual([
      { event: 'a', data: '1\n2', id: null },
      { event: 'message', data: '', id: '7' },
    ])
  })

  it('keeps the id until another one comes, and leaves out what is not complete', async () => {
    expect(await read('id: 1\ndata: x\n\ndata: y\n\ndata: z')).toEqual([
      { event: 'message', data: 'x', id: '1' },
      { event: 'message', data: 'y', id: '1' },
    ])
  })
})
