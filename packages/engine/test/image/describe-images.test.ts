import { text } from 'node:stream/consumers'
import { DriverError } from '@cairn/driver'
import { enqueueWork } from '@cairn/store'
import { eventually } from '@cairn/testkit'
import { afterAll, afterEach, describe, expect, test } from 'vitest'
import { ImageRig, type MadeImage } from './image-rig.ts'

const rig = await ImageRig.create()
afterAll(() => rig.close())
afterEach(() => rig.stopLoops())

const files = {
  'usr/lib/os-release': 'ID=debian\nVERSION_ID="12"\n',
  'var/lib/dpkg/status': 'Package: libc6\nVersion: 2.36\nArchitecture: amd64\n\nPackage: perl\nVersion: 5.36\n',
  'app/node_modules/express/package.json': '{"name":"express","version":"4.18.2"}',
  'app/secret.txt': 'not a package',
}

/** One version of an image that has just been built as `engineId`. */
async function built(engineId: string, contents: Readonly<Record<string, string>>): Promise<MadeImage> {
  const image = await rig.make(['0.0.1'])
  rig.driver.control.addImage(image.tags[0] ?? '', { id: engineId, layers: ['sha256:a', 'sha256:b'] })
  rig.driver.control.setImageFiles(engineId, contents)
  await rig.test.database.transaction(async (tx) => {
    await tx
      .updateTable('image_version')
      .set({ status: 'ready', engine_image_id: engineId })
      .where('image_id', '=', image.imageId)
      .execute()
    await enqueueWork(tx, { kind: 'image', key: String(image.imageId) })
  })
  rig.hints.notify('work')
  return image
}

const row = ({ imageId }: MadeImage) =>
  rig.test.database.db
    .selectFrom('image_version')
    .select(['described_engine_id', 'layers', 'sbom_sha256', 'sbom_summary'])
    .where('image_id', '=', imageId)
    .executeTakeFirstOrThrow()

async function described(image: MadeImage, engineId: string): Promise<Awaited<ReturnType<typeof row>>> {
  return eventually(
    async () => {
      const found = await row(image)
      expect(found.described_engine_id).toBe(engineId)
      return found
    },
    { timeoutMs: 15_000 },
  )
}

describe('A version that was built', () => {
  test('is described: its layers, and what its own databases say is installed', async () => {
    rig.startLoop()
    const found = await described(await built('sha256:one', files), 'sha256:one')
    expect(found).toMatchObject({
      layers: ['sha256:a', 'sha256:b'],
      sbom_summary: { packages: { deb: 2, npm: 1 }, incomplete: null },
    })
    const stream = await rig.objectStore.open(found.sbom_sha256 ?? '')
    const list = stream === null ? '' : await text(stream)
    expect(JSON.parse(list)).toMatchObject({
      bomFormat: 'CycloneDX',
      components: expect.arrayContaining([expect.objectContaining({ purl: 'pkg:npm/express@4.18.2' })]),
    })
    expect(list).not.toContain('not a package')
  })

  test('is described with what could be read, and why that may not be all', async () => {
    const tooLarge = {
      imageFiles: async function* imageFiles() {
        yield { path: 'var/lib/dpkg/status', bytes: null }
        yield { path: 'a.dist-info/METADATA', bytes: Buffer.from('Name: a\nVersion: 1\n') }
      },
    }
    rig.startLoop(tooLarge)
    expect(await described(await built('sha256:two', files), 'sha256:two')).toMatchObject({
      sbom_summary: { packages: { pypi: 1 }, incomplete: 'var/lib/dpkg/status is too large' },
    })
  })

  test('is not looked at for ever when the engine refuses or has lost the image', async () => {
    const refusing = {
      imageFiles: () => {
        throw new DriverError('denied', 'no')
      },
    }
    rig.startLoop(refusing)
    const refused = await described(await built('sha256:three', files), 'sha256:three')
    expect(refused).toMatchObject({
      sbom_sha256: null,
      sbom_summary: { packages: {}, incomplete: 'the container engine did not give its files: no' },
    })
    await rig.stopLoops()
    rig.startLoop({ inspectImage: async () => null })
    expect(await described(await built('sha256:four', files), 'sha256:four')).toMatchObject({
      sbom_sha256: null,
      sbom_summary: { packages: {}, incomplete: 'the image is not on the container engine' },
    })
  })

  test('is described once more when it was built anew', async () => {
    rig.startLoop()
    const image = await built('sha256:five', files)
    await described(image, 'sha256:five')
    rig.driver.control.addImage(image.tags[0] ?? '', { id: 'sha256:six', layers: [] })
    await rig.test.database.transaction(async (tx) => {
      const ofImage = tx.updateTable('image_version').where('image_id', '=', image.imageId)
      await ofImage.set({ engine_image_id: 'sha256:six' }).execute()
      await enqueueWork(tx, { kind: 'image', key: String(image.imageId) })
    })
    rig.hints.notify('work')
    expect((await described(image, 'sha256:six')).sbom_summary).toMatchObject({ packages: {} })
  })

  test.each(['image.read', 'image.described'])('is described when the server is killed at %s', async (point) => {
    const engineId = `sha256:${point}`
    const image = await built(engineId, files)
    await rig.dieAt(point)
    rig.startLoop()
    await described(image, engineId)
    await eventually(async () => expect(await rig.dueWork()).toEqual([]), { timeoutMs: 15_000 })
  })
})
