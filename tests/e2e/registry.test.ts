/** A server that pushes what it builds to a stock registry, with a certificate and a login. */
import { eventually, startRegistry, type TestRegistry } from '@cairn/testkit'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { createClient } from '@cairn/sdk'
import { startSecondEngine } from './second-engine.ts'
import { engineRequest } from '../../scripts/container-engine/engine-request.ts'
import { type HeldProxy, startHeldProxy } from './held-proxy.ts'
import { createServerProcess, type ServerProcess } from './server-process.ts'

let registry: TestRegistry
/** Where the server and its engine find the registry. */
let proxy: HeldProxy
let server: ServerProcess
beforeAll(async () => {
  registry = await startRegistry({ asksForLogin: true, speaksTls: true })
  proxy = await startHeldProxy(registry.address)
  server = await createServerProcess(registrySettings())
  await server.start()
})
afterAll(async () => {
  await server.dispose()
  await proxy.close()
  await registry.stop()
})

const registrySettings = () => ({
  CAIRN_REGISTRY: `https://${proxy.address}/team`,
  CAIRN_REGISTRY_USER: registry.login?.username ?? '',
  CAIRN_REGISTRY_PASSWORD: registry.login?.password ?? '',
  CAIRN_REGISTRY_CA_FILE: registry.authority?.file ?? '',
})

type Ids = Awaited<ReturnType<typeof begin>>

async function begin(name: string, dockerfile: string) {
  const body = { name, type: 'workflow', buildDetails: { source: 'dockerfile', dockerfile } } as const
  const ids = await server.client.images.createImage(body)
  await server.client.images.waitForBuild(ids.imageId, ids.buildId)
  return ids
}

async function untilPushed(ids: Ids) {
  const { images } = server.client
  const version = await eventually(
    async () => {
      const found = await images.describeVersion(ids.imageId, ids.versionId)
      expect(found.registry?.status).toBe('pushed')
      return found
    },
    { timeoutMs: 90_000 },
  )
  return { ...ids, pullUrl: version.pullUrl, reference: version.registry?.reference }
}

const build = async (name: string, dockerfile: string) => untilPushed(await begin(name, dockerfile))

/** Neither a description nor a step must hold it at this moment. */
const loseImage = (pullUrl: string): Promise<void> =>
  eventually(async () => {
    const path = `/images/${pullUrl}?force=true`
    expect((await engineRequest(server.dockerHost, 'DELETE', path)).status).toBe(200)
    expect((await engineRequest(server.dockerHost, 'GET', `/images/${pullUrl}/json`)).status).toBe(404)
  })

it('pushes an image again, of which a killed server had sent a part', async () => {
  const held = proxy.holdAfter(2_000_000)
  const ids = await begin('cut', 'FROM debian:bookworm-slim\n')
  await held
  expect((await server.client.images.describeVersion(ids.imageId, ids.versionId)).registry?.status).not.toBe('pushed')
  await server.kill()
  proxy.release()
  await server.start()
  const { pullUrl, reference } = await untilPushed(ids)
  const [repository = '', digest = ''] = (reference ?? '').split('@')
  expect(repository).toBe(`${proxy.address}/team/${pullUrl.split(':')[0]}`)
  expect(digest).toMatch(/^sha256:/)
})

it('pulls images again that the engine has lost, for steps and for builds, and lets go of deleted ones', async () => {
  const { images, workflows } = server.client
  const base = await build('base', 'FROM debian:bookworm-slim\nRUN echo kept > /note\n')
  const repository = `${proxy.address}/team/${base.pullUrl.split(':')[0] ?? ''}`
  expect(base.reference).toMatch(new RegExp(`^${repository}@sha256:[0-9a-f]{64}$`))

  await loseImage(base.pullUrl)
  const steps = { a: { imageId: base.imageId, command: 'grep kept /note' } }
  const { id } = await workflows.createWorkflow({ name: 'pulls', steps })
  const { executionId } = await workflows.executeWorkflow(id)
  await eventually(
    async () => expect(await workflows.getExecutionDetails(id, executionId)).toMatchObject({ status: 'Success' }),
    { timeoutMs: 60_000 },
  )

  await loseImage(base.pullUrl)
  const above = await build('above', `FROM ${base.pullUrl}\nRUN grep kept /note\n`)
  const lines: string[] = []
  for await (const { message } of images.followBuildLogs(above.imageId, above.buildId)) lines.push(message)
  expect(lines.join('\n')).toContain(`pulled from the registry: ${base.pullUrl}`)

  await images.deleteImage(above.imageId)
  await eventually(() => expect(server.output()).toContain('image removed from the registry'), { timeoutMs: 30_000 })
  expect(server.output()).not.toContain(registry.login?.password)
})

it('runs on the engine of another machine what was built on that of the first', async (test) => {
  const { imageId } = await build('travels', 'FROM debian:bookworm-slim\nRUN echo carried > /note\n')
  const steps = { a: { imageId, command: 'grep carried /note' } }
  const { id } = await server.client.workflows.createWorkflow({ name: 'moves', steps })
  await server.stop()
  const started = await startSecondEngine(server.dockerHost)
  const engine = started ?? test.skip('needs dockerd, and root to start one of its own')
  const settings = { ...registrySettings(), CAIRN_DATA_DIR: server.dataDirectory }
  const second = await createServerProcess(settings, engine.dockerHost)
  try {
    await second.start()
    const { workflows } = createClient({ baseUrl: second.baseUrl, token: server.token })
    const { executionId } = await workflows.executeWorkflow(id)
    const done = await workflows.waitForExecution(id, executionId)
    expect(done.status).toBe('Success')
  } finally {
    await second.dispose()
    await engine.dispose()
  }
  await server.start()
})
