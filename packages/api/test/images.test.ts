import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import {
  type Answer,
  type ApiFixture,
  createApiFixture,
  formOf,
  makeImage,
  numberIn,
  textIn,
  zipOf,
} from './api-fixture.ts'
import { contextZip, createForecast } from './create-forecast.ts'

let fixture: ApiFixture
beforeEach(async () => {
  fixture = await createApiFixture()
})
afterEach(() => fixture.close())

const create = (
  fields: Readonly<Record<string, unknown>> = {},
  file: Buffer | undefined = contextZip,
): Promise<Answer> => createForecast(fixture, fields, file)

describe('creating', () => {
  it('stores the context, queues a build and hints once', async () => {
    const created = await create({ buildDetails: { buildArguments: [{ name: 'A', value: 'b' }] } })
    const { imageId, versionId, buildId } = created.body
    const details = await fixture.call('describeImage', { params: { imageId: Number(imageId) } })
    expect(details.body).toMatchObject({
      name: 'forecast',
      type: 'workflow',
      scope: 'custom',
      latestVersion: {
        id: versionId,
        version: '0.0.1',
        status: 'not-ready',
        lastBuildStatus: 'building',
        buildDetails: { source: 'upload', useCache: true, buildArguments: [{ name: 'A', value: 'b' }] },
      },
    })
    const work = await fixture.database.db.selectFrom('work').select(['kind', 'key']).execute()
    expect(work).toEqual([{ kind: 'build', key: String(buildId) }])
    expect(fixture.hinted).toEqual(['work'])
    expect(await fixture.storedFiles()).toHaveLength(1)
  })

  it('builds a Dockerfile that comes as text', async () => {
    const created = await fixture.call('createImage', {
      form: formOf({ name: 'a', type: 'api', buildDetails: { source: 'dockerfile', dockerfile: 'FROM nginx' } }),
    })
    expect(created.status).toBe(201)
    expect(await fixture.storedFiles()).toEqual([])
  })

  it('numbers versions from the highest one and refuses one that is there', async () => {
    const imageId = numberIn(await create({ version: '0.2.0' }), 'imageId')
    const add = (fields: Readonly<Record<string, unknown>>): Promise<Answer> =>
      fixture.call('createImageVersion', { params: { imageId }, form: formOf(fields, contextZip) })
    await add({ version: '0.1.0', name: 'ignored', type: 'ignored' })
    await add({})
    expect((await add({ version: '0.2.1' })).body).toMatchObject({
      code: 'version_taken',
      detail: expect.stringContaining('0.2.1'),
    })
    const listed = await fixture.call('listImageVersions', { params: { imageId } })
    expect(listed.body).toMatchObject({
      versionCount: 3,
      versions: [{ version: '0.2.1' }, { version: '0.1.0' }, { version: '0.2.0' }],
    })
  })

  it('takes what to redeploy after the build, by a name for all of it', async () => {
    const { imageId, versionId } = await makeImage(fixture, { name: 'used', engineImageId: 'sha256:x' })
    const steps = { a: { imageId, imageVersionId: versionId, command: 'true' } }
    const workflow = await fixture.call('createWorkflow', { body: { name: 'w', steps } })
    const autodeployResources = [{ entityId: numberIn(workflow, 'id'), entityType: 'workflow' }]
    const answer = await fixture.call('createImageVersion', {
      params: { imageId },
      form: formOf({ autodeployResources }, contextZip),
    })
    const autodeploymentId = textIn(answer, 'autodeploymentId')
    const listed = await fixture.call('listImageBuilds', { params: { imageId }, query: { count: '1' } })
    expect(listed.body['builds']).toMatchObject([{ autodeploymentId, autodeployments: [] }])
  })

  it('finds a Dockerfile at the path given', async () => {
    expect((await create({ buildDetails: { dockerfilePath: 'docker/api.Dockerfile' } })).status).toBe(201)
  })

  it.each([
    ['a Dockerfile that is not there', { buildDetails: { dockerfilePath: 'x/Dockerfile' } }, '"x/Dockerfile"'],
    ['a context that is not there', { buildDetails: { context: 'nowhere' } }, '"nowhere"'],
    [
      'a path that leaves the artifact',
      { buildDetails: { dockerfilePath: '../Dockerfile' } },
      'buildDetails.dockerfilePath',
    ],
    [
      'a build argument too large for a program',
      { buildDetails: { buildArguments: [{ name: 'A', value: '€'.repeat(60_000) }] } },
      'buildDetails.buildArguments.0.value',
    ],
    [
      'a repository that is no address',
      { buildDetails: { source: 'github', repository: 'x' } },
      'buildDetails.repository',
    ],
    [
      'an upload beside a repository',
      { buildDetails: { source: 'github', repository: 'https://a.example/b' } },
      'artifact: ',
    ],
    [
      'a workspace to redeploy',
      { autodeployResources: [{ entityId: '1', entityType: 'workspace' }] },
      'autodeployResources.0.entityType: Cairn has no workspaces',
    ],
    [
      'a service to redeploy that is not there',
      { autodeployResources: [{ entityId: crypto.randomUUID(), entityType: 'api' }] },
      'autodeployResources.0.entityId: service',
    ],
    ['a secret that is not there', { buildDetails: { secrets: ['a'] } }, 'buildDetails.secrets.0: secret "a"'],
    ['an artifact beside a file', { buildDetails: { artifactId: crypto.randomUUID() } }, 'artifactId'],
    ['a version of no artifact', { buildDetails: { artifactVersion: 1 } }, 'needs buildDetails.artifactId'],
    [
      'an argument with the name of a secret',
      { buildDetails: { secrets: ['npm-token'], buildArguments: [{ name: 'NPM_TOKEN', value: 'x' }] } },
      'is the argument of the secret "npm-token"',
    ],
    ['a version that is none', { version: 'one' }, 'version: '],
    ['an unknown type', { type: 'nothing' }, 'type: '],
    ['details that are no JSON', { buildDetails: '{' }, 'buildDetails: must be JSON'],
    ['a field that nobody knows', { nmae: 'x' }, 'nmae: '],
    ['a Dockerfile text beside a file', { buildDetails: { source: 'dockerfile', dockerfile: 'FROM x' } }, 'artifact: '],
  ])('refuses %s and leaves nothing behind', async (_case, fields, words) => {
    const answer = await create(fields)
    expect([answer.status, answer.body['detail']]).toEqual([400, expect.stringContaining(words)])
    expect(await fixture.storedFiles()).toEqual([])
    expect(await fixture.database.db.selectFrom('image').selectAll().execute()).toEqual([])
    expect(fixture.hinted).toEqual([])
  })

  it('refuses a name that is in use, keeping what the first one uses', async () => {
    await create()
    const answer = await create()
    expect([answer.status, answer.body['code']]).toEqual([400, 'name_taken'])
    expect(answer.body['detail']).toContain('already in use')
    expect(await fixture.storedFiles()).toHaveLength(1)
    await create({}, await zipOf({ Dockerfile: 'FROM other' }))
    expect(await fixture.storedFiles()).toHaveLength(1)
  })
})

