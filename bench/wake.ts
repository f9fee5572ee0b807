/**
 * The first request through the gateway to a web app that rests, in rounds that alternate with the engine's own command
 * on an equal container and the same request sent to it directly: from frozen beside `docker unpause`, from sleep beside
 * `docker start`, which is followed by the app's own boot until its first answer. Each goes first in every other round.
 */
import { execFile } from 'node:child_process'
import { get } from 'node:http'
import { loadavg } from 'node:os'
import { setTimeout as pause } from 'node:timers/promises'
import { promisify } from 'node:util'
import { findOwnedObjects } from '../scripts/container-engine/list-owned-objects.ts'
import { containersOf, type ServerProcess } from '../tests/e2e/server-process.ts'
import { buildImage } from './container-latency.ts'
import type { Place } from './place.ts'
import { type Summary, summarise } from './summary.ts'

const rounds = 15
const serviceName = 'bench'
const [program, ...programArguments] = ['perl', 'server.pl'] as const
const peer = 'cairn-bench-wake'
/** As soon as the server allows it. */
const settings = { CAIRN_FREEZE_AFTER_SECONDS: '1', CAIRN_SLEEP_AFTER_SECONDS: '1' }
const run = promisify(execFile)

export interface WakeLatency {
  /** Milliseconds from sending the first request to its answer. */
  readonly frozen: Summary
  /** Milliseconds from starting `docker unpause` to the answer to the same request, sent directly. */
  readonly dockerUnpause: Summary
  /** Per round: Cairn over `docker unpause`. */
  readonly ratioFrozen: Summary
  /** Milliseconds from sending the first request to its answer, from sleep. */
  readonly asleep: Summary
  /** Milliseconds from starting `docker start` to the first answer of the app. */
  readonly dockerStart: Summary
  /** Per round: milliseconds that Cairn takes over `docker start` and the app's boot. */
  readonly overDockerStart: Summary
  /** Average number of processes that wanted a core, before and after. */
  readonly load: readonly [before: number, after: number]
}

export async function measureWake(place: Place): Promise<WakeLatency> {
  const server = await place.server(settings)
  await server.start()
  const before = loadavg()[0] ?? Number.NaN
  const serviceId = await createWebApp(server, await buildImage(server))
  const port = await place.freePort()
  try {
    await createPeer(server, port)
    const contenders = { server, serviceId, port }
    const frozen: Pair[] = []
    const asleep: Pair[] = []
    for (let round = 0; round < rounds; round += 1) {
      frozen.push(await inTurn(contenders, 'frozen', round))
      asleep.push(await inTurn(contenders, 'asleep', round))
    }
    return {
      frozen: summarise(frozen.map(({ cairnMs }) => cairnMs)),
      dockerUnpause: summarise(frozen.map(({ dockerMs }) => dockerMs)),
      ratioFrozen: summarise(frozen.map(({ cairnMs, dockerMs }) => cairnMs / dockerMs)),
      asleep: summarise(asleep.map(({ cairnMs }) => cairnMs)),
      dockerStart: summarise(asleep.map(({ dockerMs }) => dockerMs)),
      overDockerStart: summarise(asleep.map(({ cairnMs, dockerMs }) => cairnMs - dockerMs)),
      load: [before, loadavg()[0] ?? Number.NaN],
    }
  } finally {
    await docker(server, ['rm', '--force', peer])
  }
}

interface Contenders {
  readonly server: ServerProcess
  readonly serviceId: string
  /** Where the peer's app answers. */
  readonly port: number
}

interface Pair {
  readonly cairnMs: number
  readonly dockerMs: number
}

const rests = {
  frozen: { peerRests: ['pause', peer], peerGoesOn: ['unpause', peer] },
  asleep: { peerRests: ['stop', '--time', '0', peer], peerGoesOn: ['start', peer] },
} as const

/** Both rest before either is measured, so that neither pays for the other's end. */
async function inTurn({ server, serviceId, port }: Contenders, rest: keyof typeof rests, round: number): Promise<Pair> {
  const { peerRests, peerGoesOn } = rests[rest]
  await docker(server, peerRests)
  await untilState(server, serviceId, rest)
  const cairn = () => timed(() => ask(server.port, `${serviceName}.localhost:${server.port}`))
  const engineAlone = () =>
    timed(async () => {
      await docker(server, peerGoesOn)
      await untilAnswered(port)
    })
  const early = round % 2 === 0 ? await cairn() : null
  const dockerMs = await engineAlone()
  return { cairnMs: early ?? (await cairn()), dockerMs }
}

