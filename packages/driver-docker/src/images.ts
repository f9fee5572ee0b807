import { type Call, DriverError, type ImageDetails, labelNames } from '@cairn/driver'
import type { Engine } from './containers.ts'
import { ImageInspect, readShape } from './engine-shapes.ts'
import { toImageDetails } from './from-inspect.ts'

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
  await engine.client.request({ method: 'DELETE', path: imagePath(reference), accept: [notFound] }, call)
}

async function readImage(engine: Engine, reference: string, call: Call): Promise<ImageInspect | null> {
  const request = { method: 'GET', path: `${imagePath(reference)}/json`, accept: [notFound] } as const
  const answer = await engine.client.request(request, call)
  return answer.status === notFound ? null : readShape(ImageInspect, answer.body, 'image')
}

/** A reference holds slashes, which the engine expects as they are. */
const imagePath = (reference: string): string => `/images/${reference.split('/').map(encodeURIComponent).join('/')}`