describe('building from a stored artifact', () => {
  async function artifact(): Promise<string> {
    return textIn(
      await fixture.call('createArtifact', { form: formOf({ name: 'code', description: 'x' }, contextZip) }),
      'id',
    )
  }
  const build = (buildDetails: object, file?: Buffer): Promise<Answer> =>
    fixture.call('createImage', { form: formOf({ name: 'forecast', type: 'workflow', buildDetails }, file) })

  it('pins its latest version, and keeps the same bytes once', async () => {
    const artifactId = await artifact()
    const created = await build({ artifactId })
    expect([created.status, created.body]).toMatchObject([201, { versionId: 1 }])
    const params = { imageId: numberIn(created, 'imageId'), versionId: numberIn(created, 'versionId') }
    expect((await fixture.call('describeImageVersion', { params })).body).toMatchObject({
      buildDetails: { source: 'upload', artifactId, artifactVersion: 1 },
    })
    expect(await fixture.storedFiles()).toHaveLength(1)
    const uses = await fixture.database.db
      .selectFrom('image_version')
      .select(['artifact_id', 'artifact_version'])
      .execute()
    expect(uses).toEqual([{ artifact_id: artifactId, artifact_version: 1 }])
  })

  it.each([
    ['a file beside it', (id: string) => ({ artifactId: id }), contextZip, 'invalid_request'],
    [
      'a version that it has not',
      (id: string) => ({ artifactId: id, artifactVersion: 2 }),
      undefined,
      'unknown_reference',
    ],
    ['an artifact that is not there', () => ({ artifactId: crypto.randomUUID() }), undefined, 'unknown_reference'],
    [
      'a Dockerfile that it has not',
      (id: string) => ({ artifactId: id, dockerfilePath: 'D' }),
      undefined,
      'invalid_request',
    ],
  ])('refuses %s', async (_case, details, file, code) => {
    const answer = await build(details(await artifact()), file)
    expect([answer.status, answer.body['code']]).toEqual([400, code])
  })

  it('of another tenant is not there', async () => {
    const artifactId = await artifact()
    const form = formOf({ name: 'a', type: 'api', buildDetails: { artifactId } })
    const answer = await fixture.call('createImage', { form, token: fixture.otherTenant.token })
    expect([answer.status, answer.body['code']]).toEqual([400, 'unknown_reference'])
  })
})

