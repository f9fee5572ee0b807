import { execFile } from 'node:child_process'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createServerProcess, type ServerProcess } from '../e2e/server-process.ts'

const run = promisify(execFile)
const folder = join(import.meta.dirname, '../e2e/fixtures/echo-service')
let server: ServerProcess
let report: Readonly<Record<string, unknown>>

beforeAll(async () => {
  server = await createServerProcess()
  await server.start()
  await server.client.secrets.createSecret('client-secret', 'a secret of tests')
  await server.client.secrets.createSecret('client-id', 'an id of tests')
  const python = process.env['CAIRN_TEST_PYTHON']
  if (python === undefined) throw new Error('run these tests by `npm test`: it sets CAIRN_TEST_PYTHON')
  const { stdout } = await run(python, [join(import.meta.dirname, 'workflow_shapes.py'), folder], {
    env: { PATH: process.env['PATH'], CAIRN_URL: server.baseUrl, PEAK_AUTH_TOKEN: server.token },
  })
  report = JSON.parse(stdout.trim().split('\n').at(-1) ?? '')
})
afterAll(() => server.dispose())

describe('to the unmodified reference client a workflow', () => {
  it('is shown in the shape that its patch reads, and taken back as it was shown', () => {
    expect(report['takesBackWhatItShows']).toBe(true)
    expect(report['steps']).toMatchObject({
      train: { type: 'standard', imageName: 'shapes', imageVersion: '0.0.1', parents: [] },
      call: { type: 'http', auth: { type: 'oauth' }, executionParameters: { conditional: [{ value: '1' }] } },
      query: { type: 'sql', parameters: { env: [{ key: 'value' }] } },
      dump: { type: 'export', sortOrder: 'desc', compression: true },
    })
    expect(JSON.stringify(report['steps'])).not.toContain('null')
  })

  it('is patched in part: env is merged, and what the patch does not send is kept', () => {
    expect(report['env']).toEqual([{ KEY: 'value' }, { MODE: 'slow' }, { NEW: '1' }])
    expect(report['kept']).toEqual({ metadata: true, retryOptions: true, tags: true, watchers: true })
    expect(report['timezone']).toBe('Europe/London')
  })

  it('takes options for one step and for all, whatever the types of the steps', () => {
    const { renamed, optioned, workflowId } = report
    expect(renamed).toBe('renamed')
    expect(optioned).toMatchObject({
      train: {
        command: 'python all.py',
        resources: { instanceTypeId: 22, storage: '30GB' },
        stepTimeout: workflowId,
        clearImageCache: true,
      },
      query: {
        repository: {
          url: 'https://github.com/org/fork',
          branch: 'next',
          token: 'client-secret',
          filePath: 'q.sql',
        },
      },
    })
    const { call, dump } = optioned as Record<string, object>
    expect(Object.keys({ ...call, ...dump })).not.toContain('command')
    expect(JSON.stringify(optioned)).not.toContain('workflowId')
  })

  it('is added to, cleared of triggers and tags, and refused a type that is none, naming the step', () => {
    expect(report['cleared']).toEqual([[], [], ['train', 'call', 'query', 'dump', 'extra']])
    expect(report['unknownType']).toContain('steps.extra.type')
  })

  it('keeps its webhook through a patch and has another after a bare update', () => {
    expect(report['hook']).toEqual([true, true, false])
  })

  it('is created or updated by its exact name', () => {
    expect(report['createOrUpdate']).toEqual([true, [{ name: 'second' }], { allowConcurrentExecution: true }])
  })

  it('has a history by count, status, date and page', () => {
    expect(report['history']).toEqual({
      all: [2, 1, 0],
      newestTwo: [2, 1],
      byPages: [2, 1, 0],
      newestTwoByPages: [2, 1],
      succeeded: [2, 1, 0],
      failed: [],
      today: [2, 1, 0],
      before: [],
      byDay: [2, 1, 0],
    })
    expect(report['page']).toMatchObject({
      executionsCount: 3,
      pageCount: 2,
      pageNumber: 2,
      pageSize: 2,
      executions: [{ status: 'Success', duration: expect.any(Number), executedAt: expect.any(String) }],
    })
  })

  it('is found by page, name, status, last run and who changed it', () => {
    const all = ['hooked', 'nightly', 'nightly-2', 'renamed', 'timed']
    expect(report['lists']).toEqual({
      all,
      byPages: all,
      search: ['nightly', 'nightly-2'],
      paused: ['timed'],
      succeeded: ['nightly'],
      mine: all.length,
      nobody: [],
    })
  })
})
