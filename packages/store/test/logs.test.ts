import { createTestDatabase, eventually, type TestDatabase } from '@cairn/testkit'
import { sql } from 'kysely'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import {
  appendLogLines,
  createResumeFilter,
  deleteLogs,
  lastLogTime,
  type LogLine,
  LogWriter,
  openDatabase,
  readLog,
} from '../src/index.ts'

let subject: TestDatabase
beforeAll(async () => {
  subject = await createTestDatabase()
})
afterAll(() => subject.drop())
beforeEach(() => sql`delete from log_chunk`.execute(subject.database.db))

const stream = 'step:run:train'
const line = (at: number, text = `line ${at}`): LogLine => ({ at, text })
const lines = (from: number, to: number): LogLine[] =>
  Array.from({ length: to - from + 1 }, (_, index) => line(from + index))
const append = (sequence: number, content: readonly LogLine[]): Promise<'stored' | 'taken'> =>
  appendLogLines(subject.database.db, stream, sequence, content)
const read = (token: string | null, maxLines?: number) =>
  readLog(subject.database.db, stream, maxLines === undefined ? { token } : { token, maxLines })

async function readAll(maxLines: number): Promise<readonly LogLine[]> {
  const all: LogLine[] = []
  for (let token: string | null = null; ; ) {
    const page = await read(token, maxLines)
    all.push(...page.lines)
    if (page.lines.length === 0) return all
    token = page.nextToken
  }
}

describe('reading', () => {
  test('of a stream that nobody wrote to answers no lines and the same token ever after', async () => {
    const first = await read(null)
    expect(first.lines).toEqual([])
    expect(await read(first.nextToken)).toEqual(first)
  })

  test('caught up answers no lines and the same token, and goes on when there is more', async () => {
    await append(1, lines(1, 3))
    const first = await read(null)
    expect(first.lines).toEqual(lines(1, 3))
    const caughtUp = await read(first.nextToken)
    expect(caughtUp).toEqual({ lines: [], nextToken: first.nextToken })
    await append(2, lines(4, 5))
    expect((await read(caughtUp.nextToken)).lines).toEqual(lines(4, 5))
  })

  test.each([1, 2, 3, 7, 100])('in pages of %i lines gives every line once, in order', async (maxLines) => {
    for (let chunk = 0; chunk < 20; chunk += 1) await append(chunk + 1, lines(chunk * 5 + 1, chunk * 5 + 5))
    expect(await readAll(maxLines)).toEqual(lines(1, 100))
  })

  test('stops before a page becomes too long, but always gives one line', async () => {
    await append(1, [line(1, 'x'.repeat(50)), line(2, 'y'.repeat(50)), line(3, 'z')])
    const page = await readLog(subject.database.db, stream, { token: null, maxLength: 20 })
    expect(page.lines).toHaveLength(1)
    expect((await readLog(subject.database.db, stream, { token: page.nextToken, maxLength: 51 })).lines).toHaveLength(2)
  })

  test('keeps any text as it was written', async () => {
    const odd = [line(1, ''), line(2, 'nul \0, "quotes", \\ and \u{1F600}'), line(3, '\u2028 é')]
    await append(1, odd)
    expect((await read(null)).lines).toEqual(odd)
  })

  test.each(['', 'f/1', 'f/1/2/3', 'f/-1/0', 'f/99999999999/0', "f/1/0'; drop table log_chunk"])(
    'refuses the token "%s" by name',
    async (token) => {
      await expect(read(token)).rejects.toMatchObject({ code: 'invalid_request', errors: [{ field: 'nextToken' }] })
    },
  )
})

describe('appending', () => {
  test('the same chunk again changes nothing', async () => {
    expect([await append(1, lines(1, 3)), await append(1, lines(1, 3))]).toEqual(['stored', 'stored'])
    expect((await read(null)).lines).toEqual(lines(1, 3))
  })

  test('other lines under a taken sequence is refused', async () => {
    await append(1, lines(1, 3))
    expect(await append(1, lines(4, 5))).toBe('taken')
    expect((await read(null)).lines).toEqual(lines(1, 3))
  })
})