describe('building from a repository', () => {
  const build = (buildDetails: object): Promise<Answer> =>
    fixture.call('createImage', { form: formOf({ name: 'forecast', type: 'workflow', buildDetails }) })

  it('takes its address, and holds its secrets while the build waits', async () => {
    await fixture.call('createSecret', { body: { name: 'git-token', value: 'the token' } })
    const created = await build({ source: 'github', repository: 'https://git.example/code', token: 'git-token' })
    expect(created.status).toBe(201)
    const refused = await fixture.call('deleteSecret', { params: { secretName: 'git-token' } })
    expect([refused.status, refused.body['detail']]).toEqual([409, expect.stringContaining('forecast 0.0.1')])
  })

  it.each([
    ['no repository', { source: 'github' }, 'buildDetails.repository'],
    ['a file', { source: 'github', repository: 'file:///etc' }, 'buildDetails.repository'],
    ['a program', { source: 'github', repository: 'ext::sh -c id' }, 'buildDetails.repository'],
    ['a password in it', { source: 'github', repository: 'https://u:p@git.example/c' }, 'buildDetails.repository'],
    [
      'an option as branch',
      { source: 'github', repository: 'https://git.example/c', branch: '--upload-pack=id' },
      'branch',
    ],
    [
      'a token that is not there',
      { source: 'github', repository: 'https://git.example/c', token: 'x' },
      'buildDetails.token',
    ],
  ])('refuses %s', async (_case, details, words) => {
    const answer = await build(details)
    expect([answer.status, answer.body['detail']]).toEqual([400, expect.stringContaining(words)])
  })
})

