import { DriverError } from '../driver-error.ts'
import type { RegistryVerbs } from '../port.ts'
import { answer, type FakeEngine, findImage } from './fake-engine.ts'

/** One registry for every address, without a login. */
export function registryVerbs(engine: FakeEngine): RegistryVerbs {
  const { manifests, tags } = engine.registry
  return {
    pushImage: async ({ reference, repository, tag }, call) => {
      await answer(engine, call)
      const image = findImage(engine, reference)
      if (image === null) throw new DriverError('image_not_found', `image ${reference} is not on the engine`)
      manifests.set(`${repository}@${image.id}`, image)
      tags.set(`${repository}:${tag}`, image.id)
      return image.id
    },
    pullImage: async ({ repository, digest, as }, call) => {
      await answer(engine, call)
      const image = manifests.get(`${repository}@${digest}`)
      if (image === undefined) throw new DriverError('image_not_found', `the registry has no ${repository}@${digest}`)
      engine.images.set(as, image)
    },
    findPushed: async ({ repository, tag }, call) => {
      await answer(engine, call)
      return tags.get(`${repository}:${tag}`) ?? null
    },
    removePushed: async ({ repository, digest }, call) => {
      await answer(engine, call)
      manifests.delete(`${repository}@${digest}`)
      for (const [tag, named] of tags) if (named === digest && tag.startsWith(`${repository}:`)) tags.delete(tag)
      return true
    },
  }
}
