import { describe, expect, expectTypeOf, it, vi } from 'vitest'
import type { WorkflowDetails } from '@cairn/contract'
import { type CairnClient, ConflictError, type Download, createClient } from '../src/index.ts'
import { patchedWorkflow } from '../src/resources/patch-workflow.ts'
import { answerJson, inTurn, startLoopbackServer } from './loopback-server.ts'

const clientOf = (baseUrl: string): CairnClient => createClient({ baseUrl, token: 'secret', retry: { retries: 0 } })

describe('options of a call', () => {
  it('add headers, but never in place of the token or the content type', async () => {
    await using server = await startLoopbackServer((_request, response) => answerJson(response, { id: 1 }))
    const headers = { 'x-request-id': 'nightly-0001', authorization: 'other', 'content-type': 'text/plain' }
    const { workflows, images } = clientOf(server.baseUrl)
    await workflows.createWorkflow({ name: 'w', steps: {} }, { headers })
    await images.describeImage(1, { headers })
    const sent = server.requests.map((request) => request.headers)
    expect(sent).toMatchObject([
      { 'x-request-id': 'nightly-0001', authorization: 'Bearer secret', 'content-type': 'application/json' },
      { 'x-request-id': 'nightly-0001', authorization: 'Bearer secret' },
    ])
    expect(sent[1]).not.toHaveProperty('content-type')
  })

  it('upload from pages that came by http, where browsers make no UUIDs', async () => {
    await using server = await startLoopbackServer((_request, response) => answerJson(response, { id: 'a' }))
    const full = crypto
    vi.stubGlobal('crypto', { getRandomValues: (bytes: Uint8Array<ArrayBuffer>) => full.getRandomValues(bytes) })
    try {
      await clientOf(server.baseUrl).artifacts.createArtifact({ name: 'code' }, new Blob(['zip']))
    } finally {
      vi.unstubAllGlobals()
    }
    expect(server.requests[0]?.headers['content-type']).toMatch(/^multipart\/form-data; boundary=/)
  })

  it('reach every page of a list, every look of a wait and every part of a followed log', async () => {
    const page = {
      images: [{ id: 1 }],
      pageCount: 2,
      status: 'Success',
      stepRunStatus: 'Success',
      logs: [],
      nextToken: '1',
    }
    await using server = await startLoopbackServer((_request, response) => answerJson(response, page))
    const { images, workflows } = clientOf(server.baseUrl)
    const headers = { 'x-trace': 't' }
    await images.listImages({}, { headers }).all()
    await workflows.waitForExecution(1, 'e', { headers })
    for await (const line of workflows.followExecutionLogs(1, 'e', { stepName: 's', headers })) expect(line).toBeNull()
    expect(server.requests.map((request) => request.headers['x-trace'])).toEqual(['t', 't', 't', 't'])
  })

  it('name a write by a key, and no read', async () => {
    await using server = await startLoopbackServer((_request, response) => answerJson(response, { executionId: 'e' }))
    const { workflows } = clientOf(server.baseUrl)
    await workflows.executeWorkflow(1, {}, { idempotencyKey: 'nightly 2026-11-26' })
    await workflows.describeWorkflow(1, { idempotencyKey: 'k' })
    expect(server.requests.map(({ headers }) => headers['idempotency-key'])).toEqual(['nightly 2026-11-26', undefined])
  })
})

describe('a write with a key', () => {
  it('is sent again, under the same key, when it was cut off or still goes on', async () => {
    const goesOn = { 'retry-after': '0' }
    await using server = await startLoopbackServer(
      inTurn(
        (_request, response) => response.destroy(),
        (_request, response) => answerJson(response, { code: 'conflict', detail: 'goes on' }, 409, goesOn),
        (_request, response) => answerJson(response, { executionId: 'e' }),
      ),
    )
    const client = createClient({ baseUrl: server.baseUrl, token: 't', retry: { baseDelayMs: 1 } })
    const { executionId } = await client.workflows.executeWorkflow(1, {}, { idempotencyKey: 'k' })
    expect(executionId).toBe('e')
    expect(server.requests.map(({ headers }) => headers['idempotency-key'])).toEqual(['k', 'k', 'k'])
  })
})

describe('a list', () => {
  it('stops asking when it has what was wanted', async () => {
    await using server = await startLoopbackServer(({ url }, response) => {
      const first = Number(url.searchParams.get('pageNumber')) * 10
      answerJson(response, { images: [{ id: first }, { id: first + 1 }], pageCount: 5 })
    })
    const list = clientOf(server.baseUrl).images.listImages()
    expect(await list.first()).toEqual({ id: 10 })
    expect(server.requests).toHaveLength(1)
    expect((await list.all({ limit: 3 })).map(({ id }) => id)).toEqual([10, 11, 20])
    expect(server.requests).toHaveLength(3)
    expect(await list.all({ limit: 0 })).toEqual([])
    expect(server.requests).toHaveLength(3)
    expect(await list.all()).toHaveLength(10)
  })

  it('that is empty has no first item, and an answer without a page count is the last page', async () => {
    await using server = await startLoopbackServer((_request, response) => answerJson(response, { images: [] }))
    expect(await clientOf(server.baseUrl).images.listImages().first()).toBeNull()
    expect(server.requests).toHaveLength(1)
  })
})

