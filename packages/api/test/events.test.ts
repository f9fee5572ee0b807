/** Streams of events over a real connection and a real database. */
import { connect } from 'node:net'
import { randomUUID } from 'node:crypto'
import type { ResourceEvent } from '@cairn/contract'
import { eventually } from '@cairn/testkit'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { defaultFeedLimits, type FeedLimits } from '../src/events/change-feed.ts'
import { type ApiFixture, createApiFixture, formOf, makeImage, numberIn, textIn, zipOf } from './api-fixture.ts'

let fixture: ApiFixture
let baseUrl: string
const open: OpenStream[] = []

async function start(limits: Partial<FeedLimits> = {}): Promise<void> {
  fixture = await createApiFixture({ limits: { events: { ...defaultFeedLimits, lookEveryMs: 20, ...limits } } })
  baseUrl = await fixture.app.listen({ port: 0, host: '127.0.0.1' })
}
afterEach(async () => {
  for (const stream of open.splice(0)) stream.close()
  fixture.stop()
  // Clients keep connections open for requests to come.
  fixture.app.server.closeAllConnections()
  await fixture.close()
})

/** What an open stream has told so far. */
interface OpenStream {
  readonly events: ResourceEvent[]
  readonly ready: { resumed: boolean }[]
  readonly text: () => string
  readonly lastId: () => string
  readonly ended: Promise<void>
  readonly close: () => void
}

async function follow(query = '', headers: Record<string, string> = {}): Promise<OpenStream> {
  const left = new AbortController()
  const answer = await fetch(`${baseUrl}/events/api/v1/events${query}`, {
    headers: { authorization: fixture.tenant.token, ...headers },
    signal: left.signal,
  })
  if (answer.body === null || answer.status !== 200) throw new Error(`${answer.status} ${await answer.text()}`)
  const chunks = answer.body.pipeThrough(new TextDecoderStream())
  let text = ''
  const dataOf = <Shape>(event: string): Shape[] =>
    [...text.matchAll(new RegExp(`^event: ${event}\ndata: (.*)\n\n`, 'gm'))].map(([, data = '']) => JSON.parse(data))
  const read = async (): Promise<void> => {
    for await (const chunk of chunks) text += chunk
  }
  const stream: OpenStream = {
    get events() {
      return dataOf<ResourceEvent>('change')
    },
    get ready() {
      return dataOf<{ resumed: boolean }>('ready')
    },
    text: () => text,
    lastId: () => [...text.matchAll(/^id: (.*)\n/gm)].at(-1)?.[1] ?? '',
    ended: read().catch(() => undefined),
    close: () => left.abort(),
  }
  open.push(stream)
  await eventually(() => expect(stream.ready).toHaveLength(1))
  return stream
}

const told = (stream: OpenStream, event: Partial<ResourceEvent>): Promise<void> =>
  eventually(() => expect(stream.events).toContainEqual(expect.objectContaining(event)))

async function makeWorkflow(token = fixture.tenant.token, tenantId = fixture.tenant.id): Promise<number> {
  const { imageId } = await makeImage(fixture, { name: `img-${randomUUID()}`, engineImageId: 'sha256:1', tenantId })
  const body = { name: `w-${randomUUID()}`, steps: { a: { imageId, command: 'true' } } }
  return numberIn(await fixture.call('createWorkflow', { token, body }), 'id')
}

async function startRun(workflowId: number): Promise<string> {
  return textIn(await fixture.call('executeWorkflow', { params: { workflowId }, body: {} }), 'executionId')
}

const record = (executionId: string, sequence: number, type: string, step: string | null) =>
  fixture.database.db
    .insertInto('execution_event')
    .values({ execution_id: executionId, sequence, type, step, at: new Date(), attempt: null, data: null })
    .execute()

