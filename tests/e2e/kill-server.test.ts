/** `kill -9` of the server in the middle of a build, a run and a service start, then a restart on the same directory. */
import { join } from 'node:path'
import { zipFolder } from '@cairn/sdk/node'
import { eventually } from '@cairn/testkit'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { containersOf, createServerProcess, type ServerProcess } from './server-process.ts'

const folder = join(import.meta.dirname, 'fixtures/echo-service')
const recovery = { timeoutMs: 90_000 }
let server: ServerProcess
let imageId: number
let versionId: number

beforeAll(async () => {
  server = await createServerProcess()
  await server.start()
  const created = await server.client.images.createImage({ name: 'echo', type: 'workflow' }, await zipFolder(folder))
  imageId = created.imageId
  versionId = created.versionId
  await server.client.images.waitForBuild(imageId, created.buildId)
})
afterAll(() => server.dispose())

it('ends a build that was under way', async () => {
  const slow = {
    source: 'dockerfile' as const,
    useCache: false,
    dockerfile: 'FROM debian:bookworm-slim\nRUN echo working && sleep 5\n',
  }
  const { buildId } = await server.client.images.createVersion(imageId, { version: '1.0.0', buildDetails: slow })
  await eventually(async () => {
    const { logs } = await server.client.images.getBuildLogs(imageId, buildId)
    expect(JSON.stringify(logs)).toContain('working')
  }, recovery)
  await server.kill()
  await server.start()
  await server.client.images.waitForBuild(imageId, buildId)
})

it('ends a run with each container started once', async () => {
  const { workflows } = server.client
  const { id } = await workflows.createWorkflow({
    name: 'crossing',
    steps: {
      before: {
        type: 'standard',
        imageId,
        command: 'echo started-before; echo one > out',
        outputParameters: { n: 'out' },
      },
      during: {
        type: 'standard',
        imageId,
        parents: ['before'],
        command: 'echo started-during; sleep 8; echo ended-during',
      },
      beside: {
        type: 'standard',
        imageId,
        parents: ['before'],
        command: 'echo started-beside; sleep 1; echo ended-beside',
      },
      after: {
        type: 'standard',
        imageId,
        parents: ['during', 'beside'],
        command: 'echo "started-after $N"',
        parameters: { inherit: { N: 'n' } },
      },
    },
  })
  const { executionId } = await workflows.executeWorkflow(id)
  await eventually(async () => {
    const { logs } = await workflows.getExecutionLogs(id, executionId, { stepName: 'during' })
    expect(JSON.stringify(logs)).toContain('started-during')
  }, recovery)
  await server.kill()
  await server.start()
  const details = await workflows.waitForExecution(id, executionId)
  expect(details.steps.map(({ name, status }) => `${name} ${status}`).toSorted()).toEqual([
    'after Success',
    'before Success',
    'beside Success',
    'during Success',
  ])
  for (const stepName of ['before', 'during', 'beside', 'after']) {
    const log: string[] = []
    for await (const line of workflows.followExecutionLogs(id, executionId, { stepName })) log.push(line.message)
    expect(log.filter((line) => line.startsWith(`started-${stepName}`))).toHaveLength(1)
  }
})

it('finishes the start of a service and adopts its container', async () => {
  const { services } = server.client
  const { id } = await services.createService({
    name: 'crossing',
    imageDetails: { imageId, versionId },
    entrypoint: 'sh\n-c\nsleep 3; exec perl server.pl',
    serviceType: 'api',
  })
  await eventually(async () => expect((await containersOf(server, 'service')).length > 0).toBe(true), recovery)
  const before = await containersOf(server, 'service')
  await server.kill()
  await server.start()
  await services.waitForService(id)
  expect(await containersOf(server, 'service')).toEqual(before)
  const answer = await services.testService('crossing', { httpMethod: 'get', path: '/' })
  expect(answer.responseStatus).toBe(200)
  const firstProcess = /from (\d+)/.exec(answer.responseBody)?.[1]
  await server.kill()
  await server.start()
  await eventually(async () => {
    const again = await services.testService('crossing', { httpMethod: 'get', path: '/' })
    expect(/from (\d+)/.exec(again.responseBody)?.[1]).toBe(firstProcess)
  }, recovery)
})

it('stops cleanly on SIGTERM and starts again', async () => {
  expect(await server.stop()).toBe(0)
  await server.start()
  expect((await fetch(`${server.baseUrl}/healthz`)).status).toBe(200)
})

it('leaves no container of a step behind', async () => {
  await eventually(async () => expect(await containersOf(server, 'step')).toEqual([]), { timeoutMs: 120_000 })
})
