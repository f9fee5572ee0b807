/**
 * The record of backups.
 *
 * Always true: at most one backup is `queued` or `running`, which an index keeps. Only the process that owns the embedded
 * database moves one on, so its steps need no lease; what a process that died left `running`, the next one settles.
 */
import type { BackupStartedBy } from '@cairn/contract'
import type { BackupHistory, EndedBackup } from '@cairn/domain'
import { sql } from 'kysely'
import type { Db } from '../database/database.ts'
import { type Page, type PageRequest, pageOffset } from '../page.ts'
import type { BackupTable } from './backup-table.ts'

/** Adds one that is to be made. null = one is on its way already. */
export async function queueBackup(db: Db, startedBy: BackupStartedBy): Promise<number | null> {
  const { rows } = await sql<{ id: number }>`
    insert into backup (status, started_by) values ('queued', ${startedBy})
    on conflict ((true)) where status in ('queued', 'running') do nothing returning id`.execute(db)
  return rows[0]?.id ?? null
}

export async function findQueuedBackup(db: Db): Promise<number | null> {
  const row = await db.selectFrom('backup').select('id').where('status', '=', 'queued').executeTakeFirst()
  return row?.id ?? null
}

export async function startBackup(db: Db, id: number, file: string): Promise<void> {
  await db.updateTable('backup').set({ status: 'running', started_at: sql`now()`, file }).where('id', '=', id).execute()
}

export async function completeBackup(db: Db, id: number, sizeBytes: number): Promise<void> {
  await db
    .updateTable('backup')
    .set({ status: 'completed', ended_at: sql`now()`, size_bytes: sizeBytes })
    .where('id', '=', id)
    .execute()
}

export async function failBackup(db: Db, id: number, error: string): Promise<void> {
  await db.updateTable('backup').set({ status: 'failed', ended_at: sql`now()`, error }).where('id', '=', id).execute()
}

/** One that was broken off by a stop is made by the next start. */
export async function requeueBackup(db: Db, id: number): Promise<void> {
  await db.updateTable('backup').set({ status: 'queued', started_at: null, file: null }).where('id', '=', id).execute()
}

export async function startProof(db: Db, id: number): Promise<void> {
  await db.updateTable('backup').set({ proof_status: 'running' }).where('id', '=', id).execute()
}

export type ProofResult =
  | { readonly kind: 'proven'; readonly rows: number; readonly objects: number }
  | { readonly kind: 'failed'; readonly error: string }

export async function endProof(db: Db, id: number, result: ProofResult): Promise<void> {
  const found =
    result.kind === 'proven'
      ? { proof_status: 'proven' as const, proof_error: null, proof_rows: result.rows, proof_objects: result.objects }
      : { proof_status: 'failed' as const, proof_error: result.error, proof_rows: null, proof_objects: null }
  await db
    .updateTable('backup')
    .set({ ...found, proof_ended_at: sql`now()` })
    .where('id', '=', id)
    .execute()
}

/** The proof was broken off: it counts as not tried. */
export async function dropProof(db: Db, id: number): Promise<void> {
  await db.updateTable('backup').set({ proof_status: null }).where('id', '=', id).execute()
}

export async function markBackupRemoved(db: Db, id: number): Promise<void> {
  await db.updateTable('backup').set({ removed_at: sql`now()` }).where('id', '=', id).execute()
}

/** Its file is there again, as that of a disk that was not there for a while is. */
export async function markBackupKept(db: Db, id: number): Promise<void> {
  await db.updateTable('backup').set({ removed_at: null }).where('id', '=', id).execute()
}

export type BackupRecord = { readonly [Column in keyof BackupTable]: BackupSelected[Column] }
type BackupSelected = {
  [Column in keyof BackupTable]: Column extends 'id' ? number : Column extends 'created_at' ? Date : BackupTable[Column]
}

/** Newest first. */
export async function listBackups(db: Db, page: PageRequest): Promise<Page<BackupRecord>> {
  const [items, counted] = await Promise.all([
    db.selectFrom('backup').selectAll().orderBy('id', 'desc').limit(page.pageSize).offset(pageOffset(page)).execute(),
    db
      .selectFrom('backup')
      .select(({ fn }) => fn.countAll<number>().as('total'))
      .executeTakeFirst(),
  ])
  return { items, total: counted?.total ?? 0 }
}

