/** What the newest backup that has ended tells. */
export interface EndedBackup {
  readonly hasFailed: boolean
  /** Why it failed. */
  readonly error: string | null
  /** null = it was not tried, or is being tried. */
  readonly proof: 'proven' | 'failed' | null
  /** Why it could not be restored, or not be tried. */
  readonly proofError: string | null
}

/**
 * What is wrong with the backups of an installation, in words; null = nothing.
 *
 * @param newest null = none has ended yet
 * @param goodStart start of the newest that is complete and did not fail its proof; null = there is none
 * @example
 * backupTrouble({ hasFailed: true, error: 'the disk is full', proof: null, proofError: null }, null)
 * // 'the newest backup failed: the disk is full; there is no good one'
 */
export function backupTrouble(newest: EndedBackup | null, goodStart: Date | null): string | null {
  if (newest === null) return null
  const good = goodStart === null ? 'there is no good one' : `the last good one is of ${goodStart.toISOString()}`
  if (newest.hasFailed) return `the newest backup failed: ${newest.error ?? 'no reason is known'}; ${good}`
  if (newest.proof !== 'failed') return null
  return `the newest backup was not proven: ${newest.proofError ?? 'no reason is known'}; ${good}`
}
