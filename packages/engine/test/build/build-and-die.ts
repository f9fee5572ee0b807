/** A server that builds until it is killed at a named point. Arguments: database URL, object directory, point. */
import { join } from 'node:path'
import { createFakeDriver, createFakeImageBuilder } from '@cairn/driver'
import { openDatabase, openHints, openLocalObjectStore } from '@cairn/store'
import { killAt, openTestCipher, silentLogger, testProgramEnvironment } from '@cairn/testkit'
import { createBuildReconciler } from '../../src/build/build-reconciler.ts'
import { defaultBuildSettings } from '../../src/build/build-settings.ts'
import { startReconcileLoop } from '../../src/reconcile/start-reconcile-loop.ts'
import { createGitRepositories } from '../../src/repository/git-repositories.ts'
import { quickTimes } from './quick-times.ts'

const [url = '', directory = '', point = ''] = process.argv.slice(2)
const onError = (): void => undefined
const database = openDatabase({ url, maxConnections: 3, applicationName: 'dies', onError })
const hints = openHints({ url, applicationName: 'dies', onError })
const crashPoints = killAt(point)
const driver = createFakeDriver({ clock: Date })
const builder = createFakeImageBuilder(driver, () => {
  crashPoints.reach('builder.building')
  return { lines: ['built by the one that dies'] }
})
const reconciler = createBuildReconciler({
  database,
  hints,
  builder,
  driver,
  crashPoints,
  objectStore: await openLocalObjectStore(directory),
  secretCipher: await openTestCipher(database),
  repositories: createGitRepositories({
    path: testProgramEnvironment().PATH,
    temporaryDirectory: join(directory, 'repositories'),
    egressAllow: [],
  }),
  temporaryDirectory: join(directory, 'contexts'),
  installationId: 'test',
  registry: null,
  clock: Date,
  logger: silentLogger,
  settings: defaultBuildSettings,
})
startReconcileLoop({ database, hints, reconcilers: [reconciler], logger: silentLogger, times: quickTimes })
