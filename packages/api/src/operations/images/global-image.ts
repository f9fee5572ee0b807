import { CairnError } from '@cairn/contract'
import { type Db, findImage } from '@cairn/store'
import { notFound } from '../../refusals.ts'

interface NamedImage {
  readonly imageId: number
  readonly imageName: string
}

export function readOnly({ imageId, imageName }: NamedImage): CairnError {
  const remedy = 'make an image of your own that begins with FROM and the pullUrl of its version'
  return new CairnError('forbidden', `image ${imageId} ("${imageName}") is global, so nobody changes it; ${remedy}`)
}

/** Why the tenant cannot change this image: it is not there, or it is global. */
export async function unchangeable(db: Db, tenantId: string, imageId: number): Promise<CairnError> {
  const image = await findImage(db, tenantId, imageId)
  return image?.imageScope === 'global' ? readOnly(image) : notFound('image', imageId)
}
