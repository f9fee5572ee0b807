import { stepLogStream } from '@cairn/domain'
import { appendLogLines, type Db, readLog } from '@cairn/store'
import { eventually } from '@cairn/testkit'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { LogFollowers, type LogState } from '../src/log-followers.ts'
import { type Answer, type ApiFixture, createApiFixture, makeImage, numberIn, textIn } from './api-fixture.ts'

/** Longer than any test: who is answered was not answered by the end of its time. */
const veryLongMs = 600_000
let fixture: ApiFixture
let run: { readonly workflowId: number; readonly executionId: string }

async function open(logWaitMs: number): Promise<void> {
  fixture = await createApiFixture({ limits: { logWaitMs } })
  const { imageId } = await makeImage(fixture, { name: 'img', engineImageId: 'sha256:1' })
  const body = { name: 'w', steps: { a: { imageId, command: 'true' } } }
  const workflowId = numberIn(await fixture.call('createWorkflow', { body }), 'id')
  const started = await fixture.call('executeWorkflow', { params: { workflowId }, body: {} })
  run = { workflowId, executionId: textIn(started, 'executionId') }
}
afterEach(() => fixture.close())

const follow = (nextToken?: string, more: { readonly wait?: string } = {}): Promise<Answer> =>
  fixture.call('getExecutionLogs', {
    params: run,
    query: { stepName: 'a', ...(nextToken !== undefined && { nextToken }), ...more },
  })

async function write(sequence: number, text: string): Promise<void> {
  await appendLogLines(fixture.database.db, stepLogStream(run.executionId, 'a'), sequence, [{ at: 1, text }])
  fixture.hints.notify('log')
}

let recorded = 0
async function record(type: string, data: object | null, attempt: number | null = null): Promise<void> {
  recorded += 1
  const event = { execution_id: run.executionId, at: new Date(), step: 'a', sequence: recorded }
  await fixture.database.db
    .insertInto('execution_event')
    .values({ ...event, type, attempt, data: data === null ? null : JSON.stringify(data) })
    .execute()
}
beforeEach(() => {
  recorded = 0
})

describe('a follower of a step without lines', () => {
  it('is held until its time is over, told Running and given a token that reads on', async () => {
    await open(30)
    const { status, body } = await follow()
    expect([status, body['stepRunStatus'], body['logs']]).toEqual([200, 'Running', []])
    await write(1, 'late')
    expect((await follow(String(body['nextToken']))).body['logs']).toEqual([{ message: 'late', timestamp: 1 }])
  })

  it('is answered when lines come, also by another process that sends no hint', async () => {
    await open(veryLongMs)
    const first = follow()
    await write(1, 'one')
    const { body } = await first
    expect(body['logs']).toEqual([{ message: 'one', timestamp: 1 }])
    const second = follow(String(body['nextToken']))
    const line = [{ at: 2, text: 'two' }]
    await appendLogLines(fixture.database.db, stepLogStream(run.executionId, 'a'), 2, line)
    expect((await second).body['logs']).toEqual([{ message: 'two', timestamp: 2 }])
  })

  it('is answered when the step ends, and not when it only starts', async () => {
    await open(veryLongMs)
    const answer = follow()
    await record('attempt.started', null, 1)
    await record('step.failed', { reason: 'exit code 1', exitCode: 1 })
    expect((await answer).body).toMatchObject({ stepRunStatus: 'Failed', logs: [] })
  })

  it('is answered when the server stops', async () => {
    await open(veryLongMs)
    const answers = [follow(), follow()]
    fixture.stop()
    expect((await Promise.all(answers)).map(({ body }) => body['stepRunStatus'])).toEqual(['Running', 'Running'])
    expect((await follow()).body['logs']).toEqual([])
  })

  it('is answered at once when it does not want to wait', async () => {
    await open(veryLongMs)
    const { body } = await follow(undefined, { wait: 'false' })
    expect([body['stepRunStatus'], body['logs']]).toEqual(['Running', []])
    await write(1, 'one')
    const { body: next } = await follow(String(body['nextToken']), { wait: 'false' })
    expect(next['logs']).toEqual([{ message: 'one', timestamp: 1 }])
    expect((await follow(String(next['nextToken']), { wait: 'false' })).body['logs']).toEqual([])
  })

  it('gets what is wrong with its token at once', async () => {
    await open(veryLongMs)
    expect((await follow('nonsense')).status).toBe(400)
  })
})

describe('three hundred followers', () => {
  it('leave the database to others while they wait, and all get the line that comes', async () => {
    await open(veryLongMs)
    const answers = Array.from({ length: 300 }, () => follow())
    expect((await fixture.call('listWorkflows')).status).toBe(200)
    await write(1, 'here')
    const logs = (await Promise.all(answers)).map(({ body }) => body['logs'])
    expect(logs).toEqual(Array.from({ length: 300 }, () => [{ message: 'here', timestamp: 1 }]))
  })

  it('cost one query a look while nothing is written, and read only the log that changed', async () => {
    await open(veryLongMs)
    const counted = countQueries(fixture.database.db)
    const followers = new LogFollowers({
      db: counted.db,
      hints: fixture.hints,
      longestWaitMs: veryLongMs,
      stopping: new AbortController().signal,
    })
    const reads = new Map<number, number>()
    const read = (number: number, stream: string) => async (): Promise<LogState<null>> => {
      reads.set(number, (reads.get(number) ?? 0) + 1)
      return { state: null, isLive: true, page: await readLog(fixture.database.db, stream, { token: null }) }
    }
    const gone = new AbortController()
    const answers = Array.from({ length: 300 }, (_, index) => {
      const stream = stepLogStream(run.executionId, `s${index}`)
      const writer = { kind: 'execution', id: run.executionId } as const
      return followers.follow({ stream, writer, waits: true }, gone.signal, read(index, stream))
    })
    // Once when it came and once after it had its mark.
    await eventually(() => expect([...reads.values()]).toEqual(Array.from({ length: 300 }, () => 2)))
    const before = counted.queries()
    fixture.hints.notify('log')
    await eventually(() => expect(counted.queries()).toBeGreaterThan(before))
    const line = [{ at: 1, text: 'mine' }]
    await appendLogLines(fixture.database.db, stepLogStream(run.executionId, 's7'), 1, line)
    expect((await answers[7])?.page.lines).toEqual(line)
    expect([followers.waiting, reads.get(7), reads.get(8)]).toEqual([299, 3, 2])
    gone.abort()
    expect((await Promise.all(answers)).filter(({ page }) => page.lines.length > 0)).toHaveLength(1)
    expect(followers.waiting).toBe(0)
  })
})

function countQueries(db: Db): { readonly db: Db; readonly queries: () => number } {
  let queries = 0
  const plugin: Parameters<Db['withPlugin']>[0] = {
    transformQuery: ({ node }) => {
      queries += 1
      return node
    },
    transformResult: async ({ result }) => result,
  }
  return { db: db.withPlugin(plugin), queries: () => queries }
}
