import type { BackupStartedBy, BackupStatus, ProofStatus } from '@cairn/contract'
import type { Generated, GeneratedAlways } from 'kysely'

export interface BackupTable {
  id: GeneratedAlways<number>
  status: BackupStatus
  started_by: BackupStartedBy
  created_at: Generated<Date>
  started_at: Date | null
  ended_at: Date | null
  file: string | null
  size_bytes: number | null
  error: string | null
  proof_status: ProofStatus | null
  proof_ended_at: Date | null
  proof_error: string | null
  proof_rows: number | null
  proof_objects: number | null
  removed_at: Date | null
}
