import { DriverError } from '@cairn/driver'
import { eventually } from '@cairn/testkit'
import { afterAll, afterEach, describe, expect, test } from 'vitest'
import { ImageRig, nothing } from './image-rig.ts'

const rig = await ImageRig.create()
afterAll(() => rig.close())
afterEach(() => rig.stopLoops())

const call = () => ({ signal: AbortSignal.timeout(5000) })
const isOnEngine = async (tag: string): Promise<boolean> => (await rig.driver.inspectImage(tag, call())) !== null

describe('A version that is being deleted', () => {
  test('goes from the engine and from the database, its builds and their logs too, and others stay', async () => {
    const image = await rig.make(['0.0.1', '0.0.2'])
    const [tag = '', otherTag = ''] = image.tags
    rig.startLoop()
    await rig.delete({ imageId: image.imageId, versionIds: image.versionIds.slice(0, 1) })
    const versions = [{ version: '0.0.2', status: 'not-ready' }]
    await eventually(async () => expect(await rig.left(image)).toEqual({ images: 1, versions, builds: 1, logs: 1 }))
    expect([await isOnEngine(tag), await isOnEngine(otherTag)]).toEqual([false, true])
  })

  test('takes the image along when it is its last', async () => {
    const image = await rig.make(['0.0.1', '0.0.2'])
    rig.startLoop()
    await rig.delete(image)
    await eventually(async () => expect(await rig.left(image)).toEqual(nothing))
  })

  test('waits for the end of its build', async () => {
    const image = await rig.make(['0.0.1'])
    const { db } = rig.test.database
    const ofImage = db.updateTable('build').where('image_id', '=', image.imageId)
    await ofImage.set({ status: 'stopping', finished_at: null }).execute()
    await rig.delete(image)
    rig.startLoop()
    await eventually(async () =>
      expect(
        await rig.test.database.db.selectFrom('work').select('kind').where('token', 'is', null).execute(),
      ).toHaveLength(1),
    )
    expect(await rig.left(image)).toMatchObject({ versions: [{ status: 'deleting' }] })
    await ofImage.set({ status: 'stopped', finished_at: new Date() }).execute()
    await eventually(async () => expect(await rig.left(image)).toEqual(nothing), { timeoutMs: 5000 })
  })

  test('is delete-failed with the words of an engine that refuses, and can be deleted again', async () => {
    const image = await rig.make(['0.0.1', '0.0.2'])
    const [refused] = image.tags
    const refusing = {
      removeImage: async (tag: string) => {
        if (tag === refused) throw new DriverError('denied', 'it was not built here')
      },
    }
    rig.startLoop(refusing)
    await rig.delete(image)
    const versions = [{ version: '0.0.1', status: 'delete-failed' }]
    await eventually(async () => expect(await rig.left(image)).toMatchObject({ images: 1, versions }))
    const { db } = rig.test.database
    const row = await db
      .selectFrom('image_version')
      .select('status_reason')
      .where('id', '=', image.versionIds[0] ?? 0)
      .executeTakeFirst()
    expect(row?.status_reason).toBe('it was not built here')
    await rig.stopLoops()
    rig.startLoop()
    await rig.delete({ imageId: image.imageId, versionIds: image.versionIds.slice(0, 1) })
    await eventually(async () => expect(await rig.left(image)).toEqual(nothing))
  })

  test('waits for an engine that is away, however long', async () => {
    const image = await rig.make(['0.0.1'])
    rig.driver.control.setUnavailable(true)
    rig.startLoop()
    await rig.delete(image)
    await eventually(
      async () =>
        expect(await rig.test.database.db.selectFrom('work').select('failures').executeTakeFirst()).toMatchObject({
          failures: 2,
        }),
      { timeoutMs: 8000 },
    )
    rig.driver.control.setUnavailable(false)
    await eventually(async () => expect(await rig.left(image)).toEqual(nothing), { timeoutMs: 8000 })
  })

  test.each(['image.removed', 'image.forgotten', 'image.cleared', 'image.finished'])(
    'is gone in the end when the server is killed at %s',
    async (point) => {
      const image = await rig.make(['0.0.1', '0.0.2'])
      await rig.delete(image)
      await rig.dieAt(point)
      rig.startLoop()
      await eventually(async () => expect(await rig.dueWork()).toEqual([]), { timeoutMs: 15_000 })
      expect(await rig.left(image)).toEqual(nothing)
    },
  )
})
