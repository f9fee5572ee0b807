/** One engine process of the crash suite. Its only argument is JSON, {@link WorkerOptions}. */
import { type CrashPoints, noCrashPoints } from '@cairn/domain'
import { defaultExecutionSettings, startExecutionEngine } from '@cairn/engine'
import { openDatabase, openHints } from '@cairn/store'
import { killAt, killAtRandom, silentLogger } from '@cairn/testkit'
import { createStoredEngine } from './stored-engine.ts'

export interface WorkerOptions {
  readonly url: string
  readonly death:
    | { readonly kind: 'never' }
    | { readonly kind: 'at'; readonly point: string }
    | { readonly kind: 'random'; readonly probability: number }
}

/** Short, so that a take-over costs a second; long beside the pauses of a busy machine. */
export const crashSettings = {
  ...defaultExecutionSettings,
  leaseMs: 1500,
  renewEveryMs: 300,
  pollMs: 50,
  claimBatch: 10,
  resyncMs: 500,
}

function crashPointsOf(death: WorkerOptions['death']): CrashPoints {
  if (death.kind === 'never') return noCrashPoints
  return death.kind === 'at' ? killAt(death.point) : killAtRandom(death.probability)
}

function main(): void {
  const { url, death }: WorkerOptions = JSON.parse(process.argv[2] ?? '')
  const ignore = () => undefined
  const database = openDatabase({ url, maxConnections: 8, applicationName: 'crash-worker', onError: ignore })
  const engine = openDatabase({ url, maxConnections: 4, applicationName: 'crash-engine', onError: ignore })
  startExecutionEngine({
    database,
    hints: openHints({ url, applicationName: 'crash-hints', onError: ignore }),
    driver: createStoredEngine(engine.pool),
    installationId: 'crash',
    logger: silentLogger,
    clock: { now: () => Date.now() },
    crashPoints: crashPointsOf(death),
    egressAllow: ['127.0.0.1'],
    settings: crashSettings,
  })
}

main()
