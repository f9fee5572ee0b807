/** The workflows that the reference client prints and ships run as their names say, sent by that client itself. */
import { execFile } from 'node:child_process'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { eventually, GitServer, HttpReceiver, MailReceiver, printedWorkflow } from '@cairn/testkit'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createServerProcess, type ServerProcess } from '../e2e/server-process.ts'

interface SampleRun {
  readonly id: number
  readonly executionId: string
  readonly status: string
  readonly reason: string | null
  readonly steps: Readonly<
    Record<string, { readonly status: string; readonly reason?: string | null; readonly output?: unknown }>
  >
}

const run = promisify(execFile)
const accessToken = 'value-of-random_token'
let server: ServerProcess
let mail: MailReceiver
let http: HttpReceiver
let git: GitServer
let report: Readonly<Record<string, SampleRun>>

beforeAll(async () => {
  const python = process.env['CAIRN_TEST_PYTHON']
  if (python === undefined) throw new Error('run these tests by `npm test`: it sets CAIRN_TEST_PYTHON')
  mail = await MailReceiver.open()
  http = await HttpReceiver.open()
  http.answer = (call, response) => {
    response.setHeader('content-type', 'application/json')
    response.end(JSON.stringify(call.path === '/token' ? { access_token: 'given', expires_in: 60 } : { ok: true }))
  }
  git = await GitServer.open()
  await git.commit('code', 'main', {
    'script.py': 'echo seed $key',
    'script1.py': 'echo output-value',
    'script2.py': 'echo second',
    'other.py': 'echo other',
    'path/to/file.sql': 'insert into schema_name.table_name values ({{ key1 }})',
  })
  server = await createServerProcess({ CAIRN_SMTP_URL: mail.url, CAIRN_EGRESS_ALLOW: '127.0.0.1' })
  await server.start()
  const { stdout } = await run(
    python,
    [join(import.meta.dirname, 'sample_workflows.py'), join(import.meta.dirname, 'fixtures/samples-image')],
    {
      env: {
        PATH: process.env['PATH'],
        CAIRN_URL: server.baseUrl,
        PEAK_AUTH_TOKEN: server.token,
        SAMPLE_HTTP_URL: http.url,
        SAMPLE_GIT_URL: git.urlOf('code'),
        SEED_BODY: JSON.stringify(printedWorkflow),
      },
      maxBuffer: 64 * 1024 * 1024,
    },
  )
  report = JSON.parse(stdout.trim().split('\n').at(-1) ?? '')
})
afterAll(async () => {
  await server.dispose()
  await git.close()
  await http.close()
  await mail.close()
})

function sample(name: string): SampleRun {
  const found = report[name]
  if (found === undefined) throw new Error(`the client reported no ${name}`)
  return found
}

const statusesOf = ({ steps }: SampleRun) =>
  Object.fromEntries(Object.entries(steps).map(([name, { status }]) => [name, status]))

async function logOf({ id, executionId }: SampleRun, stepName: string): Promise<string[]> {
  const { logs } = await server.client.workflows.getExecutionLogs(id, executionId, { stepName })
  return (logs ?? []).map(({ message }) => message)
}

describe('the body that the documentation prints', () => {
  it('runs to Success with its four types of steps', async () => {
    const seed = sample('seed')
    expect([seed.status, seed.reason]).toEqual(['Success', null])
    expect(statusesOf(seed)).toEqual({
      stepName: 'Success',
      stepName2: 'Success',
      stepName3: 'Success',
      stepName4: 'Success',
    })
    expect((await logOf(seed, 'stepName')).at(-1)).toBe('seed value')
    const call = http.calls.find(
      ({ path, headers }) => path === '/sample' && headers['x-auth-tenant'] === 'some-tenant',
    )
    expect(call).toMatchObject({
      method: 'GET',
      headers: { authorization: 'Bearer given', 'x-auth-token': 'value-of-token' },
    })
  })

  it('tells its watchers when it fails, each in its way, and of no success', async () => {
    const [seed, failing] = [sample('seed'), sample('failing')]
    expect(failing.status).toBe('Failed')
    const deliveriesOf = (workflowId: number) => server.client.notifications.listDeliveries({ workflowId }).all()
    expect(await deliveriesOf(seed.id)).toEqual([])
    await eventually(
      async () => {
        const told = await deliveriesOf(failing.id)
        expect(told.map(({ channel, status }) => `${channel} ${status}`).toSorted()).toEqual([
          'email delivered',
          'email delivered',
          'email delivered',
          'inbox delivered',
          'webhook delivered',
        ])
      },
      { timeoutMs: 20_000 },
    )
    const posted = http.calls.filter(({ path }) => path === '/watcher')
    expect(posted.map(({ body }) => body)).toEqual(['{ "pingback-url": "https:/workflow/123" }'])
    expect(mail.mails.flatMap(({ to }) => to).toSorted()).toEqual(['abc@peak.ai', 'user1@peak.ai', 'user2@peak.ai'])
  })
})

describe('the sample of', () => {
  it('automatic retries tries its step as often as it says', async () => {
    const retried = sample('autoRetry')
    expect(retried.status).toBe('Failed')
    const details = await server.client.workflows.getExecutionDetails(retried.id, retried.executionId)
    const step = details.steps.find(({ name }) => name === 'step-1')
    expect(step).toMatchObject({ status: 'Failed', reason: expect.stringContaining('attempt 4') })
    expect(statusesOf(retried)).toMatchObject({ 'step-2': 'Success', 'step-3': 'Success', 'step-4': 'Success' })
  })

  it('input parameters and of inheriting gives steps their values and secrets', () => {
    expect([sample('inputParameters').status, sample('inherit').status]).toEqual(['Success', 'Success'])
    const bodies = http.calls.filter(({ path }) => path === '/sample').map(({ body }) => body)
    expect(http.calls.length).toBeGreaterThan(0)
    expect(bodies.every((body) => !body.includes('{{'))).toBe(true)
  })

  it('output parameters hands them on, also to a step that is no child', () => {
    const { status, steps } = sample('outputParameters')
    expect(status).toBe('Success')
    expect(JSON.stringify(steps['step-1'])).toContain('output-value')
  })

  it('conditions runs what their values let run', () => {
    expect(statusesOf(sample('executionParameters'))).toEqual({
      'step-1': 'Success',
      'step-2': 'Success',
      'step-3': 'Success',
      'step-4': 'Success',
      'step-5': 'Success',
    })
  })

  it('steps to skip skips them, and the run is a success', () => {
    expect(statusesOf(sample('skippableSteps'))).toEqual({
      'step-1': 'Skipped',
      'step-2': 'Skipped',
      step4: 'Skipped',
      step5: 'Skipped',
    })
    expect(sample('skippableSteps').status).toBe('Success')
  })

  it('a partial run runs the chosen steps and those below, with their parameters, and no other', async () => {
    const partial = sample('partialRun')
    expect([partial.status, statusesOf(partial)]).toEqual([
      'Success',
      { step1: 'Success', child: 'Success', step2: 'Success', other: 'Skipped' },
    ])
    expect(await logOf(partial, 'step1')).toEqual(['value1 value2'])
    expect(await logOf(partial, 'step2')).toEqual(['value1 value3'])
  })
})

it('asks for private repositories with the token that the step names', () => {
  const expected = `Basic ${Buffer.from(`x-access-token:${accessToken}`).toString('base64')}`
  expect(git.authorizations).toContain(expected)
})
