/** A server that pushes what it builds to a stock registry, with a certificate and a login. */
import { eventually, startRegistry, type TestRegistry } from '@cairn/testkit'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { engineRequest } from '../../scripts/container-engine/engine-request.ts'
import { createServerProcess, type ServerProcess } from './server-process.ts'

let registry: TestRegistry
let server: ServerProcess
beforeAll(async () => {
  registry = await startRegistry({ asksForLogin: true, speaksTls: true })
  server = await createServerProcess({
    CAIRN_REGISTRY: `https://${registry.address}/team`,
    CAIRN_REGISTRY_USER: registry.login?.username ?? '',
    CAIRN_REGISTRY_PASSWORD: registry.login?.password ?? '',
    CAIRN_REGISTRY_CA_FILE: registry.authority?.file ?? '',
  })
  await server.start()
})
afterAll(async () => {
  await server.dispose()
  await registry.stop()
})

async function build(name: string, dockerfile: string) {
  const { images } = server.client
  const body = { name, type: 'workflow', buildDetails: { source: 'dockerfile', dockerfile } } as const
  const ids = await images.createImage(body)
  await images.waitForBuild(ids.imageId, ids.buildId)
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

/** Neither a description nor a step must hold it at this moment. */
const loseImage = (pullUrl: string): Promise<void> =>
  eventually(async () => {
    const path = `/images/${pullUrl}?force=true`
    expect((await engineRequest(server.dockerHost, 'DELETE', path)).status).toBe(200)
    expect((await engineRequest(server.dockerHost, 'GET', `/images/${pullUrl}/json`)).status).toBe(404)
  })

it('pulls images again that the engine has lost, for steps and for builds, and lets go of deleted ones', async () => {
  const { images, workflows } = server.client
  const base = await build('base', 'FROM debian:bookworm-slim\nRUN echo kept > /note\n')
  const repository = `${registry.address}/team/${base.pullUrl.split(':')[0] ?? ''}`
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
