import { describe, expect, it } from 'vitest'
import { CairnTimeoutError, NotFoundError, UnwantedOutcomeError, createClient } from '../src/index.ts'
import { type Answer, answerJson, inTurn, startLoopbackServer } from './loopback-server.ts'

const fast = { pollMs: 1 }
const clientOf = (baseUrl: string) => createClient({ baseUrl, token: 't', retry: { retries: 0 } })
const json =
  (value: unknown, status = 200): Answer =>
  (_request, response) =>
    answerJson(response, value, status)

const stepLog = (stepRunStatus: string, nextToken: string, ...messages: string[]) =>
  json({ stepRunStatus, nextToken, logs: messages.map((message) => ({ message, timestamp: 1 })) })

async function messagesOf(lines: AsyncIterable<{ message: string }>): Promise<string[]> {
  const messages: string[] = []
  for await (const { message } of lines) messages.push(message)
  return messages
}

describe('following a log', () => {
  it('passes the token on, waits for a step that has not started, and ends once the step ended and nothing is left', async () => {
    await using server = await startLoopbackServer(
      inTurn(
        stepLog('Pending', 'f/0'),
        stepLog('Running', 'f/1', 'one'),
        stepLog('Running', 'f/1'),
        stepLog('Success', 'f/3', 'two', 'three'),
        stepLog('Success', 'f/3'),
      ),
    )
    const lines = clientOf(server.baseUrl).workflows.followExecutionLogs(1, 'e', { stepName: 'a', ...fast })
    expect(await messagesOf(lines)).toEqual(['one', 'two', 'three'])
    const tokens = server.requests.map(({ url }) => url.searchParams.get('nextToken'))
    expect(tokens).toEqual([null, 'f/0', 'f/1', 'f/1', 'f/3'])
  })

  it.each(['Success', 'Failed', 'Skipped', 'Stopped'])('ends at a step that is %s', async (status) => {
    await using server = await startLoopbackServer(stepLog(status, 'f/0'))
    const lines = clientOf(server.baseUrl).workflows.followExecutionLogs(1, 'e', { stepName: 'a', ...fast })
    expect(await messagesOf(lines)).toEqual([])
  })

  it('takes logs that are null as none, and goes on while a build is stopping', async () => {
    const log = (buildStatus: string, logs: unknown): Answer => json({ buildStatus, nextToken: 'f', logs })
    const line = { message: 'x', timestamp: 1, ingestionTime: 1 }
    await using server = await startLoopbackServer(
      inTurn(log('building', null), log('stopping', [line]), log('stopping', []), log('stopped', null)),
    )
    expect(await messagesOf(clientOf(server.baseUrl).images.followBuildLogs(1, 2, fast))).toEqual(['x'])
  })

  it('goes on where it was when the server was away for a moment', async () => {
    await using server = await startLoopbackServer(
      inTurn(
        stepLog('Running', 'f/1', 'one'),
        (_request, response) => response.destroy(),
        json({}, 503),
        stepLog('Success', 'f/2', 'two'),
        stepLog('Success', 'f/2'),
      ),
    )
    let told = 0
    const watch = { ...fast, onAway: () => (told += 1) }
    const lines = clientOf(server.baseUrl).workflows.followExecutionLogs(1, 'e', { stepName: 'a', ...watch })
    expect([await messagesOf(lines), told]).toEqual([['one', 'two'], 1])
  })

  it('does not wait for a server that is away for longer than is tolerated, or that refuses', async () => {
    await using away = await startLoopbackServer(json({}, 503))
    const lines = clientOf(away.baseUrl).images.followBuildLogs(1, 2, { ...fast, toleranceMs: 0 })
    await expect(messagesOf(lines)).rejects.toThrow('503')
    await using refusing = await startLoopbackServer(json({}, 404))
    await expect(messagesOf(clientOf(refusing.baseUrl).images.followBuildLogs(1, 2, fast))).rejects.toBeInstanceOf(
      NotFoundError,
    )
  })

  it('stops with the signal', async () => {
    await using server = await startLoopbackServer(stepLog('Running', 'f/1'))
    const controller = new AbortController()
    const options = { stepName: 'a', pollMs: 60_000, signal: controller.signal }
    const lines = messagesOf(clientOf(server.baseUrl).workflows.followExecutionLogs(1, 'e', options))
    controller.abort(new Error('enough'))
    await expect(lines).rejects.toThrow('enough')
  })
})

