import { describe, expect, it } from 'vitest'
import type { ImageFile, WantedFile } from '../port.ts'
import { call, errorCode } from './call.ts'
import type { ConformanceOptions, SuiteOf } from './conformance-engine.ts'

export function describeImages(suiteOf: SuiteOf, options: ConformanceOptions): void {
  const read = async (reference: string, wanted: WantedFile): Promise<ImageFile[]> => {
    const found: ImageFile[] = []
    for await (const file of suiteOf().driver.imageFiles(reference, wanted, call())) found.push(file)
    return found
  }

  describe('images', () => {
    it('gives the files of an image that are wanted, and says which are too large, also when nothing in it can run', async () => {
      const { imageWithoutShell } = suiteOf().engine
      const [file, ...others] = await read(imageWithoutShell, (path) => (path === 'Dockerfile' ? 1024 : null))
      expect(others).toEqual([])
      expect([file?.path, Buffer.from(file?.bytes ?? []).toString()]).toEqual([
        'Dockerfile',
        expect.stringContaining('FROM scratch'),
      ])
      const large = await read(imageWithoutShell, (path) => (path === 'Dockerfile' ? 3 : null))
      expect(large).toEqual([{ path: 'Dockerfile', bytes: null }])
      expect(await suiteOf().driver.list(call())).toEqual([])
    })

    it.skipIf(!options.runsPrograms)('gives regular files only, whatever the size of the image', async () => {
      const paths: string[] = []
      const found = await read(suiteOf().engine.image, (path) => {
        paths.push(path)
        return /^(?:etc|usr\/lib)\/os-release$|^var\/lib\/dpkg\/status$/u.test(path) ? 4_000_000 : null
      })
      expect(found.map(({ path }) => path).toSorted()).toEqual(['usr/lib/os-release', 'var/lib/dpkg/status'])
      expect(paths.length).toBeGreaterThan(1000)
      expect(paths.filter((path) => path.startsWith('/') || path.startsWith('./') || path.endsWith('/'))).toEqual([])
    })

    it('can be left in the middle, and read again', async () => {
      const { driver, engine } = suiteOf()
      for (let round = 0; round < 2; round += 1) {
        for await (const { path } of driver.imageFiles(engine.imageWithoutShell, () => 1024, call())) {
          expect(path).not.toBe('')
          break
        }
      }
    })

    it('knows no image that is not there', async () => {
      expect(await errorCode(read('cairn/absent:1', () => 1))).toBe('image_not_found')
    })
  })

  describe('the disk', () => {
    it('is told: what images, containers, volumes and the cache take, and what is free', async () => {
      const { driver } = suiteOf()
      const usage = await driver.diskUsage(call())
      expect(Object.values(usage).every((bytes) => Number.isSafeInteger(bytes) && bytes >= 0)).toBe(true)
      const space = await driver.diskSpace(call())
      expect(space === null || (space.freeBytes > 0 && space.totalBytes >= space.freeBytes)).toBe(true)
    })

    it('keeps a cache that is smaller than what may be kept', async () => {
      expect(await suiteOf().driver.pruneBuildCache(2 ** 50, call())).toBe(0)
    })
  })
}
