import type { AutodeployResource } from '@cairn/contract'
import type { ServiceSpec } from '@cairn/domain'
import { ensureTenant, insertService, insertWorkflow, storeBody } from '@cairn/store'
import { eventually } from '@cairn/testkit'
import { afterAll, afterEach, beforeEach, expect, test } from 'vitest'
import { type BuildIds, BuildRig } from './build-rig.ts'
import { dieAt } from './die-at.ts'

const rig = await BuildRig.create()
const { database } = rig.test
afterAll(() => rig.close())
afterEach(() => rig.stopLoops())

const details = { source: 'dockerfile', dockerfile: 'FROM x' } as const
const createdBy = 'someone@example.com'

async function built(ids: BuildIds): Promise<void> {
  await eventually(async () => expect(await rig.read(ids)).toMatchObject({ status: 'success' }), { timeoutMs: 15_000 })
}

let first: BuildIds
beforeEach(async () => {
  rig.startLoop()
  first = await rig.ask({ details })
  await built(first)
})

async function service(name: string, imageId: number, versionId: number): Promise<AutodeployResource> {
  const spec: ServiceSpec = {
    image: { imageId, versionId, name: 'x', version: '0.0.1', engineId: 'sha256:old' },
    resources: { instanceTypeId: 1, cpus: 1, memoryBytes: 1e9 },
    env: { A: 'kept' },
    secrets: [],
    entrypoint: null,
    healthCheckPath: null,
    port: 8000,
    sessionStickiness: false,
    scaleToZero: false,
  }
  const rest = { title: null, description: null, access: 'private', tags: [], minInstances: 1, createdBy } as const
  const tenantId = first.tenantId
  const id = await database.transaction((tx) =>
    insertService(tx, { tenantId, name, serviceType: 'api', spec, ...rest }),
  )
  return { entityType: 'api', entityId: id ?? '' }
}

async function workflow(name: string, steps: Record<string, object>): Promise<AutodeployResource> {
  const body = storeBody({ name, steps: steps as never }, name, null)
  const { tenantId } = first
  const id = await database.transaction((tx) => insertWorkflow(tx, { tenantId, name, body, secrets: [], createdBy }))
  return { entityType: 'workflow', entityId: id ?? 0 }
}

const revisionsOf = ({ entityId }: AutodeployResource) =>
  database.db
    .selectFrom('service_revision')
    .select(['revision', 'spec'])
    .where('service_id', '=', String(entityId))
    .orderBy('revision')
    .execute()
const bodiesOf = ({ entityId }: AutodeployResource) =>
  database.db
    .selectFrom('workflow_revision')
    .select(['revision', 'body'])
    .where('workflow_id', '=', Number(entityId))
    .orderBy('revision')
    .execute()
const resultsOf = async ({ buildId }: BuildIds) =>
  (await database.db.selectFrom('build').select('autodeploy_results').where('id', '=', buildId).executeTakeFirst())
    ?.autodeploy_results

test('A build that succeeds redeploys services and repins workflows, and says what became of each', async () => {
  const { imageId, versionId } = first
  const other = await rig.ask({ details })
  await built(other)
  const step = (image: number, version?: number) => ({
    imageId: image,
    command: 'x',
    ...(version && { imageVersionId: version }),
  })
  const runsIt = await service('runs-it', imageId, versionId)
  const namesIt = await workflow('names-it', {
    a: step(imageId, versionId),
    b: step(imageId),
    c: step(other.imageId, other.versionId),
  })
  const floats = await workflow('floats', { a: step(imageId) })
  const resources = [
    runsIt,
    await service('runs-another', other.imageId, other.versionId),
    namesIt,
    floats,
    await workflow('uses-another', { a: step(other.imageId) }),
    { entityType: 'api', entityId: crypto.randomUUID() } as const,
  ]
  rig.build = () => ({ image: { id: 'sha256:new', exposedTcpPorts: [9000] } })
  const ids = await rig.ask({ details, image: imageId, autodeploy: resources })
  await eventually(async () => expect(await resultsOf(ids)).not.toBeNull(), { timeoutMs: 15_000 })
  rig.build = () => ({})
  expect((await resultsOf(ids))?.map(({ status, reason }) => [status, reason])).toEqual([
    ['redeployed', null],
    ['refused', `the service runs image ${other.imageId}, not image ${imageId}`],
    ['redeployed', null],
    ['redeployed', null],
    ['refused', `no step of the workflow uses image ${imageId}`],
    ['refused', expect.stringContaining('does not exist any more')],
  ])
  expect((await revisionsOf(runsIt)).map(({ spec }) => [spec.image, spec.port, spec.env])).toMatchObject([
    [{ versionId }, 8000, { A: 'kept' }],
    [{ versionId: ids.versionId, engineId: 'sha256:new' }, 9000, { A: 'kept' }],
  ])
  const steps = { a: { imageVersionId: ids.versionId }, b: step(imageId), c: { imageVersionId: other.versionId } }
  expect((await bodiesOf(namesIt)).at(-1)).toMatchObject({ revision: 2, body: { name: 'names-it', steps } })
  expect(await bodiesOf(floats)).toHaveLength(1)
  const work = database.db.selectFrom('work').select('key').where('kind', '=', 'service')
  expect(await work.execute()).toEqual([{ key: runsIt.entityId }])
})

test('A build that fails redeploys nothing', async () => {
  const runsIt = await service('stays', first.imageId, first.versionId)
  rig.build = () => ({ failure: 'no' })
  const ids = await rig.ask({ details, image: first.imageId, autodeploy: [runsIt] })
  await eventually(async () => expect(await rig.read(ids)).toMatchObject({ status: 'failed' }))
  rig.build = () => ({})
  expect(await revisionsOf(runsIt)).toHaveLength(1)
  expect(await resultsOf(ids)).toBeNull()
})

test.each(['build.finished', 'build.deployed'])(
  'A build whose server is killed at %s redeploys each resource once',
  async (point) => {
    await rig.stopLoops()
    const resources = [
      await service(`${point}-one`, first.imageId, first.versionId),
      await service(`${point}-two`, first.imageId, first.versionId),
    ]
    const ids = await rig.ask({ details, image: first.imageId, autodeploy: resources })
    await dieAt(rig, point)
    rig.startLoop()
    await eventually(async () => expect(await resultsOf(ids)).toHaveLength(2), { timeoutMs: 15_000 })
    expect((await resultsOf(ids))?.map(({ status }) => status)).toEqual(['redeployed', 'redeployed'])
    const [one, two] = await Promise.all(resources.map(revisionsOf))
    expect([one?.length, two?.length]).toEqual([2, 2])
  },
)

test('Nothing of another tenant is redeployed', async () => {
  const runsIt = await service('not-theirs', first.imageId, first.versionId)
  await database.transaction((tx) => ensureTenant(tx, 'other'))
  const ids = await rig.ask({ details, tenant: 'other', autodeploy: [runsIt] })
  await eventually(async () => expect(await resultsOf(ids)).toMatchObject([{ status: 'refused' }]), {
    timeoutMs: 15_000,
  })
  expect(await revisionsOf(runsIt)).toHaveLength(1)
})
