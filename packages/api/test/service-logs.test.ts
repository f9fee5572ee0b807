import { serviceLogStream } from '@cairn/domain'
import { appendLogLines } from '@cairn/store'
import { afterEach, describe, expect, it } from 'vitest'
import { type Answer, type ApiFixture, createApiFixture, makeImage, textIn } from './api-fixture.ts'

/** Longer than any test: who is answered was not answered by the end of its time. */
const veryLongMs = 600_000
let fixture: ApiFixture
let serviceId: string

async function open(logWaitMs: number): Promise<void> {
  fixture = await createApiFixture({ limits: { logWaitMs } })
  const { imageId } = await makeImage(fixture, { name: 'img', engineImageId: 'sha256:1' })
  serviceId = textIn(await fixture.call('createService', { body: { name: 'echo', imageDetails: { imageId } } }), 'id')
}
afterEach(() => fixture.close())

/** As the engine does when it adds an instance. */
async function addInstance(name: string, revision = 1): Promise<void> {
  const facts = { tenant_id: fixture.tenant.id, service_id: serviceId, workload_name: name, revision, restart: 0 }
  await fixture.database.db
    .insertInto('service_instance_log')
    .values({ ...facts, created_at: new Date(0), ended_at: null })
    .execute()
}
async function endInstance(name: string): Promise<void> {
  await fixture.database.db
    .updateTable('service_instance_log')
    .set({ ended_at: new Date() })
    .where('workload_name', '=', name)
    .execute()
}
async function write(name: string, sequence: number, at: number, text: string): Promise<void> {
  await appendLogLines(fixture.database.db, serviceLogStream(serviceId, name), sequence, [{ at, text }])
  fixture.hints.notify('log')
}
const follow = (query: Readonly<Record<string, string>> = {}): Promise<Answer> =>
  fixture.call('getServiceLogs', { params: { serviceId }, query })
const tokenIn = (answer: Answer): { nextToken: string } => ({ nextToken: textIn(answer, 'nextToken') })

describe('the log of a service', () => {
  it('is held until a line comes, of the next instance as well, however long none runs', async () => {
    await open(veryLongMs)
    const first = follow()
    await addInstance('one')
    await write('one', 1, 5, 'hello')
    const answer = await first
    expect(answer.body).toMatchObject({
      serviceStatus: 'CREATING',
      ended: false,
      logs: [{ message: 'hello', timestamp: 5, instance: 'one', revision: 1 }],
    })
    await endInstance('one')
    const second = follow(tokenIn(answer))
    await addInstance('two', 2)
    await write('two', 1, 6, 'again')
    expect((await second).body['logs']).toEqual([{ message: 'again', timestamp: 6, instance: 'two', revision: 2 }])
  })

  it('answers a silent service after the wait, and the end of an instance at once', async () => {
    await open(30)
    const silent = await follow()
    expect([silent.status, silent.body['logs'], silent.body['ended']]).toEqual([200, [], false])
    await addInstance('one')
    await write('one', 1, 5, 'hello')
    await endInstance('one')
    const whole = await follow({ instance: 'one', ...tokenIn(silent) })
    expect(whole.body).toMatchObject({ ended: true, logs: [{ message: 'hello' }] })
    const rest = await follow({ instance: 'one', ...tokenIn(whole) })
    expect(rest.body).toMatchObject({ ended: true, logs: [] })
  })

  it('begins with the newest lines or with a time, and of what there never was says 404', async () => {
    await open(30)
    await addInstance('one')
    for (let at = 1; at <= 4; at += 1) await write('one', at, at, `line ${at}`)
    const messages = async (query: Readonly<Record<string, string>>): Promise<unknown> =>
      ((await follow(query)).body['logs'] as { message: string }[]).map(({ message }) => message)
    expect(await messages({ tail: '2' })).toEqual(['line 3', 'line 4'])
    expect(await messages({ since: '4' })).toEqual(['line 4'])
    expect(await messages({ revision: '1', tail: '1' })).toEqual(['line 4'])
    expect([(await follow({ revision: '7' })).status, (await follow({ instance: 'no' })).status]).toEqual([404, 404])
    expect((await follow({ nextToken: 'nonsense' })).status).toBe(400)
  })

  it('is downloaded whole by a signed link, which holds for what it names only', async () => {
    await open(30)
    await addInstance('one')
    await addInstance('two', 2)
    await write('one', 1, 1, 'a')
    await write('two', 1, 2, 'b')
    await write('one', 2, 3, 'c')
    const link = await fixture.call('downloadServiceLogs', { params: { serviceId }, query: { instance: 'one' } })
    const url = new URL(textIn(link, 'downloadUrl'))
    const query = Object.fromEntries(url.searchParams)
    const read = (asked: Readonly<Record<string, string>>): Promise<Answer> =>
      fixture.call('readServiceLogFile', { params: { serviceId }, query: asked, token: null })
    expect((await read(query)).text).toBe('a\nc\n')
    const { instance: _instance, ...unfiltered } = query
    expect((await read(unfiltered)).status).toBe(404)
    const whole = await fixture.call('downloadServiceLogs', { params: { serviceId } })
    const wholeQuery = Object.fromEntries(new URL(textIn(whole, 'downloadUrl')).searchParams)
    expect((await read(wholeQuery)).text).toBe('a\nb\nc\n')
  })
})