describe('waiting', () => {
  it('returns a run however it ended', async () => {
    const run = (status: string): Answer => json({ status, steps: [] })
    await using server = await startLoopbackServer(inTurn(run('Running'), run('Stopping'), run('Failed')))
    await expect(clientOf(server.baseUrl).workflows.waitForExecution(1, 'e', fast)).resolves.toMatchObject({
      status: 'Failed',
    })
    expect(server.requests).toHaveLength(3)
  })

  it('returns a run that was stopped once it has ended as that', async () => {
    const run = (status: string): Answer => json({ status, steps: [] })
    await using server = await startLoopbackServer(inTurn(run('Stopping'), run('Stopping'), run('Stopped')))
    await expect(clientOf(server.baseUrl).workflows.waitForExecution(1, 'e', fast)).resolves.toMatchObject({
      status: 'Stopped',
    })
  })

  const builds = (status: string, reason: string | null = null): Answer =>
    json({
      builds: [
        { buildId: 9, status: 'success' },
        { buildId: 7, status, reason },
      ],
      pageCount: 1,
    })

  it('returns the build that succeeded', async () => {
    await using server = await startLoopbackServer(inTurn(builds('building'), builds('success')))
    await expect(clientOf(server.baseUrl).images.waitForBuild(1, 7, fast)).resolves.toMatchObject({ buildId: 7 })
  })

  it('throws the reason of a build that failed, and when there is no such build', async () => {
    await using server = await startLoopbackServer(builds('failed', 'step 3: exit code 2'))
    const { images } = clientOf(server.baseUrl)
    const failed = images.waitForBuild(1, 7, fast)
    await expect(failed).rejects.toBeInstanceOf(UnwantedOutcomeError)
    await expect(failed).rejects.toThrow('build 7 of image 1 ended as failed: step 3: exit code 2')
    await expect(images.waitForBuild(1, 8, fast)).rejects.toBeInstanceOf(NotFoundError)
  })

  it('returns the service that is available and throws the reason of one that could not be created', async () => {
    const service = (status: string, statusReason: string | null = null): Answer => json({ status, statusReason })
    await using server = await startLoopbackServer(
      inTurn(service('CREATING'), service('AVAILABLE'), service('CREATE_FAILED', 'no answer at /health')),
    )
    const { services } = clientOf(server.baseUrl)
    await expect(services.waitForService('s', fast)).resolves.toMatchObject({ status: 'AVAILABLE' })
    await expect(services.waitForService('s', fast)).rejects.toThrow('ended as CREATE_FAILED: no answer at /health')
  })

  it('gives up when its time is over', async () => {
    await using server = await startLoopbackServer(json({ status: 'Running', steps: [] }))
    const waiting = clientOf(server.baseUrl).workflows.waitForExecution(1, 'e', { ...fast, timeoutMs: 20 })
    await expect(waiting).rejects.toBeInstanceOf(CairnTimeoutError)
  })
})

describe('a list', () => {
  const pages: Answer = ({ url }, response) => {
    const pageNumber = Number(url.searchParams.get('pageNumber'))
    answerJson(response, { workflows: [{ id: pageNumber, name: `w${pageNumber}` }], pageCount: 3, pageNumber })
  }

  it('asks for nothing until it is read, and then for one page after the other', async () => {
    await using server = await startLoopbackServer(pages)
    const list = clientOf(server.baseUrl).workflows.listWorkflows({ pageSize: 1 })
    expect(server.requests).toHaveLength(0)
    for await (const { id } of list) if (id === 2) break
    expect(server.requests).toHaveLength(2)
    expect((await list.all()).map(({ id }) => id)).toEqual([1, 2, 3])
  })

  it('gives whole pages, from the one asked for', async () => {
    await using server = await startLoopbackServer(pages)
    const numbers: number[] = []
    for await (const { pageNumber } of clientOf(server.baseUrl).workflows.listWorkflows({ pageNumber: 2 }).pages())
      numbers.push(pageNumber)
    expect(numbers).toEqual([2, 3])
  })

  it.each([0, 1])('ends after one call when there are %d pages', async (pageCount) => {
    await using server = await startLoopbackServer(json({ services: [], servicesCount: 0, pageCount }))
    expect(await clientOf(server.baseUrl).services.listServices().all()).toEqual([])
    expect(server.requests).toHaveLength(1)
    expect(server.requests[0]?.url.searchParams.get('featureType')).toBe('services')
  })
})
