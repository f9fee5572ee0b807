import { expect, test } from 'vitest'
import { backupTrouble, type EndedBackup } from '../../src/backup/backup-trouble.ts'

const fine: EndedBackup = { hasFailed: false, error: null, proof: null, proofError: null }
const good = new Date('2026-05-01T02:00:00Z')

test.each([
  ['none has ended', null],
  ['the newest is complete and was not tried', fine],
  ['it could be restored', { ...fine, proof: 'proven' as const }],
])('nothing is wrong when %s', (_, newest) => {
  expect(backupTrouble(newest, good)).toBeNull()
})

test.each([
  ['that failed', { ...fine, hasFailed: true, error: 'the disk is full' }, 'failed: the disk is full'],
  ['that cannot be restored', { ...fine, proof: 'failed' as const, proofError: 'it is cut' }, 'not proven: it is cut'],
])('a newest backup %s is told of, with the last good one', (_, newest, words) => {
  expect(backupTrouble(newest, good)).toContain(`${words}; the last good one is of 2026-05-01T02:00:00.000Z`)
  expect(backupTrouble(newest, null)).toContain(`${words}; there is no good one`)
})
