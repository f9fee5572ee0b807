import { buildLogStream } from '@cairn/domain'
import { appendLogLines } from '@cairn/store'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { type Answer, type ApiFixture, createApiFixture, formOf, numberIn, textIn } from './api-fixture.ts'
import { contextZip, createForecast } from './create-forecast.ts'

let fixture: ApiFixture
beforeEach(async () => {
  fixture = await createApiFixture()
})
afterEach(() => fixture.close())

const create = (): Promise<Answer> => createForecast(fixture)

describe('builds', () => {
  async function finishedBuild(): Promise<{ imageId: number; buildId: number }> {
    const created = await create()
    const buildId = numberIn(created, 'buildId')
    await appendLogLines(fixture.database.db, buildLogStream(buildId), 1, [
      { at: 1_700_000_000_000, text: 'one' },
      { at: 1_700_000_000_001, text: 'two' },
    ])
    await fixture.database.db
      .updateTable('build')
      .set({ status: 'failed', reason: 'exit code 1', started_at: new Date(), finished_at: new Date() })
      .execute()
    return { imageId: numberIn(created, 'imageId'), buildId }
  }

  it('lists them with their reason', async () => {
    const { imageId, buildId } = await finishedBuild()
    const listed = await fixture.call('listImageBuilds', { params: { imageId }, query: { count: '-1' } })
    expect(listed.body).toMatchObject({ buildCount: 1, builds: [{ buildId, status: 'failed', reason: 'exit code 1' }] })
    for (const query of [{ count: '0' }, { buildStatus: 'building' }, { versions: '999' }, { dateTo: '2020-01-01' }]) {
      const none = await fixture.call('listImageBuilds', { params: { imageId }, query })
      expect(none.body).toMatchObject({ builds: [], pageCount: 1 })
    }
  })

  it('lists them by their dates, the newest so many, of versions and with statuses', async () => {
    const created = await create()
    const imageId = numberIn(created, 'imageId')
    for (const version of ['0.0.2', '0.0.3']) {
      await fixture.call('createImageVersion', { params: { imageId }, form: formOf({ version }, contextZip) })
    }
    const { pool } = fixture.database
    await pool.query("update build set created_at = now() - (3 - id) * interval '50 days'")
    await pool.query("update build set status = 'success', finished_at = now() where id = 2")
    const idsOf = async (query: Readonly<Record<string, string | readonly string[]>>): Promise<unknown> => {
      const { body } = await fixture.call('listImageBuilds', { params: { imageId }, query: { count: '-1', ...query } })
      const builds = Array.isArray(body['builds']) ? body['builds'] : []
      expect(body['buildCount']).toBe(builds.length)
      return builds.map((build: { buildId: number }) => build.buildId)
    }
    const daysAgo = (days: number): string => new Date(Date.now() - days * 86_400_000).toISOString()
    expect(await idsOf({})).toEqual([3, 2])
    expect(await idsOf({ dateFrom: daysAgo(120) })).toEqual([3, 2, 1])
    expect(await idsOf({ dateFrom: daysAgo(120), dateTo: daysAgo(40) })).toEqual([2, 1])
    expect(await idsOf({ dateFrom: daysAgo(120), count: '2' })).toEqual([3, 2])
    expect(await idsOf({ dateFrom: daysAgo(120), versions: ['1', '3'] })).toEqual([3, 1])
    expect(await idsOf({ dateFrom: daysAgo(120), buildStatus: 'building', count: '1' })).toEqual([3])
    expect(await idsOf({ buildStatus: ['success', 'failed'] })).toEqual([2])
  })

  it('says how many are before one that waits', async () => {
    const imageId = numberIn(await create(), 'imageId')
    for (const version of ['0.0.2', '0.0.3']) {
      await fixture.call('createImageVersion', { params: { imageId }, form: formOf({ version }, contextZip) })
    }
    await fixture.database.db.updateTable('build').set({ status: 'running' }).where('id', '=', 1).execute()
    const listed = await fixture.call('listImageBuilds', { params: { imageId }, query: { count: '-1' } })
    expect(listed.body['builds']).toMatchObject([{ queuePosition: 2 }, { queuePosition: 1 }, { queuePosition: null }])
    const params = { imageId, versionId: 3 }
    expect((await fixture.call('describeImageVersion', { params })).body).toMatchObject({
      lastBuildId: 3,
      queuePosition: 2,
    })
  })

  it('stops one, and tells how it ended when it is over', async () => {
    const created = await create()
    const params = { imageId: numberIn(created, 'imageId'), buildId: numberIn(created, 'buildId') }
    fixture.hinted.length = 0
    const stop = (): Promise<Answer> => fixture.call('stopBuild', { params, body: { reason: 'wrong branch' } })
    expect(await stop()).toMatchObject({ status: 202, body: { buildId: params.buildId, status: 'stopping' } })
    expect(fixture.hinted).toEqual(['work', 'stop'])
    expect((await stop()).body).toMatchObject({ status: 'stopping' })
    await fixture.database.db.updateTable('build').set({ status: 'stopped', finished_at: new Date() }).execute()
    expect((await stop()).body).toMatchObject({ status: 'stopped' })
    const ofOther = { params, body: {}, token: fixture.otherTenant.token }
    expect((await fixture.call('stopBuild', ofOther)).status).toBe(404)
    expect((await fixture.call('stopBuild', { params: { ...params, buildId: 'x' }, body: {} })).status).toBe(404)
  })

  it('hands out lines once and is empty when caught up', async () => {
    const params = await finishedBuild()
    const first = await fixture.call('getBuildLogs', { params })
    expect(first.body).toMatchObject({
      buildStatus: 'failed',
      logs: [
        { message: 'one', timestamp: 1_700_000_000_000 },
        { message: 'two', timestamp: 1_700_000_000_001 },
      ],
    })
    const token = textIn(first, 'nextToken')
    const second = await fixture.call('getBuildLogs', { params, query: { nextToken: token } })
    expect(second.body).toMatchObject({ logs: [], nextToken: token })
    expect((await fixture.call('getBuildLogs', { params, query: { nextToken: 'f/x/s' } })).status).toBe(400)
  })

  it('gives a link to the whole log that works without a token and only as it is', async () => {
    const params = await finishedBuild()
    const answer = await fixture.call('downloadBuildLogs', { params })
    const link = new URL(textIn(answer, 'downloadUrl'))
    const file = await fixture.app.inject({ url: link.pathname + link.search })
    expect([file.statusCode, file.body]).toEqual([200, 'one\ntwo\n'])
    link.searchParams.set('tenant', fixture.otherTenant.id)
    expect((await fixture.app.inject({ url: link.pathname + link.search })).statusCode).toBe(404)
  })

  it.each(['0', '-1', 'x', '1e3', '99999999999999999999', 'build:1', '..%2f1'])(
    'knows no build %s',
    async (buildId) => {
      const { imageId } = await finishedBuild()
      expect((await fixture.call('getBuildLogs', { params: { imageId, buildId } })).status).toBe(404)
    },
  )
})
