import { silentLogger } from '@cairn/testkit'
import { afterAll, afterEach, expect, test } from 'vitest'
import { createPullingDriver, pullNamedImages } from '../../src/registry/pull-missing.ts'
import { accessTo } from '../../src/registry/registry-settings.ts'
import { type BuiltImage, PushRig } from './push-rig.ts'
import { testRegistry } from './test-registry.ts'

const rig = await PushRig.create()
afterAll(() => rig.close())
afterEach(() => rig.stopLoops())

const call = () => ({ signal: AbortSignal.timeout(5000) })

const specOf = (image: string, name: string) => ({
  name,
  owner: { kind: 'step' as const, id: 'run', tenantId: 'tenant' },
  image,
  resources: { cpus: 1, memoryBytes: 64_000_000, pids: 64, storageBytes: null },
  network: 'net',
  files: null,
  command: ['true'],
  env: {},
  publishPort: null,
})

const parts = () => ({
  driver: rig.images.driver,
  database: rig.images.test.database,
  registry: testRegistry,
  logger: silentLogger,
})

/** It is in the registry only. */
async function buildAndLose(content: string): Promise<BuiltImage> {
  rig.startLoop()
  const image = await rig.build([content])
  await rig.settle()
  await rig.images.driver.removeImage(image.tags[0] ?? '', call())
  return image
}

test('An engine that lacks an image is given it, once for all who ask, and starts what was asked for', async () => {
  const { ids, tags } = await buildAndLose('lost')
  const [id = '', tag = ''] = [ids[0], tags[0]]
  await rig.images.driver.ensureNetwork('net', call())
  let pulls = 0
  const counting = {
    ...rig.images.driver,
    pullImage: (...args: Parameters<typeof rig.images.driver.pullImage>) => {
      pulls += 1
      return rig.images.driver.pullImage(...args)
    },
  }
  await expect(counting.ensure(specOf(id, 'first'), call())).rejects.toMatchObject({ code: 'image_not_found' })
  const driver = createPullingDriver({ ...parts(), driver: counting })
  const started = await Promise.all(['one', 'two'].map((name) => driver.ensure(specOf(id, name), call())))
  expect(started.map(({ name }) => name)).toEqual(['one', 'two'])
  expect(await driver.inspectImage(tag, call())).toMatchObject({ id })
  expect(pulls).toBe(1)
})

test('An image that was pushed nowhere is missed, and one of another content is not taken', async () => {
  const driver = createPullingDriver(parts())
  const missed = driver.ensure(specOf('sha256:nowhere', 'none'), call())
  await expect(missed).rejects.toMatchObject({ code: 'image_not_found' })
  const { ids, tags } = await buildAndLose('replaced')
  const swapping = createPullingDriver({
    ...parts(),
    driver: {
      ...rig.images.driver,
      pullImage: async ({ as }) => {
        rig.images.driver.control.addImage(as, { id: 'sha256:other' })
      },
    },
  })
  const swapped = swapping.ensure(specOf(ids[0] ?? '', 'swapped'), call())
  await expect(swapped).rejects.toThrow('is sha256:other on this engine, not sha256:replaced')
  await rig.images.driver.removeImage(tags[0] ?? '', call())
})

test('A build is given the images of its tenant that its Dockerfile names, and none of another tenant', async () => {
  const { tags, tenantId } = await buildAndLose('base')
  const other = '00000000-0000-4000-8000-000000000000'
  expect(await pullNamedImages(parts(), { tenantId: other, imageTags: tags }, call())).toEqual([])
  expect(await pullNamedImages(parts(), { tenantId, imageTags: tags }, call())).toEqual(tags)
  expect(await pullNamedImages(parts(), { tenantId, imageTags: tags }, call())).toEqual([])
})

test('A login is given to its own registry only', () => {
  expect(accessTo(testRegistry, 'registry.test/team/cairn/a/b/3')).toBe(testRegistry)
  const nobody = { login: null, authorities: null }
  expect(accessTo(testRegistry, 'registry.test/team2/cairn/a/b/3')).toEqual({ scheme: 'https', ...nobody })
  expect(accessTo(testRegistry, '127.0.0.1:5000/cairn/a/b/3')).toEqual({ scheme: 'http', ...nobody })
})
