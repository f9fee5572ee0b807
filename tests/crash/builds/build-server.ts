/** A server that builds on a real container engine until it is killed. Its only argument is JSON, {@link BuildServerOptions}. */
import { join } from 'node:path'
import { createDockerDriver, createDockerImageBuilder } from '@cairn/driver-docker'
import { createGitRepositories, startReconcilers } from '@cairn/engine'
import { noCrashPoints } from '@cairn/domain'
import { openDatabase, openHints, openLocalObjectStore } from '@cairn/store'
import { killAt, openTestCipher, silentLogger, testProgramEnvironment } from '@cairn/testkit'

export interface BuildServerOptions {
  readonly url: string
  /** Of stored objects, and of files that live as long as a build. */
  readonly directory: string
  readonly installation: string
  readonly dockerHost: string
  /** Where it kills itself; null = it lives on. */
  readonly point: string | null
}

const options: BuildServerOptions = JSON.parse(process.argv[2] ?? '')
const { url, directory, installation, dockerHost, point } = options
const onError = (): void => undefined
const database = openDatabase({ url, maxConnections: 4, applicationName: 'build server', onError })
const env = testProgramEnvironment()
startReconcilers({
  resolveTxt: () => Promise.resolve([]),
  vouchedDomains: [],
  database,
  hints: openHints({ url, applicationName: 'build server', onError }),
  driver: createDockerDriver({ installation, dockerHost, logger: silentLogger }),
  builder: createDockerImageBuilder({
    installation,
    dockerHost,
    env,
    temporaryDirectory: join(directory, 'temporary'),
  }),
  objectStore: await openLocalObjectStore(join(directory, 'objects')),
  repositories: createGitRepositories({
    path: env.PATH,
    temporaryDirectory: join(directory, 'temporary'),
    egressAllow: ['127.0.0.1'],
  }),
  secretCipher: await openTestCipher(database),
  temporaryDirectory: join(directory, 'temporary'),
  installationId: installation,
  clock: Date,
  crashPoints: point === null ? noCrashPoints : killAt(point),
  logger: silentLogger,
  egressAllow: [],
  mail: null,
  registry: null,
  publicUrl: 'http://127.0.0.1:1',
  machine: () => null,
  settings: { times: { leaseMs: 2000, renewEveryMs: 250, pollMs: 50, stopGraceMs: 5000 } },
})