describe('a raw call', () => {
  it('is typed by the name of the operation and returns status, headers, request id and body', async () => {
    await using server = await startLoopbackServer((_request, response) =>
      answerJson(response, { id: 7 }, 201, { 'x-request-id': 'r-1', 'x-more': 'm' }),
    )
    const client = clientOf(server.baseUrl)
    const answer = await client.raw('createWorkflow', { body: { name: 'w', steps: {} } })
    expectTypeOf(answer.body.id).toEqualTypeOf<number>()
    expect([answer.status, answer.requestId, answer.headers.get('x-more'), answer.body]).toEqual([
      201,
      'r-1',
      'm',
      { id: 7 },
    ])
    // @ts-expect-error the operation has a path parameter
    await expect(client.raw('describeWorkflow')).rejects.toThrow('workflowId must be given')
    await client.raw('listImages')
  })

  it('of bytes gives a download', async () => {
    await using server = await startLoopbackServer((_request, response) => response.end('zip'))
    const params = { artifactId: 'a' }
    const { body } = await clientOf(server.baseUrl).raw('downloadArtifact', { params })
    expectTypeOf(body).toEqualTypeOf<Download>()
    expect(await new Response(body.stream).text()).toBe('zip')
  })

  it('that is refused throws, with the whole answer as the cause', async () => {
    const refusal = { code: 'already_running', detail: 'run e is live', requestId: 'r', errors: [] }
    await using server = await startLoopbackServer((_request, response) => answerJson(response, refusal, 409))
    const refused = clientOf(server.baseUrl).raw('executeWorkflow', { params: { workflowId: 1 }, body: {} })
    await expect(refused).rejects.toBeInstanceOf(ConflictError)
    await expect(refused).rejects.toMatchObject({ code: 'already_running', cause: refusal })
  })
})

describe('a patch of a workflow', () => {
  const time = '2026-01-01T00:00:00.000Z'
  const workflow: WorkflowDetails = {
    id: 1,
    name: 'nightly',
    createdAt: time,
    updatedAt: time,
    status: 'Available',
    tags: [{ name: 'a' }],
    watchers: [],
    triggers: [{ cron: '0 0 * * *', timezone: 'Europe/London', scheduled: time, nextRuns: [time] }],
    steps: {
      train: {
        type: 'standard',
        parents: [],
        imageId: 1,
        imageName: 'python',
        imageVersion: '1.0.0',
        command: 'python train.py',
        parameters: { env: [{ KEY: 'value' }, { MODE: 'fast' }], secrets: ['token'] },
      },
      call: { type: 'http', parents: ['train'], url: 'https://example.com' },
    },
  }

  it('keeps what it does not name, in the form in which workflows are written', () => {
    expect(patchedWorkflow(workflow, { name: 'daily' })).toEqual({
      name: 'daily',
      tags: [{ name: 'a' }],
      watchers: [],
      triggers: [{ cron: '0 0 * * *', timezone: 'Europe/London' }],
      steps: {
        train: {
          type: 'standard',
          parents: [],
          imageId: 1,
          command: 'python train.py',
          parameters: { env: { KEY: 'value', MODE: 'fast' }, secrets: ['token'] },
        },
        call: { type: 'http', parents: ['train'], url: 'https://example.com' },
      },
    })
  })

  it('merges maps, replaces lists, adds steps, and lets a step win over what goes into every step', () => {
    const { steps, tags } = patchedWorkflow(workflow, {
      tags: [],
      everyStep: { stepTimeout: 60, command: 'python all.py' },
      stepNames: ['train'],
      steps: {
        train: { command: 'python slow.py', parameters: { env: { MODE: 'slow' }, secrets: [] } },
        extra: { type: 'sql', sqlQueryPath: 'a.sql', parents: ['call'] },
      },
    })
    expect(tags).toEqual([])
    expect(steps).toMatchObject({
      train: {
        stepTimeout: 60,
        command: 'python slow.py',
        parameters: { env: { KEY: 'value', MODE: 'slow' }, secrets: [] },
      },
      call: { url: 'https://example.com' },
      extra: { type: 'sql', sqlQueryPath: 'a.sql', parents: ['call'] },
    })
    expect(steps['call']).not.toHaveProperty('stepTimeout')
  })

  it('keeps what it does not name of metadata and of retry options', () => {
    const limited = { ...workflow, metadata: { allowConcurrentExecution: true }, retryOptions: { duration: 5 } }
    const patch = { metadata: { workflowTimeout: 600 }, retryOptions: { numberOfRetries: 2 } }
    expect(patchedWorkflow(limited, patch)).toMatchObject({
      metadata: { allowConcurrentExecution: true, workflowTimeout: 600 },
      retryOptions: { duration: 5, numberOfRetries: 2 },
    })
  })

  it('names the step that is not there', () => {
    expect(() => patchedWorkflow(workflow, { everyStep: {}, stepNames: ['trian'] })).toThrow(
      'stepNames: workflow nightly has no step trian',
    )
  })

  it('is one read and one write', async () => {
    await using server = await startLoopbackServer((_request, response) => answerJson(response, workflow))
    await clientOf(server.baseUrl).workflows.patchWorkflow(1, { name: 'daily' })
    expect(server.requests.map(({ method }) => method)).toEqual(['GET', 'PUT'])
  })
})
