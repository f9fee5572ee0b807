import { DriverError } from '@cairn/driver'
import { findImagesToPush, findImageVersion } from '@cairn/store'
import { eventually } from '@cairn/testkit'
import { afterAll, afterEach, describe, expect, test } from 'vitest'
import { nothing } from '../image/image-rig.ts'
import { PushRig } from './push-rig.ts'
import { testRegistry } from './test-registry.ts'

const rig = await PushRig.create()
afterAll(() => rig.close())
afterEach(() => rig.stopLoops())

const driver = () => rig.images.driver

describe('A version that was built', () => {
  test('is pushed once, and its description says where to', async () => {
    const accesses: unknown[] = []
    rig.startLoop({
      pushImage: (push, call) => {
        accesses.push(push.access)
        return driver().pushImage(push, call)
      },
    })
    const image = await rig.build(['one'])
    await rig.settle()
    await rig.rebuild(image, 0, 'one')
    await rig.settle()
    expect(accesses).toEqual([testRegistry])
    const { db } = rig.images.test.database
    const described = await findImageVersion(db, image.tenantId, image.imageId, image.versionIds[0] ?? 0)
    const reference = `${rig.repositoryOf(image)}@sha256:one`
    expect(described?.registry).toEqual({ status: 'pushed', reference, attempts: 0, reason: null })
  })

  test('waits for a registry that is away, says so without the password, and does not hold up others', async () => {
    const image = await rig.build(['two', 'three'])
    let isAway = true
    rig.startLoop({
      pushImage: (push, call) => {
        const isRefused = isAway && push.reference === 'sha256:three'
        if (isRefused) throw new DriverError('unavailable', 'the registry: refused canary-password')
        return driver().pushImage(push, call)
      },
    })
    const reason = 'the registry: refused ***'
    await eventually(async () =>
      expect(await rig.rows(image)).toEqual([
        { engine_image_id: 'sha256:two', attempts: 0, reason: null },
        { engine_image_id: null, attempts: 2, reason },
      ]),
    )
    isAway = false
    await rig.settle()
    expect([await rig.inRegistry(image, 0), await rig.inRegistry(image, 1)]).toEqual(['sha256:two', 'sha256:three'])
    expect(await rig.rows(image)).toContainEqual({ engine_image_id: 'sha256:three', attempts: 0, reason: null })
  })

  test('takes the place of what it was before it was built anew', async () => {
    rig.startLoop()
    const image = await rig.build(['before'])
    await rig.settle()
    await rig.rebuild(image, 0, 'after')
    await rig.settle()
    expect(await rig.inRegistry(image)).toBe('sha256:after')
    const before = { repository: rig.repositoryOf(image), digest: 'sha256:before', as: 'x', access: testRegistry }
    const pulled = driver().pullImage(before, { signal: AbortSignal.timeout(5000) })
    await expect(pulled).rejects.toMatchObject({ code: 'image_not_found' })
  })

  test('goes to another registry when the setting names another', async () => {
    rig.startLoop()
    const image = await rig.build(['moved'])
    await rig.settle()
    const { db } = rig.images.test.database
    expect(await findImagesToPush(db, testRegistry.address)).toEqual([])
    expect(await findImagesToPush(db, 'registry.other')).toContain(image.imageId)
    await rig.stopLoops()
    rig.startLoop({}, { ...testRegistry, address: 'registry.other' })
    await rig.rebuild(image, 0, 'moved')
    await rig.settle()
    expect(await findImagesToPush(db, 'registry.other')).not.toContain(image.imageId)
  })

  test('is pushed when the server is killed right after the push', async () => {
    const image = await rig.build(['twice'])
    await rig.dieAt('push.pushed')
    rig.startLoop()
    await rig.settle()
    expect(await rig.inRegistry(image)).toBe('sha256:twice')
  })
})

describe('A version that is deleted', () => {
  test('goes from the registry; a manifest that two versions share goes with the second of them', async () => {
    rig.startLoop()
    const image = await rig.build(['same', 'same'])
    await rig.settle()
    const [first = 0, second = 0] = image.versionIds
    await rig.images.delete({ imageId: image.imageId, versionIds: [first] })
    await rig.settle()
    expect(await rig.inRegistry(image, 1)).toBe('sha256:same')
    await rig.images.delete({ imageId: image.imageId, versionIds: [second] })
    await rig.settle()
    expect(await rig.inRegistry(image, 1)).toBeNull()
    expect([await rig.rows(image), await rig.images.left(image)]).toEqual([[], nothing])
  })

  test('goes from the registry when a server was killed before it wrote down what it had pushed', async () => {
    const image = await rig.build(['unwritten'])
    await rig.dieAt('push.pushed')
    const place = { repository: rig.repositoryOf(image), tag: String(image.versionIds[0]), access: testRegistry }
    await driver().pushImage({ ...place, reference: 'sha256:unwritten' }, { signal: AbortSignal.timeout(5000) })
    await rig.images.delete(image)
    rig.startLoop()
    await rig.settle()
    expect([await rig.inRegistry(image), await rig.rows(image)]).toEqual([null, []])
  })

  test('is gone when the server is killed right after the removal', async () => {
    const image = await rig.build(['removed'])
    rig.startLoop()
    await rig.settle()
    await rig.stopLoops()
    rig.images.startLoop()
    await rig.images.delete(image)
    await eventually(async () => expect(await rig.images.left(image)).toEqual(nothing))
    await rig.images.stopLoops()
    await rig.dieAt('push.removed')
    rig.startLoop()
    await rig.settle()
    expect(await rig.rows(image)).toEqual([])
  })

  test('is forgotten when the registry lets nothing be removed, and waits for one that is away', async () => {
    const image = await rig.build(['kept', 'away'])
    let isAway = true
    rig.startLoop({
      removePushed: async ({ digest }) => {
        if (digest === 'sha256:away' && isAway) throw new DriverError('unavailable', 'the registry is away')
        return false
      },
    })
    await rig.settle()
    await rig.images.delete(image)
    await eventually(async () => expect(await rig.rows(image)).toMatchObject([{ reason: 'the registry is away' }]))
    isAway = false
    await rig.settle()
    expect(await rig.rows(image)).toEqual([])
  })
})
