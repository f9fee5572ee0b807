import { createHash } from 'node:crypto'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { type ApiFixture, createApiFixture, formOf, textIn, zipOf } from './api-fixture.ts'

let fixture: ApiFixture
beforeEach(async () => {
  fixture = await createApiFixture()
})
afterEach(() => fixture.close())

const zip = await zipOf({ 'a.txt': 'first' })
const laterZip = await zipOf({ 'a.txt': 'second' })

it('lists the files of a version by path, page by page, and nothing of what is not there', async () => {
  const many = await zipOf({ 'src/main.py': 'print()'.repeat(100), 'README.md': '', 'src/a.txt': 'a' })
  const artifactId = textIn(await fixture.call('createArtifact', { form: formOf({ name: 'a' }, many) }), 'id')
  const list = (query: Record<string, string> = {}, version = 1) =>
    fixture.call('listArtifactFiles', { params: { artifactId, version }, query })
  const all = await list()
  const common = { kind: 'file', mode: '0644' }
  expect(all.body).toEqual({
    files: [
      { path: 'README.md', sizeBytes: 0, compressedBytes: expect.any(Number), ...common },
      { path: 'src/a.txt', sizeBytes: 1, compressedBytes: expect.any(Number), ...common },
      { path: 'src/main.py', sizeBytes: 700, compressedBytes: expect.any(Number), ...common },
    ],
    fileCount: 3,
    totalBytes: 701,
    pageCount: 1,
    pageNumber: 1,
    pageSize: 25,
  })
  const second = await list({ pageSize: '1', pageNumber: '2', searchTerm: 'SRC/' })
  expect(second.body).toMatchObject({ files: [{ path: 'src/main.py' }], fileCount: 2, pageCount: 2 })
  expect((await list({}, 2)).status).toBe(404)
  const foreign = { params: { artifactId, version: 1 }, token: fixture.otherTenant.token }
  expect((await fixture.call('listArtifactFiles', foreign)).status).toBe(404)
})

it('keeps what was uploaded, version by version', async () => {
  const created = await fixture.call('createArtifact', { form: formOf({ name: 'a', description: 'd' }, zip) })
  expect(created.body).toEqual({ id: expect.any(String), version: 1 })
  const artifactId = textIn(created, 'id')
  const added = await fixture.call('createArtifactVersion', { params: { artifactId }, form: formOf({}, laterZip) })
  expect(added.body).toEqual({ version: 2 })

  const latest = await fixture.app.inject({
    url: `/artifacts/api/v1/artifacts/${artifactId}/download`,
    headers: { authorization: fixture.tenant.token },
  })
  expect(latest.rawPayload.equals(laterZip)).toBe(true)
  const first = await fixture.app.inject({
    url: `/artifacts/api/v1/artifacts/${artifactId}/1/download`,
    headers: { authorization: fixture.tenant.token },
  })
  expect(first.rawPayload.equals(zip)).toBe(true)
  expect(first.headers['content-length']).toBe(String(zip.length))

  const described = await fixture.call('describeArtifact', { params: { artifactId } })
  const sha256 = createHash('sha256').update(zip).digest('hex')
  expect(described.body).toMatchObject({
    name: 'a',
    description: 'd',
    createdBy: 'default@example.com',
    versionCount: 2,
    versions: [{ version: 2 }, { version: 1, sha256, sizeBytes: zip.length }],
  })
})

it('takes the text null for no description', async () => {
  const created = await fixture.call('createArtifact', { form: formOf({ name: 'a', description: 'null' }, zip) })
  const params = { artifactId: textIn(created, 'id') }
  expect((await fixture.call('describeArtifact', { params })).body['description']).toBeNull()
  await fixture.call('updateArtifact', { params, body: { name: 'b', description: 'new' } })
  expect((await fixture.call('describeArtifact', { params })).body).toMatchObject({ name: 'b', description: 'new' })
})

it('has page keys also when there is nothing', async () => {
  const answer = await fixture.call('listArtifacts')
  expect(answer.body).toEqual({ artifacts: [], artifactCount: 0, pageCount: 1, pageNumber: 1, pageSize: 25 })
})

it('pages with the newest first', async () => {
  for (const name of ['a', 'b', 'c']) await fixture.call('createArtifact', { form: formOf({ name }, zip) })
  const first = await fixture.call('listArtifacts', { query: { pageSize: '2' } })
  expect(first.body).toMatchObject({ artifacts: [{ name: 'c' }, { name: 'b' }], artifactCount: 3, pageCount: 2 })
  const second = await fixture.call('listArtifacts', { query: { pageSize: '2', pageNumber: '2' } })
  expect(second.body).toMatchObject({ artifacts: [{ name: 'a' }], artifactCount: 3, pageNumber: 2 })
})

it.each([
  ['no file', { name: 'a' }, undefined, 'artifact: '],
  ['no name', {}, zip, 'name: is required'],
  ['what is no zip', { name: 'a' }, Buffer.from('hello'), ''],
  ['a zip that leaves its folder', { name: 'a' }, await hostileZip(), '../x'],
])('refuses %s and leaves nothing behind', async (_case, fields, file, words) => {
  const answer = await fixture.call('createArtifact', { form: formOf(fields, file) })
  expect(answer.status).toBe(400)
  expect(answer.body['detail']).toContain(words)
  expect(await fixture.storedFiles()).toEqual([])
})

it('keeps bytes that another artifact has when an equal upload is refused', async () => {
  const created = await fixture.call('createArtifact', { form: formOf({ name: 'a' }, zip) })
  expect((await fixture.call('createArtifact', { form: formOf({}, zip) })).status).toBe(400)
  expect(await fixture.storedFiles()).toHaveLength(1)
  const downloaded = await fixture.call('downloadArtifact', { params: { artifactId: textIn(created, 'id') } })
  expect(downloaded.status).toBe(200)
})

it('gives two uploads at once two versions', async () => {
  const artifactId = textIn(await fixture.call('createArtifact', { form: formOf({ name: 'a' }, zip) }), 'id')
  const answers = await Promise.all(
    [1, 2, 3, 4].map(() =>
      fixture.call('createArtifactVersion', { params: { artifactId }, form: formOf({}, laterZip) }),
    ),
  )
  expect(new Set(answers.map(({ body }) => body['version']))).toEqual(new Set([2, 3, 4, 5]))
})

/** An honest library writes no such name, so it is put in afterwards; `../x` and `a/bx` are equally long. */
async function hostileZip(): Promise<Buffer> {
  const honest = await zipOf({ 'a/bx': 'evil' })
  return Buffer.from(honest.toString('latin1').replaceAll('a/bx', '../x'), 'latin1')
}
