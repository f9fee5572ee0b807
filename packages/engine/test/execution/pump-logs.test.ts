import { noSecretMask } from '@cairn/domain'
import { createFakeDriver } from '@cairn/driver'
import { appendLogLines, readLog } from '@cairn/store'
import { createManualClock, createTestDatabase } from '@cairn/testkit'
import { sql } from 'kysely'
import { afterAll, expect, test } from 'vitest'
import { EngineSilence } from '../../src/execution/container/log-end.ts'
import { pumpLogs } from '../../src/execution/container/pump-logs.ts'
import { stepSpec } from './step-spec.ts'

const clone = await createTestDatabase()
const { db } = clone.database
afterAll(() => clone.drop())

test('A log that is gone on with waits for what is stored of it, when the database cannot tell at first', async () => {
  const clock = createManualClock(Date.now())
  const driver = createFakeDriver({ clock, programs: { work: { output: [{ stream: 'stdout', text: 'one' }] } } })
  const { signal } = new AbortController()
  const spec = stepSpec('cairn-x-step-log')
  await driver.ensure(spec, { signal })
  await driver.wait(spec.name, { signal })
  const stream = 'step:of-an-adopted-run'
  await appendLogLines(db, stream, 1, [{ at: clock.now(), text: 'one' }])

  await sql`alter table log_chunk rename to log_chunk_that_is_away`.execute(db)
  const errors: unknown[] = []
  const onError = (error: unknown): void => {
    errors.push(error)
    void sql`alter table log_chunk_that_is_away rename to log_chunk`.execute(db)
  }
  const silence = new EngineSilence()
  const target = { db, processId: null, stream, resumes: true, mask: noSecretMask, silence, onStored: () => undefined }
  await pumpLogs(driver, spec.name, { ...target, onError }, signal)

  expect(errors).toHaveLength(1)
  const { lines } = await readLog(db, stream, { token: null })
  expect(lines.map(({ text }) => text)).toEqual(['one'])
})
