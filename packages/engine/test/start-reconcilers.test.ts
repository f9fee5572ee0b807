import { noCrashPoints } from '@cairn/domain'
import { eventually, openTestCipher, silentLogger } from '@cairn/testkit'
import { afterAll, expect, test } from 'vitest'
import { startReconcilers } from '../src/start-reconcilers.ts'
import { BuildRig } from './build/build-rig.ts'
import { quickTimes } from './build/quick-times.ts'

const rig = await BuildRig.create()
const secretCipher = await openTestCipher(rig.test.database)
afterAll(() => rig.close())

test('Everything that is reconciled is, until it is stopped, and goes on with the next start', async () => {
  const start = (): ReturnType<typeof startReconcilers> =>
    startReconcilers({
      database: rig.test.database,
      hints: rig.hints,
      driver: rig.driver,
      builder: rig.builder,
      objectStore: rig.objectStore,
      repositories: rig.repositories,
      temporaryDirectory: rig.directory,
      installationId: 'test',
      clock: Date,
      crashPoints: noCrashPoints,
      logger: silentLogger,
      secretCipher,
      egressAllow: [],
      mail: null,
      registry: null,
      publicUrl: 'http://127.0.0.1:7420',
      machine: () => null,
      resolveTxt: () => Promise.resolve([]),
      vouchedDomains: [],
      settings: { times: quickTimes },
    })
  const ask = (): ReturnType<typeof rig.ask> => rig.ask({ details: { source: 'dockerfile', dockerfile: 'FROM x' } })
  const readSweep = async (): Promise<unknown> =>
    rig.test.database.db.selectFrom('work').select(['kind', 'token', 'failures']).where('kind', '=', 'sweep').execute()

  const reconcilers = start()
  const first = await ask()
  await eventually(async () => expect(await rig.read(first)).toMatchObject({ status: 'success' }))
  await eventually(async () => expect(await readSweep()).toEqual([{ kind: 'sweep', token: null, failures: 0 }]))
  await reconcilers.stop()
  const second = await ask()
  expect(await rig.read(second)).toMatchObject({ status: 'queued' })

  const again = start()
  await eventually(async () => expect(await rig.read(second)).toMatchObject({ status: 'success' }))
  await again.stop()
})
