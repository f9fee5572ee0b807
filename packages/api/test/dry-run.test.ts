import { afterEach, beforeEach, expect, it } from 'vitest'
import { type Answer, type ApiFixture, createApiFixture, formOf, makeImage, numberIn, textIn } from './api-fixture.ts'
import { contextZip, createForecast } from './create-forecast.ts'

let fixture: ApiFixture
let imageId: number

beforeEach(async () => {
  fixture = await createApiFixture({ machine: { cpus: 2, memoryBytes: 4 * 1024 ** 3 } })
  imageId = (await makeImage(fixture, { name: 'img', engineImageId: 'sha256:1' })).imageId
})
afterEach(() => fixture.close())

const query = { dryRun: 'true' }
const steps = () => ({ train: { imageId, command: 'true' } })

/** Everything that a write could leave. */
async function everything(): Promise<unknown> {
  const { db } = fixture.database
  const count = async (table: 'workflow' | 'service' | 'service_revision' | 'image_version' | 'build' | 'work') =>
    (await db.selectFrom(table).selectAll().execute()).length
  const events = await db.selectFrom('resource_event').select('id').execute()
  return {
    workflows: await db.selectFrom('workflow').select(['id', 'name', 'revision']).orderBy('id').execute(),
    services: await db.selectFrom('service').select(['id', 'name', 'status', 'title']).orderBy('id').execute(),
    revisions: await count('service_revision'),
    versions: await count('image_version'),
    builds: await count('build'),
    work: await count('work'),
    events: events.length,
    objects: (await db.selectFrom('stored_object').selectAll().execute()).length,
  }
}

async function leavesNothing(call: () => Promise<Answer>): Promise<Answer> {
  const before = await everything()
  const answer = await call()
  expect(await everything()).toEqual(before)
  return answer
}

it('A workflow is judged as when it is created or replaced, and stays as it is', async () => {
  const body = { name: 'w', triggers: [{ cron: '0 2 * * *' }], steps: steps() }
  const tried = await leavesNothing(() => fixture.call('createWorkflow', { query, body }))
  expect(tried).toMatchObject({ status: 200, body: { dryRun: true, changes: ['workflow.created'], warnings: [] } })
  const params = { workflowId: numberIn(await fixture.call('createWorkflow', { body }), 'id') }
  const taken = await leavesNothing(() => fixture.call('createWorkflow', { query, body }))
  expect(taken).toMatchObject({ status: 400, body: { code: 'name_taken' } })
  const bad = { ...body, triggers: [{ cron: '99 * * * *' }] }
  expect((await leavesNothing(() => fixture.call('updateWorkflow', { params, query, body: bad }))).status).toBe(400)
  const same = await leavesNothing(() => fixture.call('updateWorkflow', { params, query, body }))
  expect(same).toMatchObject({ status: 200, body: { dryRun: true, changes: [] } })
  const other = { ...body, tags: [{ name: 'nightly' }] }
  const revised = await leavesNothing(() => fixture.call('updateWorkflow', { params, query, body: other }))
  expect(revised).toMatchObject({ status: 200, body: { dryRun: true, changes: ['workflow.revised'] } })
})

it('A service is judged likewise, and the answer tells whether it would be deployed anew', async () => {
  const body = { name: 'echo', imageDetails: { imageId } }
  const tried = await leavesNothing(() => fixture.call('createService', { query, body }))
  expect(tried).toMatchObject({ status: 200, body: { dryRun: true, changes: ['service.created'] } })
  const params = { serviceId: textIn(await fixture.call('createService', { body }), 'id') }
  const change = (fields: object) => leavesNothing(() => fixture.call('updateService', { params, query, body: fields }))
  expect(await change({ title: 'Echo' })).toMatchObject({ status: 200, body: { changes: [] } })
  expect(await change({ parameters: { env: { A: '1' } } })).toMatchObject({ body: { changes: ['service.revised'] } })
  expect(await change({ imageDetails: { imageId: 999 } })).toMatchObject({ status: 400 })
})

it('An image is judged with its upload, of which nothing stays', async () => {
  const form = (fields: object = {}) => formOf({ name: 'forecast', type: 'workflow', ...fields }, contextZip)
  const tried = await leavesNothing(() => fixture.call('createImage', { query, form: form() }))
  expect(tried).toMatchObject({ status: 200, body: { dryRun: true } })
  const bad = form({ buildDetails: { dockerfilePath: 'no/such' } })
  expect((await leavesNothing(() => fixture.call('createImage', { query, form: bad }))).status).toBe(400)
  const params = { imageId: numberIn(await createForecast(fixture), 'imageId') }
  const next = formOf({ version: '0.0.2' }, contextZip)
  const version = await leavesNothing(() => fixture.call('createImageVersion', { params, query, form: next }))
  expect(version).toMatchObject({ status: 200, body: { dryRun: true } })
})
