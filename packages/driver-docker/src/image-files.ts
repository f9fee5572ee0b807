/**
 * Looks into an image without running it: a container is made of it and never started, its file system is read as one
 * tar, and the container is removed.
 *
 * Always true: such a container bears a name that follows from the image's reference and no owner, so it is no workload
 * to anybody; one that a crash left is replaced by the next look at the same image, and goes before its image does.
 */
import { createHash } from 'node:crypto'
import type { Readable } from 'node:stream'
import { type Call, DriverError, type ImageFile, labelNames, type WantedFile } from '@cairn/driver'
import { extract, type Header } from 'tar-stream'
import type { Engine } from './containers.ts'
import { createNamed, removeUnstarted } from './create-container.ts'
import { ContainerList, readShape } from './engine-shapes.ts'

const kind = 'look'
/** For the removal, which is owed also when the caller has given up. */
const farewellMs = 10_000

export async function* readImageFiles(
  engine: Engine,
  reference: string,
  wanted: WantedFile,
  call: Call,
): AsyncGenerator<ImageFile> {
  const id = await makeContainer(engine, reference, call)
  let archive: Readable | null = null
  try {
    archive = await engine.client.stream({ method: 'GET', path: `/containers/${id}/export` }, call)
    yield* wantedFiles(archive, wanted)
  } catch (error) {
    throw engine.client.streamError(error, call)
  } finally {
    archive?.destroy()
    await removeUnstarted(engine, id, { signal: AbortSignal.timeout(farewellMs) })
  }
}

/** Removes what crashed looks at this image have left, for it holds the image. */
export async function removeAbandonedLooks(engine: Engine, reference: string, call: Call): Promise<void> {
  const label = [`${labelNames.installation}=${engine.installation}`, `${labelNames.kind}=${kind}`]
  const query = { all: true, filters: { label, ancestor: [reference] } }
  const answer = await engine.client.request({ method: 'GET', path: '/containers/json', query }, call)
  for (const { Id } of readShape(ContainerList, answer.body, 'container list')) await removeUnstarted(engine, Id, call)
}

async function makeContainer(engine: Engine, reference: string, call: Call): Promise<string> {
  const digest = createHash('sha256')
    .update(JSON.stringify([engine.installation, reference]))
    .digest('hex')
  const name = `cairn-${kind}-${digest.slice(0, 40)}`
  const body = {
    Image: reference,
    // Never started; an image without a command is refused without one.
    Entrypoint: ['/never-started'],
    Labels: { [labelNames.installation]: engine.installation, [labelNames.kind]: kind },
    HostConfig: { NetworkMode: 'none' },
  }
  const made = await createNamed(engine, name, body, call)
  if (made !== null) return made
  await removeUnstarted(engine, name, call)
  const again = await createNamed(engine, name, body, call)
  if (again === null) throw new DriverError('unavailable', `image ${reference} is being looked at already`)
  return again
}

async function* wantedFiles(archive: Readable, wanted: WantedFile): AsyncGenerator<ImageFile> {
  const entries = extract()
  archive.on('error', (error) => entries.destroy(error))
  archive.pipe(entries)
  try {
    for await (const entry of entries) {
      const path = entry.header.name.replace(/^(\.?\/)+/u, '')
      const most = isFile(entry.header) ? wanted(path) : null
      if (most === null || (entry.header.size ?? 0) > most) {
        entry.resume()
        if (most !== null) yield { path, bytes: null }
        continue
      }
      const chunks: Uint8Array[] = []
      for await (const chunk of entry) if (chunk instanceof Uint8Array) chunks.push(chunk)
      yield { path, bytes: Buffer.concat(chunks) }
    }
  } finally {
    archive.unpipe(entries)
    entries.destroy()
  }
}

const isFile = ({ type }: Header): boolean => type === 'file' || type === 'contiguous-file'