describe('a stream of events', () => {
  beforeEach(() => start())

  it('tells what is created, updated and deleted of every kind that the API writes', async () => {
    const stream = await follow()
    const zip = await zipOf({ Dockerfile: 'FROM scratch' })
    const artifact = await fixture.call('createArtifact', { form: formOf({ name: 'a' }, zip) })
    const artifactId = textIn(artifact, 'id')
    await told(stream, { kind: 'artifact', id: artifactId, change: 'created' })
    const image = await fixture.call('createImage', { form: formOf({ name: 'i', type: 'workflow' }, zip) })
    const parentId = String(numberIn(image, 'imageId'))
    await told(stream, { kind: 'image', id: parentId, change: 'created' })
    await told(stream, { kind: 'build', id: String(numberIn(image, 'buildId')), parentId, change: 'created' })
    await fixture.call('createSecret', { body: { name: 'key', value: 'very secret' } })
    await told(stream, { kind: 'secret', id: 'key', change: 'created' })
    await fixture.call('rotateSecret', { params: { secretName: 'key' }, body: { value: 'more secret' } })
    await told(stream, { kind: 'secret', id: 'key', change: 'updated' })
    await fixture.call('deleteSecret', { params: { secretName: 'key' } })
    await told(stream, { kind: 'secret', id: 'key', change: 'deleted' })
    await fixture.call('putQuery', { body: { path: 'a.sql', text: 'select 1' } })
    await told(stream, { kind: 'query', id: 'a.sql', change: 'created' })
    await fixture.call('deleteArtifact', { params: { artifactId } })
    await told(stream, { kind: 'artifact', id: artifactId, change: 'deleted' })
    expect(stream.text()).not.toMatch(/(very|more) secret/)
  })

  it('tells services with their instances, but no health check', async () => {
    const { imageId } = await makeImage(fixture, { name: 'app', engineImageId: 'sha256:1', type: 'api' })
    const stream = await follow()
    const body = { name: 'app', serviceType: 'api', imageDetails: { imageId } }
    const serviceId = textIn(await fixture.call('createService', { body }), 'id')
    await told(stream, { kind: 'service', id: serviceId, change: 'created' })
    const instance = { workload_name: 'one', service_id: serviceId, revision: 1, ordinal: 0, restart: 0 }
    await fixture.database.db
      .insertInto('service_instance')
      .values({ ...instance, status: 'starting' })
      .execute()
    await told(stream, { kind: 'instance', id: 'one', parentId: serviceId, change: 'created' })
    const change = (set: object) => fixture.database.db.updateTable('service_instance').set(set).execute()
    await change({ failures: 1, updated_at: new Date() })
    await change({ status: 'ready' })
    await told(stream, { kind: 'instance', id: 'one', change: 'updated' })
    const rows = fixture.database.db.selectFrom('resource_change').select('id').where('kind', '=', 'instance')
    expect(await rows.execute()).toHaveLength(2)
  })

  it('tells runs and their steps, from their start to their end', async () => {
    const workflowId = await makeWorkflow()
    const stream = await follow()
    const id = await startRun(workflowId)
    const parentId = String(workflowId)
    await told(stream, { kind: 'execution', id, parentId, change: 'created' })
    await record(id, 1, 'attempt.started', 'a')
    await told(stream, { kind: 'step', id: 'a', parentId: id, change: 'updated' })
    const before = stream.events.length
    const end = { status: 'success', finished_at: new Date() } as const
    await fixture.database.db.updateTable('execution').set(end).where('id', '=', id).execute()
    await eventually(() =>
      expect(stream.events.slice(before)).toEqual([{ kind: 'execution', id, parentId, change: 'updated' }]),
    )
  })

  it('tells a run once that came and went between two looks', async () => {
    const workflowId = await makeWorkflow()
    const stream = await follow('?kinds=execution&kinds=secret')
    const id = await fixture.database.transaction(async () => startRun(workflowId))
    const end = { status: 'success', finished_at: new Date() } as const
    await fixture.database.db.updateTable('execution').set(end).where('id', '=', id).execute()
    await told(stream, { kind: 'execution', id })
    for (const name of ['one', 'two', 'three']) {
      await fixture.call('createSecret', { body: { name, value: 'a long value' } })
      await told(stream, { kind: 'secret', id: name })
    }
    const created = stream.events.filter(({ kind, change }) => kind === 'execution' && change === 'created')
    expect(created).toHaveLength(1)
  })

  it('tells nothing of another tenant, and only the kinds that are asked for', async () => {
    const { token, id: tenantId } = fixture.otherTenant
    await makeWorkflow()
    const stream = await follow('?kinds=secret')
    await makeWorkflow(token, tenantId)
    await makeWorkflow()
    await fixture.call('createSecret', { token, body: { name: 'theirs', value: 'a long value' } })
    await fixture.call('createSecret', { body: { name: 'ours', value: 'a long value' } })
    await told(stream, { kind: 'secret' })
    expect(stream.events).toEqual([{ kind: 'secret', id: 'ours', change: 'created' }])
  })

  it('hears of a change whose transaction ends after those of later ones', async () => {
    const { key_id } = await anyKey()
    const stream = await follow('?kinds=secret')
    const insert = (name: string) => ({
      tenant_id: fixture.tenant.id,
      name,
      sealed: Buffer.from('x'),
      created_by: 't',
      updated_by: 't',
    })
    await fixture.database.transaction(async (tx) => {
      await tx
        .insertInto('secret')
        .values({ ...insert('early'), key_id })
        .execute()
      await fixture.call('createSecret', { body: { name: 'late', value: 'a long value' } })
      await told(stream, { kind: 'secret', id: 'late' })
    })
    await told(stream, { kind: 'secret', id: 'early' })
    expect(stream.events.map(({ id }) => id)).toEqual(['late', 'early'])
  })

  it('refuses a kind that there is not, by the name of the field', async () => {
    const answer = await fixture.call('followEvents', { query: { kinds: ['nothing'] } })
    expect([answer.status, answer.body['code']]).toEqual([400, 'invalid_request'])
    expect(answer.text).toContain('kinds')
  })

  it('ends when the server stops', async () => {
    const stream = await follow()
    fixture.stop()
    await stream.ended
    expect(stream.ready).toHaveLength(1)
  })
})