async function timed(act: () => Promise<void>): Promise<number> {
  const startedAt = performance.now()
  await act()
  return performance.now() - startedAt
}

/** As a script's, on a connection of its own; rejects unless the answer is 200. */
function ask(port: number, host: string): Promise<void> {
  return new Promise((resolve, reject) => {
    const asked = get({ host: '127.0.0.1', port, agent: false, headers: { host } }, (answer) => {
      answer.resume().once('end', () => {
        if (answer.statusCode === 200) resolve()
        else reject(new Error(`answered ${answer.statusCode}`))
      })
      answer.once('error', reject)
    })
    asked.once('error', reject)
  })
}

/** The engine accepts connections to a published port before the app listens, and closes them. */
async function untilAnswered(port: number): Promise<void> {
  for (;;) {
    try {
      return await ask(port, 'localhost')
    } catch {
      await pause(2)
    }
  }
}

async function untilState(server: ServerProcess, serviceId: string, state: 'frozen' | 'asleep'): Promise<void> {
  while ((await server.client.services.describeService(serviceId)).state !== state) await pause(200)
  const wanted = state === 'asleep' ? 0 : 1
  while ((await containersOf(server, 'service')).length !== wanted) await pause(200)
  // What comes with the freeze or the removal is over.
  await pause(500)
}

async function createWebApp({ client }: ServerProcess, imageId: number): Promise<string> {
  const { id } = await client.services.createService({
    name: serviceName,
    imageDetails: { imageId },
    serviceType: 'web-app',
    scaleToZero: true,
    access: 'public',
    entrypoint: [program, ...programArguments].join('\n'),
  })
  await client.services.waitForService(id)
  return id
}

/** A container like the one that Cairn has made for the service, whose port on this machine stays the same. */
async function createPeer(server: ServerProcess, port: number): Promise<void> {
  const owned = await findOwnedObjects(server.dockerHost, server.installation())
  const model = owned.find(({ kind, name }) => kind === 'container' && name.includes('-service-'))
  if (model === undefined) throw new Error('the service has no container')
  const { Config, HostConfig } = await inspect(server, model.name)
  const inner = Config.Env.find((line) => line.startsWith('PORT='))?.slice('PORT='.length)
  await docker(server, [
    'create',
    '--init',
    `--name=${peer}`,
    `--network=${HostConfig.NetworkMode}`,
    `--publish=127.0.0.1:${port}:${inner}`,
    `--memory=${HostConfig.Memory}`,
    `--memory-swap=${HostConfig.Memory}`,
    `--cpus=${HostConfig.NanoCpus / 1e9}`,
    `--pids-limit=${HostConfig.PidsLimit}`,
    '--cap-drop=ALL',
    ...HostConfig.CapAdd.map((name) => `--cap-add=${name}`),
    '--security-opt=no-new-privileges',
    ...Config.Env.map((line) => `--env=${line}`),
    `--entrypoint=${program}`,
    Config.Image,
    ...programArguments,
  ])
  await docker(server, ['start', peer])
  await untilAnswered(port)
}

interface Inspected {
  readonly Config: { readonly Env: readonly string[]; readonly Image: string }
  readonly HostConfig: {
    readonly NetworkMode: string
    readonly Memory: number
    readonly NanoCpus: number
    readonly PidsLimit: number
    readonly CapAdd: readonly string[]
  }
}

async function inspect(server: ServerProcess, name: string): Promise<Inspected> {
  const [found] = JSON.parse(await docker(server, ['inspect', name])) as Inspected[]
  if (found === undefined) throw new Error(`no container ${name}`)
  return found
}

/** Answers what it printed. */
async function docker({ dockerHost }: ServerProcess, args: readonly string[]): Promise<string> {
  const environment = { PATH: process.env['PATH'], DOCKER_HOST: dockerHost }
  return (await run('docker', [...args], { env: environment })).stdout
}
