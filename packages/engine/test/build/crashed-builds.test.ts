import { eventually } from '@cairn/testkit'
import { afterAll, afterEach, expect, test } from 'vitest'
import { type BuildIds, BuildRig } from './build-rig.ts'
import { dieAt } from './die-at.ts'
import { zipOf } from './zip-directory.ts'

const rig = await BuildRig.create()
afterAll(() => rig.close())
afterEach(() => rig.stopLoops())

const context = await zipOf({ Dockerfile: 'FROM debian:bookworm-slim\n' })

async function expectOneSuccess(ids: BuildIds, attempts: number): Promise<string[]> {
  await eventually(
    async () => expect(await rig.read(ids)).toMatchObject({ status: 'success', versionStatus: 'ready', attempts }),
    { timeoutMs: 15_000 },
  )
  const left = rig.test.database.db.selectFrom('work').selectAll().where('kind', '=', 'build')
  await eventually(async () => expect(await left.execute()).toEqual([]))
  expect(await rig.readEvents(ids)).toEqual(['build.success'])
  return rig.readLines(ids)
}

test.each(['build.started', 'build.prepared', 'builder.building', 'build.built', 'build.logged'])(
  'A build whose server is killed at %s is built once more and ends once',
  async (point) => {
    const ids = await rig.ask({ context })
    await dieAt(rig, point)
    expect(await rig.read(ids)).toMatchObject({ status: 'running', attempts: 1 })
    rig.startLoop()
    expect(await expectOneSuccess(ids, 2)).toContain(
      'the server stopped during this build; building again (attempt 2 of 3)',
    )
  },
)

test('A build whose server is killed right after it was finished is not built again', async () => {
  const ids = await rig.ask({ context })
  await dieAt(rig, 'build.finished')
  const asked = rig.builder.requests.length
  rig.startLoop()
  const lines = await expectOneSuccess(ids, 1)
  expect(lines.filter((line) => line.startsWith('built cairn/'))).toHaveLength(1)
  expect(rig.builder.requests.length).toBe(asked)
})

test('A build under which every server dies fails in the end and says why', async () => {
  const ids = await rig.ask({ context })
  for (let death = 0; death < 3; death += 1) await dieAt(rig, 'builder.building')
  rig.startLoop()
  await eventually(async () => expect(await rig.read(ids)).toMatchObject({ status: 'failed', attempts: 3 }), {
    timeoutMs: 15_000,
  })
  expect((await rig.read(ids)).reason).toMatch(/^the server stopped during each of 3 attempts/)
  expect(await rig.readEvents(ids)).toEqual(['build.failed'])
})
