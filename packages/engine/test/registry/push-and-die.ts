/** A server that pushes images until it is killed at a named point. Arguments: database URL, point. */
import { createFakeDriver } from '@cairn/driver'
import { openDatabase, openHints } from '@cairn/store'
import { killAt, silentLogger } from '@cairn/testkit'
import { startReconcileLoop } from '../../src/reconcile/start-reconcile-loop.ts'
import { createPushReconciler } from '../../src/registry/push-reconciler.ts'
import { quickTimes } from '../build/quick-times.ts'
import { testRegistry } from './test-registry.ts'

const [url = '', point = ''] = process.argv.slice(2)
const onError = (): void => undefined
const database = openDatabase({ url, maxConnections: 3, applicationName: 'dies', onError })
const hints = openHints({ url, applicationName: 'dies', onError })
const reconciler = createPushReconciler({
  database,
  driver: createFakeDriver({ clock: Date }),
  registry: testRegistry,
  installationId: 'test',
  logger: silentLogger,
  crashPoints: killAt(point),
})
startReconcileLoop({ database, hints, reconcilers: [reconciler], logger: silentLogger, times: quickTimes })
