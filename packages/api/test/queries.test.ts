import { replaceQueryUses } from '@cairn/store'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type Answer, type ApiFixture, createApiFixture, makeImage, numberIn } from './api-fixture.ts'

let fixture: ApiFixture
beforeAll(async () => {
  fixture = await createApiFixture()
})
afterAll(() => fixture.close())

const put = (path: unknown, text: unknown, token = fixture.tenant.token): Promise<Answer> =>
  fixture.call('putQuery', { body: { path, text }, token })
const get = (path: string, version?: number): Promise<Answer> =>
  fixture.call('getQuery', { query: { path, ...(version !== undefined && { version: String(version) }) } })
const remove = (path: string): Promise<Answer> => fixture.call('deleteQuery', { query: { path } })

describe('the query store', () => {
  it('keeps every version of a text and none twice', async () => {
    expect((await put('sales/load.sql', 'select 1')).body).toEqual({ path: 'sales/load.sql', version: 1 })
    expect((await put('sales/load.sql', 'select {{é}}'.replace('é', 'E'))).body['version']).toBe(2)
    expect((await put('sales/load.sql', 'select {{E}}')).body['version']).toBe(2)
    expect((await get('sales/load.sql')).body).toMatchObject({
      path: 'sales/load.sql',
      version: 2,
      text: 'select {{E}}',
      sizeBytes: 12,
      createdBy: 'default@example.com',
    })
    expect((await get('sales/load.sql', 1)).body).toMatchObject({ version: 1, text: 'select 1' })
    const versions = await fixture.call('listQueryVersions', { query: { path: 'sales/load.sql' } })
    expect(versions.body).toMatchObject({ versionCount: 2, versions: [{ version: 2 }, { version: 1, sizeBytes: 8 }] })
    expect((await get('sales/load.sql', 3)).status).toBe(404)
  })

  it('lists queries by path, with the newest version, by part of the path and by page', async () => {
    await put('b/2.sql', 'select 2')
    await put('b/1.sql', 'select 1')
    await put('b/1.sql', 'select 11')
    const listed = await fixture.call('listQueries', { query: { searchTerm: 'B/' } })
    expect(listed.body).toMatchObject({
      queryCount: 2,
      queries: [
        { path: 'b/1.sql', version: 2, sizeBytes: 9 },
        { path: 'b/2.sql', version: 1, sizeBytes: 8 },
      ],
    })
    const page = await fixture.call('listQueries', { query: { searchTerm: 'b/', pageSize: '1', pageNumber: '2' } })
    expect(page.body).toMatchObject({ queryCount: 2, pageCount: 2, queries: [{ path: 'b/2.sql' }] })
  })

  it('counts on when a deleted path is written again, so that a version never names two texts', async () => {
    await put('again.sql', 'select 1')
    expect((await remove('again.sql')).status).toBe(200)
    expect([(await get('again.sql')).status, (await remove('again.sql')).status]).toEqual([404, 404])
    expect((await put('again.sql', 'select 1')).body['version']).toBe(2)
    expect((await get('again.sql', 1)).status).toBe(404)
  })

  it('is the tenant’s own', async () => {
    await put('ours.sql', 'select 1')
    const { token } = fixture.otherTenant
    const call = { token, query: { path: 'ours.sql' } }
    for (const id of ['getQuery', 'listQueryVersions', 'deleteQuery'] as const) {
      expect([id, (await fixture.call(id, call)).status]).toEqual([id, 404])
    }
    expect((await put('ours.sql', 'select 2', token)).body['version']).toBe(1)
    expect((await get('ours.sql')).body['text']).toBe('select 1')
    const listed = await fixture.call('listQueries', { token })
    expect(listed.body['queries']).toEqual([expect.objectContaining({ path: 'ours.sql' })])
  })

  it('tells which workflow uses a query, and keeps the query as long', async () => {
    await put('used.sql', 'select 1')
    const { imageId } = await makeImage(fixture, { engineImageId: 'sha256:x' })
    const workflow = await fixture.call('createWorkflow', {
      body: { name: 'user', steps: { a: { imageId, command: 'true' } } },
    })
    const used = { id: numberIn(workflow, 'id'), tenantId: fixture.tenant.id }
    await fixture.database.transaction((tx) => replaceQueryUses(tx, used, ['used.sql']))
    expect((await get('used.sql')).body['usedBy']).toEqual([{ id: used.id, name: 'user' }])
    const refused = await remove('used.sql')
    expect([refused.status, refused.body['message']]).toEqual([
      409,
      `query "used.sql" is used by workflow ${used.id} ("user"); take it out there first`,
    ])
    await fixture.database.transaction((tx) => replaceQueryUses(tx, used, []))
    expect((await get('used.sql')).body['usedBy']).toEqual([])
    expect((await remove('used.sql')).status).toBe(200)
  })

  it.each([
    ['an absolute path', '/a.sql', 'select 1', 'path: must be names separated'],
    ['a path out of the store', 'a/../b.sql', 'select 1', 'path: must be names separated'],
    ['an empty name', 'a//b.sql', 'select 1', 'path: must be names separated'],
    ['a backslash', 'a\\b.sql', 'select 1', 'path: must be names separated'],
    ['a line break', 'a\nb.sql', 'select 1', 'path: must be names separated'],
    ['no text', 'a.sql', '', 'text: '],
    ['a text of more than 256 KiB', 'a.sql', 'é'.repeat(128 * 1024 + 1), 'text: must have at most 262144 bytes'],
    ['a quote that does not end', 'a.sql', "select\n'x", "text: line 2: a string that begins with ' does not end"],
    ['a parameter between dollar quotes', 'a.sql', 'do $$ {{x}} $$', 'text: line 1: {{x}} stands between dollar'],
  ])('refuses %s', async (_what, path, text, message) => {
    const refused = await put(path, text)
    expect([refused.status, refused.body['code']]).toEqual([400, 'invalid_request'])
    expect(String(refused.body['message'])).toContain(message)
  })
})
