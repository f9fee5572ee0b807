import type { Backup } from '@cairn/sdk'
import { expect, it } from 'vitest'
import { backupFinding } from '../src/doctor/backup-finding.ts'

const made: Backup = {
  id: 1,
  status: 'completed',
  startedBy: 'schedule',
  createdAt: '2026-05-01T02:00:00.000Z',
  startedAt: '2026-05-01T02:00:00.000Z',
  endedAt: '2026-05-01T02:01:00.000Z',
  file: 'cairn-0197c2d0-2026-05-01T02-00-00Z.tgz',
  sizeBytes: 1,
  isKept: true,
  error: null,
  proof: null,
}
const proof = { endedAt: null, error: null, rows: null, objects: null }

it.each([
  ['none has ended yet', [{ ...made, status: 'running' as const }], 'ok', 'none is due'],
  ['the newest is there and was not tried', [made], 'ok', 'the newest is of 2026-05-01'],
  ['it could be restored', [{ ...made, proof: { ...proof, status: 'proven' as const } }], 'ok', 'could be restored'],
  [
    'the newest failed, and one before it is good',
    [{ ...made, status: 'failed' as const, error: 'the disk is full' }, made],
    'failed',
    'the disk is full; the one before it is of 2026-05-01',
  ],
  ['all failed', [{ ...made, status: 'failed' as const, error: 'no' }], 'failed', 'there is none before it'],
  [
    'it cannot be restored',
    [{ ...made, proof: { ...proof, status: 'failed' as const, error: 'it is damaged' } }],
    'failed',
    'cannot be restored: it is damaged',
  ],
])('says of backups that %s', (_, backups, state, found) => {
  expect(backupFinding(backups)).toMatchObject({ state, found: expect.stringContaining(found) })
})
