/** One engine process of the crash suite. Its only argument is JSON, {@link WorkerOptions}. */
import { writeSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type CrashPoints, noCrashPoints } from '@cairn/domain'
import { createGitRepositories, startExecutionEngine } from '@cairn/engine'
import {
  createSecretCipher,
  type Database,
  LocalObjectStore,
  openDatabase,
  openHints,
  openWarehouses,
  type SecretCipher,
} from '@cairn/store'
import { killAt, killAtRandom, silentLogger } from '@cairn/testkit'
import { crashSettings } from './crash-settings.ts'
import { frozenSign } from './frozen-sign.ts'
import { createStoredEngine } from './stored-engine.ts'

export interface WorkerOptions {
  readonly url: string
  readonly fate: Fate
}

export type Fate =
  | { readonly kind: 'lives' }
  | { readonly kind: 'dies_at'; readonly point: string }
  | { readonly kind: 'dies_at_random'; readonly probability: number }
  /** Stops itself (SIGSTOP) at the n-th passage of the point, after it has said so, and goes on when it is let. */
  | { readonly kind: 'freezes_at'; readonly point: string; readonly passage: number }

function crashPointsOf(fate: Fate): CrashPoints {
  switch (fate.kind) {
    case 'lives':
      return noCrashPoints
    case 'dies_at':
      return killAt(fate.point)
    case 'dies_at_random':
      return killAtRandom(fate.probability)
    case 'freezes_at':
      return freezeAt(fate.point, fate.passage)
    default:
      return fate satisfies never
  }
}

function freezeAt(point: string, passage: number): CrashPoints {
  let passages = 0
  return {
    reach: (name) => {
      if (name === point) passages += 1
      if (name !== point || passages !== passage) return
      writeSync(1, frozenSign)
      process.kill(process.pid, 'SIGSTOP')
    },
  }
}

/** No step of the suite uses them, so neither a database nor a directory is made. */
function noWarehouses(database: Database, cipher: SecretCipher, serverUrl: string) {
  return {
    warehouses: openWarehouses({
      database,
      cipher,
      installationId: 'crash',
      serverUrl,
      ownsServer: false,
      onWarning: () => undefined,
    }),
    objectStore: new LocalObjectStore(join(tmpdir(), 'cairn-crash-objects')),
    repositories: createGitRepositories({ path: '', temporaryDirectory: tmpdir(), egressAllow: [] }),
  }
}

function main(): void {
  const { url, fate }: WorkerOptions = JSON.parse(process.argv[2] ?? '')
  const ignore = () => undefined
  const database = openDatabase({ url, maxConnections: 8, applicationName: 'crash-worker', onError: ignore })
  const cipher = createSecretCipher([Buffer.alloc(32, 'key of the crash suite')])
  const engine = openDatabase({ url, maxConnections: 4, applicationName: 'crash-engine', onError: ignore })
  startExecutionEngine({
    database,
    hints: openHints({ url, applicationName: 'crash-hints', onError: ignore }),
    driver: createStoredEngine(engine.pool),
    installationId: 'crash',
    secretCipher: cipher,
    ...noWarehouses(database, cipher, url),
    logger: silentLogger,
    clock: { now: () => Date.now() },
    crashPoints: crashPointsOf(fate),
    egressAllow: ['127.0.0.1'],
    settings: crashSettings,
  })
}

main()
