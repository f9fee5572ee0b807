/** Pushing images to an OCI registry and pulling them from it. The engine does both; it is only told. */
import type { Readable } from 'node:stream'
import { type Call, DriverError, type ImagePull, type ImagePush, type RegistryLogin } from '@cairn/driver'
import type { Engine } from './containers.ts'
import type { EngineRequest } from './engine-client.ts'
import { PushMessage, readShape } from './engine-shapes.ts'
import { imagePath } from './images.ts'
import { LineSplitter } from './split-lines.ts'

const notFound = 404
/** Milliseconds for taking a name off again, also when the caller has stopped waiting. */
const tidyMs = 10_000

/** The tag that a push needs is taken off again: what is left of it would keep the image when its own tag goes. */
export async function pushImage(engine: Engine, push: ImagePush, call: Call): Promise<string> {
  const { reference, repository, tag } = push
  await giveTag(engine, reference, { repository, tag }, call)
  try {
    const request = { method: 'POST', path: `${imagePath(repository)}/push`, query: { tag } } as const
    const digest = await follow(engine, { ...request, login: push.access.login ?? noLogin }, call)
    if (digest === null) throw new DriverError('unknown', `the engine did not say what it pushed to ${repository}`)
    return digest
  } finally {
    await takeName(engine, `${repository}:${tag}`)
  }
}

/** The name by digest is taken off again, for the same reason. */
export async function pullImage(engine: Engine, pull: ImagePull, call: Call): Promise<void> {
  const from = `${pull.repository}@${pull.digest}`
  const request = { method: 'POST', path: '/images/create', query: { fromImage: from } } as const
  const { login } = pull.access
  await follow(engine, { ...request, ...(login === null ? {} : { login }) }, call)
  await giveTag(engine, from, splitTag(pull.as), call)
  await takeName(engine, from)
}

/** An engine wants the header of a push also when the registry asks for nothing. */
const noLogin: RegistryLogin = { username: '', password: '' }

interface TagName {
  readonly repository: string
  readonly tag: string
}

async function giveTag(engine: Engine, reference: string, { repository, tag }: TagName, call: Call): Promise<void> {
  const path = `${imagePath(reference)}/tag`
  await engine.client.request({ method: 'POST', path, query: { repo: repository, tag } }, call)
}

/** What could not be taken off now is found again by the next push or pull of the same, or by the image's deletion. */
async function takeName(engine: Engine, name: string): Promise<void> {
  const call = { signal: AbortSignal.timeout(tidyMs) }
  const request = { method: 'DELETE', path: imagePath(name), accept: [notFound] } as const
  await engine.client.request(request, call).catch(() => undefined)
}

/** `127.0.0.1:5000/a/b:7` → repository and tag: a colon before a slash belongs to a port. */
function splitTag(reference: string): TagName {
  const colon = reference.indexOf(':', reference.lastIndexOf('/') + 1)
  return colon === -1
    ? { repository: reference, tag: 'latest' }
    : { repository: reference.slice(0, colon), tag: reference.slice(colon + 1) }
}

/** Engines tell of a registry's refusal in the status or, later, in the stream. Answers the digest that they name, if any. */
async function follow(engine: Engine, request: EngineRequest, call: Call): Promise<string | null> {
  try {
    return await readProgress(engine, await engine.client.stream(request, call), call)
  } catch (error) {
    throw error instanceof DriverError && error.code === 'unknown' ? registryError(error.message) : error
  }
}

async function readProgress(engine: Engine, answer: Readable, call: Call): Promise<string | null> {
  const splitter = new LineSplitter()
  let digest: string | null = null
  let failure: string | null = null
  const read = (line: string): void => {
    if (line.trim() === '') return
    const message = readShape(PushMessage, JSON.parse(line), 'progress')
    digest = message.aux?.Digest ?? digest
    failure = message.error ?? failure
  }
  try {
    for await (const chunk of answer) for (const line of splitter.push(Buffer.from(chunk))) read(line)
    for (const line of splitter.end()) read(line)
  } catch (error) {
    throw engine.client.streamError(error, call)
  }
  if (failure !== null) throw registryError(failure)
  return digest
}

function registryError(saying: string): DriverError {
  if (/unauthorized|denied|no basic auth|authentication/i.test(saying)) return new DriverError('denied', saying)
  if (/not found|manifest unknown|does not exist/i.test(saying)) return new DriverError('image_not_found', saying)
  return new DriverError('unavailable', `the registry: ${saying}`)
}