/** What a process that died left, or what a backup that was restored says of itself. */
export function listRunningBackups(db: Db): Promise<readonly Pick<BackupRecord, 'id' | 'file'>[]> {
  return db.selectFrom('backup').select(['id', 'file']).where('status', '=', 'running').execute()
}

/** A process that died while it tried a backup does not try it again: it may have died of that. */
export async function failRunningProofs(db: Db, error: string): Promise<void> {
  await db
    .updateTable('backup')
    .set({ proof_status: 'failed', proof_ended_at: sql`now()`, proof_error: error })
    .where('proof_status', '=', 'running')
    .execute()
}

/** The newest complete one, when its file is there and it was not tried. */
export async function findUntriedBackup(db: Db): Promise<{ readonly id: number; readonly file: string } | null> {
  const { rows } = await sql<{ id: number; file: string | null; isUntried: boolean }>`
    select id, file, proof_status is null and removed_at is null as "isUntried"
    from backup where status = 'completed' order by id desc limit 1`.execute(db)
  const [newest] = rows
  return newest?.isUntried === true && newest.file !== null ? { id: newest.id, file: newest.file } : null
}

/** Complete ones, also those whose file has been removed, with its name. */
export function listCompletedBackups(db: Db): Promise<readonly Pick<BackupRecord, 'id' | 'file' | 'removed_at'>[]> {
  return db.selectFrom('backup').select(['id', 'file', 'removed_at']).where('status', '=', 'completed').execute()
}

/** Complete ones whose file has not been removed, the newest first. */
export function listKeptBackups(
  db: Db,
): Promise<readonly Pick<BackupRecord, 'id' | 'file' | 'proof_status' | 'started_at'>[]> {
  return db
    .selectFrom('backup')
    .select(['id', 'file', 'proof_status', 'started_at'])
    .where('status', '=', 'completed')
    .where('removed_at', 'is', null)
    .orderBy('id', 'desc')
    .execute()
}

export async function readBackupHistory(db: Db): Promise<BackupHistory> {
  const { rows } = await sql<{ completedStart: Date | null; failedEnd: Date | null }>`
    with newest as (select id, started_at from backup where status = 'completed' order by id desc limit 1)
    select (select started_at from newest) as "completedStart",
      (select max(ended_at) from backup
        where status = 'failed' and id > coalesce((select id from newest), 0)) as "failedEnd"`.execute(db)
  const [row] = rows
  return { completedStart: row?.completedStart?.getTime() ?? null, failedEnd: row?.failedEnd?.getTime() ?? null }
}

/** When the newest good ones that are there began, for those who watch over it. */
export async function readBackupAges(
  db: Db,
): Promise<{ readonly completed: Date | null; readonly proven: Date | null }> {
  const { rows } = await sql<{ completed: Date | null; proven: Date | null }>`
    select max(started_at) filter (where status = 'completed') as completed,
      max(started_at) filter (where proof_status = 'proven') as proven
    from backup where removed_at is null`.execute(db)
  return rows[0] ?? { completed: null, proven: null }
}

/** The newest that has ended, and the start of the newest that is good and there. */
export async function readNewestBackups(
  db: Db,
): Promise<{ readonly ended: EndedBackup | null; readonly goodStart: Date | null }> {
  const [newest, good] = await Promise.all([
    sql<EndedBackup>`
      select status = 'failed' as "hasFailed", error, nullif(proof_status, 'running') as proof, proof_error as "proofError"
      from backup where status in ('completed', 'failed') order by id desc limit 1`.execute(db),
    sql<{ at: Date }>`
      select started_at as at from backup
      where status = 'completed' and proof_status is distinct from 'failed' and removed_at is null
      order by id desc limit 1`.execute(db),
  ])
  return { ended: newest.rows[0] ?? null, goodStart: good.rows[0]?.at ?? null }
}

/** Rows of removed and failed backups beyond the newest `keep` go. */
export async function forgetOldBackups(db: Db, keep: number): Promise<void> {
  await sql`
    delete from backup where (removed_at is not null or status = 'failed')
      and id <= (select id from backup order by id desc offset ${keep} limit 1)`.execute(db)
}
