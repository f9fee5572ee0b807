/** A secret is used in every place that takes one, by steps that do their best to show it; then it is looked for. */
import { type Route, routes } from '@cairn/contract'
import type { FollowedEvent } from '@cairn/sdk'
import { HttpReceiver } from '@cairn/testkit'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { dumpDatabase, filesUnder, formsIn, formsOf } from './canary-search.ts'
import { type CanaryServer, openCanaryServer } from './canary-server.ts'
import type { ServerProcess } from './server-process.ts'

const canary = 'cnry/7f3a+91&x="q" é~'
/** What the OAuth server gives for it. */
const accessToken = 'accs-tkn/55+ab=='

let canaryServer: CanaryServer
let server: ServerProcess
let receiver: HttpReceiver

beforeAll(async () => {
  canaryServer = await openCanaryServer()
  server = canaryServer.server
  receiver = await HttpReceiver.open()
  receiver.answer = ({ method, path, headers, body }, response) => {
    const answer = path === '/token' ? { access_token: accessToken, expires_in: 3600 } : { method, path, headers, body }
    response.writeHead(path.startsWith('/refuse') ? 500 : 200).end(JSON.stringify(answer))
  }
})
afterAll(async () => {
  await canaryServer.dispose()
  await receiver.close()
})

const forms = [canary, accessToken].flatMap(formsOf)
const shownIn = (text: string): string[] => formsIn(text, forms)

const show = [
  'echo "$CANARY"',
  'printf %s "$CANARY_CUSTOM" | base64 -w0; echo',
  'printf x%s "$CANARY" | base64 -w8',
  'printf %s "$CANARY" | od -An -tx1 | tr -d " \\n"; echo',
  'printf %s "$CANARY" > out.txt',
  'env',
].join('; ')

async function runEverything(): Promise<Readonly<Record<string, string>>> {
  const { images, secrets, workflows } = server.client
  await secrets.createSecret('canary', 'a value of before')
  await secrets.rotateSecret('canary', canary)
  const { imageId, buildId } = await images.createImage({
    name: 'base',
    type: 'workflow',
    buildDetails: { source: 'dockerfile', dockerfile: 'FROM debian:bookworm-slim\n' },
  })
  await images.waitForBuild(imageId, buildId)
  const { url } = receiver
  const call = (fields: object) => ({
    type: 'http' as const,
    method: 'post' as const,
    url: `${url}/call`,
    outputParameters: { answer: 'response.txt' },
    ...fields,
  })
  const listed = { parameters: { secrets: ['canary'] } }
  const printing = { imageId, command: show, outputParameters: { shown: 'out.txt' }, ...listed }
  const { id: workflowId } = await workflows.createWorkflow({
    name: 'canary',
    watchers: [
      {
        events: { success: true, fail: true },
        webhook: { name: 'w', url: `${url}/watch`, payload: '{"why":"{{reason}}"}' },
      },
    ],
    steps: {
      prints: printing,
      inherits: { imageId, command: 'env', parents: ['prints'], parameters: { inherit: { GIVEN: 'shown' } } },
      fails: {
        ...printing,
        command: `${show}; echo "$CANARY" >&2; exit 3`,
        runConfiguration: { retryOptions: { numberOfRetries: 1, duration: 1 } },
      },
      templates: call({ url: `${url}/call/{{canary}}?q={{CANARY_CUSTOM}}`, payload: '{{CANARY}}', ...listed }),
      unlisted: call({ payload: '{"secret": "{{CANARY_CUSTOM}}"}' }),
      basic: call({ auth: { type: 'basic', username: 'me', password: 'canary' } }),
      oauth: call({ auth: { type: 'oauth', clientId: 'canary', clientSecret: 'canary', authUrl: `${url}/token` } }),
      refused: call({ url: `${url}/refuse/{{canary}}`, ...listed }),
      nowhere: call({ url: 'http://127.0.0.1:1/{{canary}}', ...listed }),
      header: call({ headers: { secrets: { 'X-Key': 'plain-canary' } } }),
    },
  })
  const { executionId } = await workflows.executeWorkflow(workflowId)
  const run = await workflows.waitForExecution(workflowId, executionId)
  expect(
    run.steps
      .filter(({ status }) => status === 'Success')
      .map(({ name }) => name)
      .toSorted(),
  ).toEqual(['basic', 'header', 'inherits', 'oauth', 'prints', 'templates', 'unlisted'])
  return { workflowId: String(workflowId), executionId, imageId: String(imageId), buildId: String(buildId) }
}

/** What followers of events are told, until the signal. */
async function everyEvent(signal: AbortSignal): Promise<string> {
  const told: FollowedEvent[] = []
  try {
    for await (const event of server.client.events.follow({ signal })) told.push(event)
  } catch (error) {
    if (!signal.aborted) throw error
  }
  return JSON.stringify(told)
}

/** What every route that reads answers, for each step where it asks for one. */
async function everyAnswer(ids: Readonly<Record<string, string>>, steps: readonly string[]): Promise<string> {
  const reading = Object.values(routes).filter(
    ({ method, response }: Route) => method === 'GET' && response.kind !== 'events',
  )
  const texts: string[] = []
  for (const { path } of reading) {
    const filled = path.replaceAll(/\{(\w+)\}/g, (_all, name: string) => ids[name] ?? '1')
    const queries =
      path.includes('/logs') && path.includes('execution') ? steps.map((step) => `?stepName=${step}`) : ['']
    for (const query of queries) {
      const answer = await fetch(`${server.baseUrl}${filled}${query}`, { headers: { authorization: server.token } })
      expect([path, answer.status < 500 || answer.status === 501]).toEqual([path, true])
      const text = await answer.text()
      texts.push(`${path}${query} ${text}`)
      const link = /"downloadUrl":"([^"]+)"/.exec(text)?.[1]
      if (link !== undefined) texts.push(`${link} ${await (await fetch(link)).text()}`)
    }
  }
  for (const path of ['/metrics', '/readyz']) texts.push(await (await fetch(`${server.baseUrl}${path}`)).text())
  return texts.join('\n')
}

it('A secret is nowhere but where it was sent', async () => {
  await server.client.secrets.createSecret('plain-canary', canary.slice(0, 12))
  const ended = new AbortController()
  const events = everyEvent(ended.signal)
  const ids = await runEverything()
  const { steps } = await server.client.workflows.getExecutionDetails(
    Number(ids['workflowId']),
    ids['executionId'] ?? '',
  )
  const sent = JSON.stringify(receiver.calls)
  expect(shownIn(sent)).toContain(encodeURIComponent(canary))
  expect(receiver.calls.some(({ headers }) => headers['x-key'] === canary.slice(0, 12))).toBe(true)
  expect(receiver.calls.some(({ headers }) => headers.authorization === `Bearer ${accessToken}`)).toBe(true)
  ended.abort()
  const places = {
    events: await events,
    answers: await everyAnswer(
      ids,
      steps.map(({ name }) => name),
    ),
    database: await dumpDatabase(canaryServer.databaseUrl),
    dataDirectory: await filesUnder(server.dataDirectory),
    serverLog: server.output(),
    watcher: JSON.stringify(receiver.calls.filter(({ path }) => path === '/watch')),
  }
  expect(places.events).toContain('execution')
  expect(places.answers).toContain('***')
  expect(places.database).toContain('***')
  expect(places.watcher).toContain('fail')
  const found = Object.entries(places).map(([place, text]) => [place, shownIn(text)])
  expect(Object.fromEntries(found)).toEqual({
    events: [],
    answers: [],
    database: [],
    dataDirectory: [],
    serverLog: [],
    watcher: [],
  })
})
