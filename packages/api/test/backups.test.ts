import { completeBackup, endProof, failBackup, startBackup } from '@cairn/store'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type ApiFixture, createApiFixture, numberIn } from './api-fixture.ts'

const policy = { schedule: { cron: '0 2 * * *', timezone: 'UTC' }, keep: 7, retryMs: 3_600_000 }

describe('backups', () => {
  let fixture: ApiFixture
  beforeAll(async () => {
    fixture = await createApiFixture({ backups: { policy, proves: true } })
  })
  afterAll(() => fixture.close())

  it('are listed with the plan, and with what came of restoring them', async () => {
    const id = numberIn(await fixture.call('makeBackup'), 'id')
    await startBackup(fixture.database.db, id, 'cairn-0197c2d0-2026-05-01T02-00-00Z.tgz')
    await completeBackup(fixture.database.db, id, 1234)
    await endProof(fixture.database.db, id, { kind: 'proven', rows: 10, objects: 2 })
    const { body } = await fixture.call('listBackups')
    expect(body).toMatchObject({
      plan: { schedule: '0 2 * * *', keep: 7, isProven: true, nextAt: expect.stringMatching(/T02:00:00.000Z$/) },
      backups: [
        {
          id,
          status: 'completed',
          startedBy: 'request',
          sizeBytes: 1234,
          isKept: true,
          error: null,
          proof: { status: 'proven', error: null, rows: 10, objects: 2 },
        },
      ],
      backupCount: 1,
    })
  })

  it('are told to be in trouble as long as the newest failed', async () => {
    const id = numberIn(await fixture.call('makeBackup'), 'id')
    await failBackup(fixture.database.db, id, 'the disk is full')
    const trouble = async (): Promise<unknown> => (await fixture.call('listBackups')).body['trouble']
    expect(await trouble()).toMatch(/^the newest backup failed: the disk is full; the last good one is of \d{4}-/)
    const next = numberIn(await fixture.call('makeBackup'), 'id')
    await startBackup(fixture.database.db, next, 'cairn-0197c2d0-2026-05-02T02-00-00Z.tgz')
    await completeBackup(fixture.database.db, next, 1)
    expect(await trouble()).toBeNull()
  })

  it('are made one at a time', async () => {
    expect((await fixture.call('makeBackup')).status).toBe(202)
    const second = await fixture.call('makeBackup')
    expect(second.status).toBe(409)
    expect(second.text).toContain('a backup is being made')
  })
})

describe('an installation without a directory for backups', () => {
  let fixture: ApiFixture
  beforeAll(async () => {
    fixture = await createApiFixture()
  })
  afterAll(() => fixture.close())

  it('has no plan, and says what to set when one is asked for', async () => {
    expect((await fixture.call('listBackups')).body).toMatchObject({ plan: null, backups: [] })
    const refused = await fixture.call('makeBackup')
    expect(refused.status).toBe(409)
    expect(refused.text).toContain('CAIRN_BACKUP_DIRECTORY')
  })
})
