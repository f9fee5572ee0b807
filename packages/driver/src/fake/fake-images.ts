import { DriverError } from '../driver-error.ts'
import type { Call, ImageFile, ImageVerbs, WantedFile } from '../port.ts'
import { answer, type FakeEngine, findImage } from './fake-engine.ts'

/** Every image belongs to every installation: the fake knows no labels. */
export function imageVerbs(engine: FakeEngine): ImageVerbs {
  return {
    inspectImage: async (reference, call) => {
      await answer(engine, call)
      return findImage(engine, reference)
    },
    removeImage: async (reference, call) => {
      await answer(engine, call)
      engine.images.delete(reference)
    },
    imageFiles: (reference, wanted, call) => files(engine, reference, wanted, call),
    listImages: async (call) => {
      await answer(engine, call)
      return [...engine.images].map(([tag, { id, sizeBytes }]) => ({ id, sizeBytes, tags: [tag] }))
    },
    diskUsage: async (call) => {
      await answer(engine, call)
      const imageBytes = [...engine.images.values()].reduce((sum, { sizeBytes }) => sum + sizeBytes, 0)
      return { imageBytes, containerBytes: 0, volumeBytes: 0, buildCacheBytes: engine.buildCacheBytes }
    },
    diskSpace: async (call) => {
      await answer(engine, call)
      return engine.space
    },
    pruneBuildCache: async (keepBytes, call) => {
      await answer(engine, call)
      const freed = Math.max(0, engine.buildCacheBytes - keepBytes)
      engine.buildCacheBytes -= freed
      return freed
    },
  }
}

async function* files(
  engine: FakeEngine,
  reference: string,
  wanted: WantedFile,
  call: Call,
): AsyncGenerator<ImageFile> {
  await answer(engine, call)
  const image = findImage(engine, reference)
  if (image === null) throw new DriverError('image_not_found', `image ${reference} is not on the engine`)
  const found = engine.imageFiles.get(reference) ?? engine.imageFiles.get(image.id) ?? {}
  for (const [path, text] of Object.entries(found)) {
    const most = wanted(path)
    if (most === null) continue
    const bytes = Buffer.from(text)
    yield { path, bytes: bytes.length > most ? null : bytes }
  }
}
