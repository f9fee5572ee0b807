import { type Static, Type } from 'typebox'
import { backupStartedBy, backupStatuses, proofStatuses } from '../statuses.ts'
import { nullable, Timestamp } from './bounds.ts'
import { pageOf, pageQuery } from './page.ts'

/**
 * What came of restoring a backup aside and reading all of it: `rows` of its tables, `objects` whose content is what their
 * name says.
 */
const BackupProof = Type.Object({
  status: Type.Enum(proofStatuses),
  endedAt: nullable(Timestamp),
  error: nullable(Type.String()),
  rows: nullable(Type.Integer()),
  objects: nullable(Type.Integer()),
})

/**
 * A copy of the database, the objects and the keys as they were when it ended. `file` is its name in the directory of the
 * backups; `isKept` says whether that file has not been removed for newer ones. `proof` is null while it was not tried.
 */
export const Backup = Type.Object({
  id: Type.Integer(),
  status: Type.Enum(backupStatuses),
  startedBy: Type.Enum(backupStartedBy),
  createdAt: Timestamp,
  startedAt: nullable(Timestamp),
  endedAt: nullable(Timestamp),
  file: nullable(Type.String()),
  sizeBytes: nullable(Type.Integer()),
  isKept: Type.Boolean(),
  error: nullable(Type.String()),
  proof: nullable(BackupProof),
})
export type Backup = Static<typeof Backup>

/** When backups are made, in UTC, and how many stay. `nextAt` is when the next is due unless one is asked for before. */
const BackupPlan = Type.Object({
  schedule: Type.String(),
  keep: Type.Integer(),
  isProven: Type.Boolean(),
  nextAt: nullable(Timestamp),
})

export const ListBackupsQuery = Type.Object(pageQuery)
export type ListBackupsQuery = Static<typeof ListBackupsQuery>

/** Newest first. `plan` is null when this installation makes no backups; `trouble` says what is wrong with them, null = nothing. */
export const BackupPage = pageOf({
  plan: nullable(BackupPlan),
  trouble: nullable(Type.String()),
  backups: Type.Array(Backup),
  backupCount: Type.Integer(),
})
export type BackupPage = Static<typeof BackupPage>

export const QueuedBackup = Type.Object({ id: Type.Integer() })
export type QueuedBackup = Static<typeof QueuedBackup>
