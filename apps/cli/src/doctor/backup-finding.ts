import type { Backup } from '@cairn/sdk'
import { type Finding, failed, ok } from './finding.ts'

/**
 * What is to be said of the backups of an installation that makes some.
 *
 * @param backups the newest first
 */
export function backupFinding(backups: readonly Backup[]): Finding {
  const newest = backups.find(({ status }) => status === 'completed' || status === 'failed')
  if (newest === undefined) return ok('backup', 'none is due yet')
  const good = backups.find(({ status }) => status === 'completed')
  const since =
    good === undefined ? 'there is none before it' : `the one before it is of ${good.startedAt ?? 'earlier'}`
  if (newest.status === 'failed') {
    return failed(
      'backup',
      `the newest failed: ${newest.error ?? 'no reason is known'}; ${since}`,
      'mend that; it is tried again within the hour',
    )
  }
  if (newest.proof?.status === 'failed') {
    const found = `the newest cannot be restored: ${newest.proof.error ?? 'no reason is known'}`
    return failed('backup', found, 'mend that, then run `cairn system backup --wait`')
  }
  const proof = newest.proof?.status === 'proven' ? ', and could be restored' : ''
  return ok('backup', `the newest is of ${newest.startedAt ?? 'now'}${proof}`)
}
