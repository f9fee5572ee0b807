import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DriverError, type ImageDetails, type RegistryAccess } from '@cairn/driver'
import { silentLogger, startRegistry, testDockerHost, type TestRegistry, testProgramEnvironment } from '@cairn/testkit'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createDockerDriver, createDockerImageBuilder } from '../src/index.ts'
import { contextOf } from './open-engine.ts'

const dockerHost = testDockerHost()
const installation = `registry${process.pid}`
const name = `cairn/${installation}/3`
const localTag = `${name}:7`
const call = () => ({ signal: AbortSignal.timeout(50_000) })
const driver = createDockerDriver({ installation, dockerHost, logger: silentLogger })
const plain: RegistryAccess = { scheme: 'http', login: null, authorities: null }
const absent = `sha256:${'a'.repeat(64)}`

let image: ImageDetails
let directory = ''
beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'cairn-push-'))
  const env = testProgramEnvironment()
  const builder = createDockerImageBuilder({ installation, dockerHost, env, temporaryDirectory: directory })
  const request = {
    tag: localTag,
    labels: {},
    context: contextOf({ Dockerfile: 'FROM scratch\nCOPY note.txt /\n', 'note.txt': 'a note' }),
    directory: null,
    dockerfilePath: 'Dockerfile',
    needsBuildKit: false,
    buildArguments: {},
    secrets: {},
    useCache: false,
    limits: { cpus: null, memoryBytes: null },
  }
  const built = await builder.build(request, () => undefined, call())
  if (built.kind === 'failed') throw new Error(built.reason)
  image = built.image
})
afterAll(async () => {
  await driver.removeImage(localTag, call())
  await rm(directory, { recursive: true })
})

const errorOf = (work: Promise<unknown>): Promise<DriverError> =>
  work.then(
    () => {
      throw new Error('it did not fail')
    },
    (error: unknown) => {
      if (error instanceof DriverError) return error
      throw error
    },
  )

describe('a registry on this machine', () => {
  let registry: TestRegistry
  beforeAll(async () => {
    registry = await startRegistry()
  })
  afterAll(() => registry.stop())

  it('is given an image, gives it back under the same content id, and lets go of it', async () => {
    const place = { repository: `${registry.address}/${name}`, tag: '7', access: plain }
    expect(await driver.findPushed(place, call())).toBeNull()
    const digest = await driver.pushImage({ ...place, reference: image.id }, call())
    expect(digest).toMatch(/^sha256:[0-9a-f]{64}$/)
    expect(await driver.pushImage({ ...place, reference: localTag }, call())).toBe(digest)
    expect(await driver.findPushed(place, call())).toBe(digest)
    await driver.removeImage(localTag, call())
    expect(await driver.inspectImage(image.id, call())).toBeNull()
    await driver.pullImage({ ...place, digest, as: localTag }, call())
    expect(await driver.inspectImage(localTag, call())).toEqual(image)
    const [own, ...others] = (await driver.listImages(call())).filter(({ id }) => id === image.id)
    expect([own?.tags, others]).toEqual([[localTag], []])
    expect(await driver.removePushed({ ...place, digest }, call())).toBe(true)
    expect(await driver.removePushed({ ...place, digest }, call())).toBe(true)
    expect(await driver.findPushed(place, call())).toBeNull()
  })

  it('is told apart from one that is away, and from one that lacks the image', async () => {
    const lacking = { repository: `${registry.address}/cairn/nothing`, digest: absent, as: localTag, access: plain }
    expect(await errorOf(driver.pullImage(lacking, call()))).toMatchObject({ code: 'image_not_found' })
    const away = { repository: '127.0.0.1:9/cairn/nothing', tag: '1', digest: absent, access: plain }
    const calls = [
      driver.pullImage({ ...away, as: localTag }, call()),
      driver.pushImage({ ...away, reference: image.id }, call()),
      driver.findPushed(away, call()),
      driver.removePushed(away, call()),
    ]
    const errors = await Promise.all(calls.map(errorOf))
    expect(errors.map(({ code }) => code)).toEqual(calls.map(() => 'unavailable'))
  })
})

describe('a registry with a certificate and a login, which keeps what it has', () => {
  let registry: TestRegistry
  beforeAll(async () => {
    registry = await startRegistry({ asksForLogin: true, speaksTls: true, letsRemove: false })
  })
  afterAll(() => registry.stop())

  it('takes images of who may push, and says why it takes none of others, without their passwords', async () => {
    const access: RegistryAccess = {
      scheme: 'https',
      login: registry.login,
      authorities: registry.authority?.text ?? null,
    }
    const place = { repository: `${registry.address}/${name}`, tag: '7', access }
    const digest = await driver.pushImage({ ...place, reference: image.id }, call())
    expect(await driver.findPushed(place, call())).toBe(digest)
    expect(await driver.removePushed({ ...place, digest }, call())).toBe(false)
    const password = 'another-canary'
    const stranger = { ...place, digest, access: { ...access, login: { username: 'cairn', password } } }
    const refusals = [
      await errorOf(driver.pushImage({ ...stranger, reference: image.id }, call())),
      await errorOf(driver.pullImage({ ...stranger, as: localTag }, call())),
      await errorOf(driver.findPushed(stranger, call())),
    ]
    for (const { code, message } of refusals) {
      expect(code).toBe('denied')
      expect(message).not.toContain(password)
    }
    const nobody = { ...place, access: { ...access, login: null } }
    expect(await errorOf(driver.findPushed(nobody, call()))).toMatchObject({ code: 'denied' })
  })

  it('is not believed when nobody vouches for its certificate', async () => {
    const access: RegistryAccess = { scheme: 'https', login: registry.login, authorities: null }
    const asked = driver.findPushed({ repository: `${registry.address}/${name}`, tag: '7', access }, call())
    expect(await errorOf(asked)).toMatchObject({ code: 'unavailable' })
  })
})