async function anyKey(): Promise<{ key_id: string }> {
  await fixture.call('createSecret', { body: { name: `key-${randomUUID().slice(0, 8)}`, value: 'a long value' } })
  return fixture.database.db.selectFrom('secret').select('key_id').executeTakeFirstOrThrow()
}

const createSecret = (name: string) => fixture.call('createSecret', { body: { name, value: 'a long value' } })

describe('a stream that broke', () => {
  it('is taken up where it broke, by header or query, and tells only what was missed', async () => {
    await start()
    const first = await follow()
    await createSecret('seen')
    await told(first, { id: 'seen' })
    await eventually(() => expect(first.text()).toMatch(/"seen"[^]*\nid: /))
    first.close()
    await first.ended
    await createSecret('missed')
    for (const again of [
      await follow(`?after=${first.lastId()}`),
      await follow('', { 'last-event-id': first.lastId() }),
    ]) {
      expect(again.ready).toEqual([{ resumed: true }])
      await told(again, { id: 'missed' })
      expect(again.events.map(({ id }) => id)).toEqual(['missed'])
    }
  })

  it.each(['000000000000-1', 'nonsense', ''])(
    'starts anew from the position %j, which is none of this server',
    async (id) => {
      await start()
      const stream = await follow('', { 'last-event-id': id })
      expect(stream.ready).toEqual([{ resumed: false }])
    },
  )

  it('starts anew when what it missed is not kept any more', async () => {
    await start({ mostKept: 2 })
    const first = await follow()
    first.close()
    await first.ended
    const witness = await follow()
    for (const name of ['one', 'two', 'three', 'four']) {
      await createSecret(name)
      await told(witness, { id: name })
    }
    const again = await follow(`?after=${first.lastId()}`)
    expect(again.ready).toEqual([{ resumed: false }])
  })

  it('starts anew when its tenant was not watched all the while', async () => {
    await start({ lingerMs: 0 })
    const first = await follow()
    first.close()
    await first.ended
    const again = await eventually(async () => {
      const stream = await follow(`?after=${first.lastId()}`)
      stream.close()
      await stream.ended
      expect(stream.ready).toEqual([{ resumed: false }])
      return stream
    })
    expect(again.events).toEqual([])
  })
})

describe('streams are bounded:', () => {
  it('one more than the token may have is refused, and let in when another one has ended', async () => {
    await start({ streamsOfCaller: 1 })
    const first = await follow()
    const refused = await fixture.call('followEvents')
    expect([refused.status, refused.body['code'], refused.headers['retry-after']]).toEqual([429, 'rate_limited', '10'])
    first.close()
    await eventually(() => follow())
  })

  it('one that nobody reads is told to start again and let go', async () => {
    await start({ mostWaiting: 3, lookEveryMs: 100 })
    const stream = await follow()
    await Promise.all(['a', 'b', 'c', 'd', 'e'].map((name) => createSecret(name)))
    await stream.ended
    expect(stream.text()).toMatch(/event: reset\ndata: \{\}\n\n$/)
  })

  it('one that is quiet says that it is alive, and ends when its token is revoked', async () => {
    await start({ heartbeatMs: 30 })
    const stream = await follow()
    await eventually(() => expect(stream.text()).toMatch(/: nothing has changed\nid: [0-9a-f]{12}-\d+\n\n/))
    const { db } = fixture.database
    await db
      .updateTable('api_token')
      .set({ revoked_at: new Date() })
      .where('tenant_id', '=', fixture.tenant.id)
      .execute()
    await stream.ended
    expect(stream.events).toEqual([])
  })

  it('one whose reader takes nothing any more ends, and makes room', async () => {
    await start({ streamsOfCaller: 1, stalledMs: 500, mostWaiting: 10_000 })
    const { port, hostname } = new URL(baseUrl)
    const stuck = connect(Number(port), hostname)
    stuck.write(`GET /events/api/v1/events HTTP/1.1\r\nhost: x\r\nauthorization: ${fixture.tenant.token}\r\n\r\n`)
    for await (const chunk of stuck.iterator({ destroyOnReturn: false })) {
      if (String(chunk).includes('event: ready')) break
    }
    stuck.pause()
    expect((await fixture.call('followEvents')).status).toBe(429)
    // More than the kernel holds for who does not read.
    await fixture.database.pool.query(
      `insert into resource_change (tenant_id, kind, resource_id, change)
       select $1, 'query', number || repeat('x', 3000), 'updated' from generate_series(1, 4000) number`,
      [fixture.tenant.id],
    )
    const second = await eventually(() => follow(), { timeoutMs: 20_000 })
    expect(second.ready).toHaveLength(1)
    stuck.destroy()
  })
})
