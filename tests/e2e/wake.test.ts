/** Many first requests at once to a web app that rests, on a real container engine. */
import { get } from 'node:http'
import { join } from 'node:path'
import { zipFolder } from '@cairn/sdk/node'
import { eventually } from '@cairn/testkit'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { engineRequest } from '../../scripts/container-engine/engine-request.ts'
import { findOwnedObjects } from '../../scripts/container-engine/list-owned-objects.ts'
import { containersOf, createServerProcess, type ServerProcess } from './server-process.ts'

const folder = join(import.meta.dirname, 'fixtures/echo-service')
const within = { timeoutMs: 60_000, everyMs: 100 }
const many = 500

let server: ServerProcess
let serviceId: string
beforeAll(async () => {
  server = await createServerProcess({ CAIRN_FREEZE_AFTER_SECONDS: '1', CAIRN_SLEEP_AFTER_SECONDS: '1' })
  await server.start()
  const { images, services } = server.client
  const { imageId, buildId } = await images.createImage({ name: 'echo', type: 'webapp' }, await zipFolder(folder))
  await images.waitForBuild(imageId, buildId)
  const { id } = await services.createService({
    name: 'echo',
    imageDetails: { imageId },
    serviceType: 'web-app',
    scaleToZero: true,
    access: 'public',
    entrypoint: 'perl\nserver.pl',
  })
  await services.waitForService(id)
  serviceId = id
})
afterAll(() => server.dispose())

/** Status and body, or the error's code. */
function ask(): Promise<string> {
  const headers = { host: `echo.localhost:${server.port}` }
  return new Promise((resolve) => {
    get({ host: '127.0.0.1', port: server.port, agent: false, headers }, (answer) => {
      let body = ''
      answer.setEncoding('utf8').on('data', (chunk: string) => {
        body += chunk
      })
      answer.once('end', () => resolve(`${answer.statusCode} ${body}`))
    }).once('error', (error) => resolve(error.message))
  })
}

const askAll = (): Promise<readonly string[]> => Promise.all(Array.from({ length: many }, ask))

async function untilRests(state: 'frozen' | 'asleep'): Promise<void> {
  await eventually(async () => {
    expect((await server.client.services.describeService(serviceId)).state).toBe(state)
    expect(await containersOf(server, 'service')).toHaveLength(state === 'asleep' ? 0 : 1)
  }, within)
}

/** All answers, and what the engine did meanwhile with containers of this installation, oldest first. */
async function askAllWatched(): Promise<{ answers: readonly string[]; events: readonly string[] }> {
  const since = Date.now()
  const answers = await askAll()
  const filters = JSON.stringify({
    type: ['container'],
    event: ['start', 'unpause'],
    label: [`dev.cairn.installation=${server.installation()}`],
  })
  const query = new URLSearchParams({ since: `${since / 1000}`, until: `${Date.now() / 1000}`, filters })
  const { body } = await engineRequest(server.dockerHost, 'GET', `/events?${query}`)
  const events: { Action: string }[] = body.split('\n').flatMap((line) => (line === '' ? [] : [JSON.parse(line)]))
  return { answers, events: events.map(({ Action }) => Action) }
}

it('answers 500 first requests to a frozen web app with one thaw', async () => {
  await untilRests('frozen')
  const { answers, events } = await askAllWatched()
  expect(answers.filter((answer) => !answer.startsWith('200 hello'))).toEqual([])
  expect(events).toEqual(['unpause'])
})

it('answers 500 first requests to a web app that is asleep with one start', async () => {
  await untilRests('asleep')
  const { answers, events } = await askAllWatched()
  expect(answers.filter((answer) => !answer.startsWith('200 hello'))).toEqual([])
  expect(events).toEqual(['start'])
  const wakes = await server.client.services.listWakes(serviceId).all()
  expect(wakes.map(({ from, outcome }) => `${from} ${outcome}`)).toEqual(['asleep awake', 'frozen awake'])
})

it('answers all of them 503 with the reason when the web app cannot be woken', async () => {
  await untilRests('asleep')
  const owned = await findOwnedObjects(server.dockerHost, server.installation())
  for (const { kind, id } of owned) {
    if (kind === 'image') await engineRequest(server.dockerHost, 'DELETE', `/images/${id}?force=true`)
  }
  const answers = await askAll()
  expect(answers.filter((answer) => !/^503 .*could not be woken: .*image/s.test(answer))).toEqual([])
})
