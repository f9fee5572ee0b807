import { execFile } from 'node:child_process'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { createServerProcess, type ServerProcess } from '../e2e/server-process.ts'

const run = promisify(execFile)
const folder = join(import.meta.dirname, '../e2e/fixtures/echo-service')
let server: ServerProcess

beforeAll(async () => {
  server = await createServerProcess()
  await server.start()
})
afterAll(() => server.dispose())

it('serves the main job to the unmodified reference client', async () => {
  const python = process.env['CAIRN_TEST_PYTHON']
  if (python === undefined) throw new Error('run these tests by `npm test`: it sets CAIRN_TEST_PYTHON')
  const { stdout } = await run(python, [join(import.meta.dirname, 'main_job.py'), folder], {
    env: { PATH: process.env['PATH'], CAIRN_URL: server.baseUrl, PEAK_AUTH_TOKEN: server.token },
    maxBuffer: 64 * 1024 * 1024,
  })
  const report: unknown = JSON.parse(stdout.trim().split('\n').at(-1) ?? '')
  expect(report).toMatchObject({
    created: { imageId: expect.any(Number), versionId: expect.any(Number), buildId: expect.any(Number) },
    image: { name: 'compat-echo', latestVersion: { version: '0.0.1', lastBuildStatus: 'success' } },
    version: { imageName: 'compat-echo', version: '0.0.1' },
    builds: [{ status: 'success', version: '0.0.1' }],
    listed: ['compat-echo'],
    artifact: { id: expect.any(String), version: 1 },
    execution: {
      status: 'Success',
      steps: expect.arrayContaining([
        expect.objectContaining({ name: 'speak', status: 'Success' }),
        expect.objectContaining({ name: 'check', status: 'Success' }),
      ]),
    },
    stepLog: expect.arrayContaining(['hei reference client from speak']),
    described: { steps: { speak: { parameters: { env: [{ WHO: 'patch' }] } } } },
    executions: [{ status: 'Success' }],
    service: { name: 'compat-echo', status: 'AVAILABLE' },
    serviceNames: ['compat-echo'],
    answer: { responseStatus: 200, responseBody: expect.stringContaining('{"key":"value"}') },
  })
})
