/** A server that deletes and describes images until it is killed at a named point. Arguments: database URL, object directory, point. */
import { createFakeDriver } from '@cairn/driver'
import { openDatabase, openHints, openLocalObjectStore } from '@cairn/store'
import { killAt, silentLogger } from '@cairn/testkit'
import { createImageReconciler } from '../../src/image/image-reconciler.ts'
import { startReconcileLoop } from '../../src/reconcile/start-reconcile-loop.ts'
import { quickTimes } from '../build/quick-times.ts'

const [url = '', directory = '', point = ''] = process.argv.slice(2)
const onError = (): void => undefined
const database = openDatabase({ url, maxConnections: 3, applicationName: 'dies', onError })
const hints = openHints({ url, applicationName: 'dies', onError })
const reconciler = createImageReconciler({
  database,
  driver: createFakeDriver({ clock: Date }),
  objectStore: await openLocalObjectStore(directory),
  installationId: 'test',
  logger: silentLogger,
  crashPoints: killAt(point),
})
startReconcileLoop({ database, hints, reconcilers: [reconciler], logger: silentLogger, times: quickTimes })