describe('changing a version', () => {
  it('keeps what the body leaves out and builds again, once no build is under way', async () => {
    const created = await create({ description: 'first', buildDetails: { dockerfilePath: 'docker/api.Dockerfile' } })
    const params = { imageId: numberIn(created, 'imageId'), versionId: numberIn(created, 'versionId') }
    const change = (fields: Readonly<Record<string, unknown>>, file?: Buffer): Promise<Answer> =>
      fixture.call('updateImageVersion', { params, form: formOf(fields, file) })
    expect([(await change({})).status, (await change({})).body['detail']]).toEqual([
      422,
      expect.stringContaining('build 1'),
    ])

    await fixture.database.db.updateTable('build').set({ status: 'failed', finished_at: new Date() }).execute()
    const changed = await change({ description: 'second', version: '9.9.9', name: 'forecast' })
    expect(changed.body).toEqual({ imageId: params.imageId, versionId: params.versionId, buildId: 2 })
    expect((await fixture.call('describeImageVersion', { params })).body).toMatchObject({
      version: '0.0.1',
      description: 'second',
      imageName: 'forecast',
      imageType: 'Workflow',
      buildDetails: { dockerfilePath: 'docker/api.Dockerfile' },
      lastBuildStatus: 'building',
    })
  })

  it('changes one of the details and keeps the others; another source begins anew', async () => {
    const given = { buildDetails: { source: 'dockerfile', dockerfile: 'FROM x', useCache: false } }
    const created = await fixture.call('createImage', { form: formOf({ name: 'a', type: 'api', ...given }) })
    const params = { imageId: numberIn(created, 'imageId'), versionId: numberIn(created, 'versionId') }
    const change = async (buildDetails: object, file?: Buffer): Promise<unknown> => {
      await fixture.database.db.updateTable('build').set({ status: 'failed', finished_at: new Date() }).execute()
      const answer = await fixture.call('updateImageVersion', { params, form: formOf({ buildDetails }, file) })
      expect(answer.status).toBe(200)
      return (await fixture.call('describeImageVersion', { params })).body['buildDetails']
    }
    expect(await change({ useCache: true })).toEqual({ source: 'dockerfile', dockerfile: 'FROM x', useCache: true })
    expect(await change({ source: 'upload' }, contextZip)).toEqual({ source: 'upload', useCache: true })
    const stored = await fixture.call('createArtifact', {
      form: formOf({ name: 'code', description: 'x' }, contextZip),
    })
    const artifact = { artifactId: textIn(stored, 'id'), artifactVersion: 1 }
    expect(await change({ artifactId: artifact.artifactId })).toEqual({ source: 'upload', useCache: true, ...artifact })
    expect(await change({ context: '.' })).toMatchObject(artifact)
    expect(await change({}, contextZip)).toEqual({ source: 'upload', useCache: true, context: '.' })
  })

  it('refuses one that is ready', async () => {
    const params = await makeImage(fixture, { engineImageId: 'sha256:x' })
    const answer = await fixture.call('updateImageVersion', { params, form: formOf({}, contextZip) })
    expect([answer.status, answer.body['detail']]).toEqual([422, expect.stringContaining('ready')])
  })
})

describe('reading', () => {
  it('ranks the exact version first, since clients look at one item only', async () => {
    const imageId = numberIn(await create({ version: '1.0.1' }), 'imageId')
    for (const version of ['1.0.10', '11.0.1']) {
      await fixture.call('createImageVersion', { params: { imageId }, form: formOf({ version }, contextZip) })
    }
    const answer = await fixture.call('listImageVersions', {
      params: { imageId },
      query: { searchTerm: '1.0.1', pageSize: '1' },
    })
    expect(answer.body).toMatchObject({ versionCount: 3, pageCount: 3, versions: [{ version: '1.0.1' }] })
  })

  it('takes search terms literally', async () => {
    await create({ name: '100%' })
    await create({ name: '1000' })
    const answer = await fixture.call('listImages', { query: { searchTerm: '0%' } })
    expect(answer.body).toMatchObject({ imageCount: 1, images: [{ name: '100%' }] })
  })

  it('filters by repeated and by comma-separated values', async () => {
    await makeImage(fixture, { name: 'ready', engineImageId: 'sha256:x' })
    await makeImage(fixture, { name: 'waiting' })
    const names = async (status: string | string[]): Promise<unknown> =>
      (await fixture.call('listImages', { query: { status } })).body['images']
    expect(await names('ready')).toMatchObject([{ name: 'ready' }])
    expect(await names(['ready', 'not-ready'])).toMatchObject([{ name: 'waiting' }, { name: 'ready' }])
    expect(await names('ready,not-ready')).toHaveLength(2)
    expect((await fixture.call('listImages', { query: { status: 'nope' } })).status).toBe(400)
  })

  it('calls a version in use that a workflow names, and tells which', async () => {
    const { imageId, versionId } = await makeImage(fixture, { engineImageId: 'sha256:x' })
    const statusOf = async (): Promise<unknown> => {
      const { status, usedBy } = (await fixture.call('describeImageVersion', { params: { imageId, versionId } })).body
      return [status, usedBy]
    }
    expect(await statusOf()).toEqual(['ready', []])
    const steps = { a: { imageId, imageVersionId: versionId, command: 'true' } }
    const workflow = await fixture.call('createWorkflow', { body: { name: 'w', steps } })
    const id = numberIn(workflow, 'id')
    expect(await statusOf()).toEqual(['in-use', [{ kind: 'workflow', id: String(id), name: 'w' }]])
    await fixture.call('deleteWorkflow', { params: { workflowId: id } })
    expect(await statusOf()).toEqual(['ready', []])
  })
})