describe('a writer', () => {
  const open = (options = {}): LogWriter => new LogWriter(subject.database.db, stream, options)

  test('has stored every line when it is closed', async () => {
    const writer = open()
    for (const entry of lines(1, 50)) await writer.write(entry)
    expect(await writer.close()).toBe('written')
    expect((await read(null)).lines).toEqual(lines(1, 50))
  })

  test('that wrote nothing stores nothing', async () => {
    expect(await open().close()).toBe('written')
    expect((await read(null)).lines).toEqual([])
  })

  test('stores lines by itself after a moment', async () => {
    const writer = open({ maxDelayMs: 1 })
    await writer.write(line(1))
    await eventually(async () => expect((await read(null)).lines).toEqual([line(1)]))
    await writer.close()
  })

  test('closes chunks by length and keeps the order under a flood', async () => {
    const writer = open({ maxChunkLength: 100 })
    for (const entry of lines(1, 500)) await writer.write(entry)
    await writer.close()
    expect(await readAll(1000)).toEqual(lines(1, 500))
    const { rows } = await sql<{ longest: number }>`select max(length(lines)) as longest from log_chunk`.execute(
      subject.database.db,
    )
    expect(rows[0]?.longest).toBeLessThan(400)
  })

  test('goes on after what an earlier writer stored', async () => {
    await append(1, lines(1, 3))
    const writer = open()
    await writer.write(line(4))
    await writer.close()
    expect((await read(null)).lines).toEqual(lines(1, 4))
  })

  test('is superseded by another writer of the stream, says so and stores no more', async () => {
    const [late, current] = [open(), open()]
    await late.write(line(1))
    await late.flush()
    await current.write(line(2))
    await current.flush()
    await late.write(line(99))
    expect(await late.close()).toBe('superseded')
    await late.write(line(100))
    expect(await late.close()).toBe('superseded')
    expect(await current.close()).toBe('written')
    expect((await read(null)).lines).toEqual([line(1), line(2)])
  })

  test('keeps its lines while the database is away and stores them afterwards', async () => {
    const errors: unknown[] = []
    const writer = open({ onError: (error: unknown) => errors.push(error) })
    await sql`alter table log_chunk rename to log_chunk_away`.execute(subject.database.db)
    await writer.write(line(1))
    const flushed = writer.flush()
    await eventually(() => expect(errors.length).toBeGreaterThan(0))
    await sql`alter table log_chunk_away rename to log_chunk`.execute(subject.database.db)
    expect(await flushed).toBe('written')
    expect((await read(null)).lines).toEqual([line(1)])
  })

  test('hands back what is left when it is closed with a rest, to be stored as the next chunk', async () => {
    const writer = open()
    await writer.write(line(1))
    await writer.flush()
    await writer.write(line(2))
    await writer.write(line(3))
    expect(await writer.closeWithRest()).toEqual({ stream, sequence: 2, lines: lines(2, 3) })
    expect((await read(null)).lines).toEqual(lines(1, 1))
  })

  test('has no rest when every line is durable', async () => {
    const writer = open()
    expect(await writer.closeWithRest()).toBeNull()
    await writer.write(line(1))
    await writer.flush()
    expect(await writer.closeWithRest()).toBeNull()
    expect((await read(null)).lines).toEqual([line(1)])
  })

  test('stores what is more than a chunk instead of handing it back', async () => {
    const writer = open({ maxChunkLength: 10 })
    for (const entry of lines(1, 20)) await writer.write(entry)
    expect(await writer.closeWithRest()).toBeNull()
    expect(await readAll(1000)).toEqual(lines(1, 20))
  })

  test('hands no rest back when it was superseded', async () => {
    const [late, current] = [open(), open()]
    await late.write(line(1))
    await late.flush()
    await current.write(line(2))
    await current.flush()
    await late.write(line(99))
    expect(await late.flush()).toBe('superseded')
    expect(await late.closeWithRest()).toBe('superseded')
  })

  test('gives up closing when it is told to', async () => {
    const nowhere = openDatabase({
      url: 'postgres://cairn@127.0.0.1:1/cairn',
      maxConnections: 1,
      applicationName: 'test',
      onError: () => undefined,
    })
    const writer = new LogWriter(nowhere.db, stream)
    await writer.write(line(1))
    const reason = new Error('the server stops')
    await expect(writer.close(AbortSignal.abort(reason))).rejects.toBe(reason)
    await nowhere.close()
  })
})

describe('resuming after a crash', () => {
  const resumed = async (source: readonly LogLine[]): Promise<LogLine[]> =>
    source.filter(createResumeFilter(await lastLogTime(subject.database.db, stream)))

  test('takes everything when nothing was stored', async () => {
    expect(await resumed(lines(1, 3))).toEqual(lines(1, 3))
  })

  test.each([
    ['within a chunk', [[line(1), line(5, 'a'), line(5, 'b')]]],
    ['over several chunks', [[line(1), line(5, 'a')], [line(5, 'b')]]],
  ])('drops the stored lines of the last time, counted %s', async (_, chunks) => {
    for (const [index, chunk] of chunks.entries()) await append(index + 1, chunk)
    const source = [line(1), line(5, 'a'), line(5, 'b'), line(5, 'c'), line(6)]
    expect(await resumed(source)).toEqual([line(5, 'c'), line(6)])
  })

  test('counts to the start of the stream when all lines have one time', async () => {
    await append(1, [line(5), line(5)])
    await append(2, [line(5)])
    expect(await lastLogTime(subject.database.db, stream)).toEqual({ at: 5, count: 3 })
  })

  test.each([0, 1, 4, 9, 10])('gives the whole log when %i of its 10 lines were stored', async (stored) => {
    const source = [1, 1, 1, 2, 2, 3, 3, 3, 3, 4].map((at, index) => line(at, `line ${index}`))
    if (stored > 0) await append(1, source.slice(0, stored))
    expect([...source.slice(0, stored), ...(await resumed(source))]).toEqual(source)
  })
})

describe('deleting', () => {
  test('removes the streams under a prefix and no others', async () => {
    const { db } = subject.database
    for (const name of ['step:a:x', 'step:a:y', 'step:ab:x', 'build:a']) await appendLogLines(db, name, 1, [line(1)])
    expect(await deleteLogs(db, 'step:a:')).toBe(2)
    const { rows } = await sql`select stream from log_chunk order by 1`.execute(db)
    expect(rows).toEqual([{ stream: 'build:a' }, { stream: 'step:ab:x' }])
  })

  test('refuses a prefix that could take in more than was meant', async () => {
    await expect(deleteLogs(subject.database.db, 'step:a')).rejects.toThrow('must end with ":"')
  })
})
