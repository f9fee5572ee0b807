import { type InstanceState, serviceLogStream, type ServiceWrite } from '@cairn/domain'
import { createTestDatabase, type TestDatabase } from '@cairn/testkit'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import {
  appendLogLines,
  applyServiceWrites,
  ensureTenant,
  isServiceLogLive,
  type LogLine,
  lockServiceForPass,
  readLogMarks,
  readServiceLog,
  removeOldServiceLogs,
  type ServiceLogFilter,
} from '../../src/index.ts'
import { insertAService } from '../a-service.ts'

let subject: TestDatabase
let tenantId: string
beforeAll(async () => {
  subject = await createTestDatabase()
  tenantId = await subject.database.transaction((tx) => ensureTenant(tx, 'default'))
})
afterAll(() => subject.drop())

const aService = (): Promise<string> => insertAService(subject.database, tenantId)

const apply = (serviceId: string, write: ServiceWrite): Promise<void> =>
  subject.database.transaction(async (tx) => {
    await lockServiceForPass(tx, serviceId)
    await applyServiceWrites(tx, { id: serviceId, tenantId }, [write])
  })

let added = 0

/** Adds an instance that was created at this time, and answers its name. */
async function addInstance(serviceId: string, createdAt: number, revision = 1): Promise<string> {
  const name = crypto.randomUUID()
  added += 1
  const none = { host: null, port: null, reason: null, readyAt: null, drainingSince: null }
  const counts = { ordinal: added, restart: 0, crashes: 0, failures: 0 }
  const instance: InstanceState = { name, revision, status: 'starting', startAfter: 0, createdAt, ...counts, ...none }
  await apply(serviceId, { kind: 'add-instance', instance })
  return name
}
const forget = (serviceId: string, name: string) => apply(serviceId, { kind: 'forget-instance', name })

const write = (serviceId: string, name: string, sequence: number, ...lines: (readonly [number, string])[]) =>
  appendLogLines(
    subject.database.db,
    serviceLogStream(serviceId, name),
    sequence,
    lines.map(([at, text]): LogLine => ({ at, text })),
  )

const all: ServiceLogFilter = { instance: null, revision: null, sinceMs: null }
interface Asked {
  readonly token?: string | null
  readonly tail?: number
  readonly maxLines?: number
  readonly filter?: Partial<ServiceLogFilter>
}
async function read(serviceId: string, { token = null, tail, maxLines = 1000, filter = {} }: Asked = {}) {
  const options = { token, tail: tail ?? null, maxLines, filter: { ...all, ...filter } }
  const page = await readServiceLog(subject.database.db, { id: serviceId, tenantId }, options)
  return { texts: page.lines.map(({ text }) => text), token: page.nextToken, lines: page.lines }
}
const chunksOf = async (serviceId: string) => {
  const rows = await subject.database.db
    .selectFrom('log_chunk')
    .select(['stream', 'sequence'])
    .where('stream', 'like', `${serviceLogStream(serviceId, '')}%`)
    .orderBy('stream')
    .orderBy('sequence')
    .execute()
  return rows.map(({ stream, sequence }) => `${stream.split(':')[2]} ${sequence}`)
}

