import { type Call, DriverError, type ImageDetails, labelNames, type OwnImage } from '@cairn/driver'
import type { Engine } from './containers.ts'
import { ImageInspect, ImageList, readShape } from './engine-shapes.ts'
import { toImageDetails } from './from-inspect.ts'
import { removeAbandonedLooks } from './image-files.ts'

const notFound = 404

export async function inspectImage(engine: Engine, reference: string, call: Call): Promise<ImageDetails | null> {
  const inspect = await readImage(engine, reference, call)
  return inspect === null ? null : toImageDetails(inspect)
}

export async function removeImage(engine: Engine, reference: string, call: Call): Promise<void> {
  const inspect = await readImage(engine, reference, call)
  if (inspect === null) return
  if (inspect.Config?.Labels?.[labelNames.installation] !== engine.installation) {
    throw new DriverError('denied', `image ${reference} was not built by this installation, so it stays`)
  }
  await removeAbandonedLooks(engine, reference, call)
  await engine.client.request({ method: 'DELETE', path: imagePath(reference), accept: [notFound] }, call)
}

/** Also those without a tag. */
export async function listOwnImages(engine: Engine, call: Call): Promise<OwnImage[]> {
  const filters = { label: [`${labelNames.installation}=${engine.installation}`] }
  const answer = await engine.client.request({ method: 'GET', path: '/images/json', query: { filters } }, call)
  return readShape(ImageList, answer.body, 'image list').map(({ Id, RepoTags, Size }) => ({
    id: Id.startsWith('sha256:') ? Id : `sha256:${Id}`,
    tags: (RepoTags ?? []).filter((tag) => !tag.startsWith('<none>')).map(shortTag),
    sizeBytes: Size,
  }))
}

/** Podman writes the host that it takes a short name for. */
const shortTag = (tag: string): string => tag.replace(/^localhost\//u, '')

async function readImage(engine: Engine, reference: string, call: Call): Promise<ImageInspect | null> {
  const request = { method: 'GET', path: `${imagePath(reference)}/json`, accept: [notFound] } as const
  const answer = await engine.client.request(request, call)
  return answer.status === notFound ? null : readShape(ImageInspect, answer.body, 'image')
}

/** A reference holds slashes, which the engine expects as they are. */
export const imagePath = (reference: string): string =>
  `/images/${reference.split('/').map(encodeURIComponent).join('/')}`
