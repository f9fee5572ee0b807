import { eventually } from '@cairn/testkit'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { createServerProcess, type ServerProcess } from './server-process.ts'

let server: ServerProcess
beforeAll(async () => {
  server = await createServerProcess()
  await server.start()
})
afterAll(() => server.dispose())

it('ships base images that are built on demand, run as they are, and stand below images of one’s own', async () => {
  const { images, workflows } = server.client
  const shipped = await images.listImages({ scope: ['global'] }).all()
  expect(shipped.map(({ name }) => name).toSorted()).toEqual(['cairn-node', 'cairn-python', 'cairn-r-shiny'])
  const python = shipped.find(({ name }) => name === 'cairn-python')
  if (python === undefined) throw new Error('there is no image of Python')
  const params = { imageId: python.id, versionId: python.latestVersion.id }
  const { buildId } = await images.buildVersion(params)
  await images.waitForBuild(python.id, buildId, { timeoutMs: 160_000 })
  const { pullUrl } = await images.describeVersion(params.imageId, params.versionId)
  const dockerfile = `FROM ${pullUrl}\nRUN python -c 'print("built on", 6 * 7)'\n`
  const own = await images.createImage({
    name: 'own',
    type: 'workflow',
    buildDetails: { source: 'dockerfile', dockerfile },
  })
  await images.waitForBuild(own.imageId, own.buildId)
  const steps = { a: { imageId: python.id, command: 'python -c "print(6 * 7)"' } }
  const { id } = await workflows.createWorkflow({ name: 'python', steps })
  const { executionId } = await workflows.executeWorkflow(id)
  await eventually(
    async () => expect(await workflows.getExecutionDetails(id, executionId)).toMatchObject({ status: 'Success' }),
    { timeoutMs: 30_000 },
  )
})