describe('reading', () => {
  test('lines of all instances come by time, page by page, and go on where they ended', async () => {
    const id = await aService()
    const one = await addInstance(id, 0)
    const two = await addInstance(id, 0)
    await write(id, one, 1, [1, 'a'], [4, 'd'])
    await write(id, two, 1, [2, 'b'], [3, 'c'], [6, 'f'])
    await write(id, one, 2, [5, 'e'])
    const seen: string[] = []
    let token: string | null = null
    for (;;) {
      const page: { texts: string[]; token: string } = await read(id, { token, maxLines: 2 })
      token = page.token
      if (page.texts.length === 0) break
      seen.push(...page.texts)
    }
    expect(seen).toEqual(['a', 'b', 'c', 'd', 'e', 'f'])
    await write(id, one, 3, [7, 'g'])
    const next = await read(id, { token })
    expect(next.lines).toEqual([{ at: 7, text: 'g', instance: one, revision: 1 }])
  })

  test('an instance that ended is read to its end, its successor follows, and the token forgets what is done', async () => {
    const id = await aService()
    const old = await addInstance(id, 0)
    await write(id, old, 1, [1, 'old'])
    const first = await read(id)
    await write(id, old, 2, [2, 'last'])
    await forget(id, old)
    const successor = await addInstance(id, 3, 2)
    await write(id, successor, 1, [4, 'new'])
    const second = await read(id, { token: first.token })
    expect(second.texts).toEqual(['last', 'new'])
    expect(second.token.match(/_/g)).toBeNull()
    expect((await read(id, { token: second.token })).texts).toEqual([])
    expect((await read(id, { filter: { revision: 1 } })).texts).toEqual(['old', 'last'])
    expect((await read(id, { filter: { instance: successor } })).texts).toEqual(['new'])
  })

  test('many short streams and many chunks are read in order and whole', async () => {
    const id = await aService()
    for (let at = 0; at < 20; at += 1) {
      const name = await addInstance(id, at * 10)
      await write(id, name, 1, [at * 10 + 1, `${at}`])
      await forget(id, name)
    }
    const long = await addInstance(id, 500)
    for (let sequence = 1; sequence <= 40; sequence += 1)
      await write(id, long, sequence, [500 + sequence, `l${sequence}`])
    const expected = [
      ...Array.from({ length: 20 }, (_, at) => `${at}`),
      ...Array.from({ length: 40 }, (_, index) => `l${index + 1}`),
    ]
    expect((await read(id)).texts).toEqual(expected)
    expect((await read(id, { tail: 45 })).texts).toEqual(expected.slice(-45))
    expect((await read(id, { tail: 3 })).texts).toEqual(['l38', 'l39', 'l40'])
    expect((await read(id, { tail: 1000 })).texts).toEqual(expected)
    expect((await read(id, { filter: { sinceMs: 191 } })).texts).toEqual(expected.slice(19))
    const tail = await read(id, { tail: 2, maxLines: 1 })
    expect([tail.texts, (await read(id, { token: tail.token })).texts]).toEqual([['l39'], ['l40']])
  })

  test('another tenant reads nothing, and a token of another log is refused', async () => {
    const id = await aService()
    const name = await addInstance(id, 0)
    await write(id, name, 1, [1, 'secret'])
    const foreign = { id, tenantId: await subject.database.transaction((tx) => ensureTenant(tx, 'other')) }
    const page = await readServiceLog(subject.database.db, foreign, { token: null, tail: null, filter: all })
    expect(page.lines).toEqual([])
    const filter = { ...all, instance: name }
    expect(await isServiceLogLive(subject.database.db, foreign, filter)).toBeNull()
    for (const token of ['f/1/1', 's/1/1.1', 's/1/1.1.1_', 's/']) {
      await expect(read(id, { token })).rejects.toMatchObject({ code: 'invalid_request' })
    }
  })

  test('the mark changes with a line, with a new instance and with the end of one', async () => {
    const id = await aService()
    const log = { stream: serviceLogStream(id, ''), writer: { kind: 'service', id } } as const
    const marks: string[] = []
    const mark = async () => marks.push(...(await readLogMarks(subject.database.db, [log])))
    await mark()
    const name = await addInstance(id, 0)
    await mark()
    await write(id, name, 1, [1, 'a'])
    await mark()
    await forget(id, name)
    await mark()
    expect(new Set(marks).size).toBe(4)
    await mark()
    expect(marks[4]).toBe(marks[3])
    const instance = { ...all, instance: name }
    expect(await isServiceLogLive(subject.database.db, { id, tenantId }, instance)).toBe('ended')
    expect(await isServiceLogLive(subject.database.db, { id, tenantId }, all)).toBe('live')
  })
})

const sweep = (mostBytes: number, endedBefore = new Date(0)) =>
  removeOldServiceLogs(subject.database.db, { endedBefore, mostBytes }, new AbortController().signal)

describe('keeping bounded', () => {
  test('instances that ended long ago go with their lines; others stay', async () => {
    const id = await aService()
    const [gone, stays] = [await addInstance(id, 0), await addInstance(id, 0)]
    await write(id, gone, 1, [1, 'gone'])
    await write(id, stays, 1, [2, 'stays'])
    await forget(id, gone)
    await sweep(1e9)
    expect(await chunksOf(id)).toHaveLength(2)
    await sweep(1e9, new Date(Date.now() + 60_000))
    expect(await chunksOf(id)).toEqual([`${stays} 1`])
    expect((await read(id)).texts).toEqual(['stays'])
  })

  test('a service that writes for ever keeps its newest lines, its numbers rise, and a reader goes on', async () => {
    const id = await aService()
    const name = await addInstance(id, 0)
    const line = 'x'.repeat(1000)
    let token: string | null = null
    for (let sequence = 1; sequence <= 60; sequence += 1) {
      await write(id, name, sequence, [sequence, `${sequence} ${line}`])
      if (sequence === 5) ({ token } = await read(id))
      if (sequence % 10 === 0) await sweep(8_000)
    }
    const chunks = await chunksOf(id)
    expect(chunks).toHaveLength(7)
    expect(chunks.at(-1)).toBe(`${name} 60`)
    await sweep(0)
    expect(await chunksOf(id)).toEqual([`${name} 60`])
    expect((await read(id, { token })).lines.map(({ at }) => at)).toEqual([60])
  })

  test('the log goes with its service, and so do lines that come later', async () => {
    const [id, other] = [await aService(), await aService()]
    const [name, kept] = [await addInstance(id, 0), await addInstance(other, 0)]
    await write(id, name, 1, [1, 'a'])
    await write(other, kept, 1, [1, 'b'])
    await apply(id, { kind: 'remove-service' })
    expect(await chunksOf(id)).toEqual([])
    await write(id, name, 2, [2, 'late'])
    await sweep(1e9)
    expect([await chunksOf(id), await chunksOf(other)]).toEqual([[], [`${kept} 1`]])
  })
})
