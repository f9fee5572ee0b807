import type { Db, Tx } from '../database/database.ts'
import { type Page, type PageRequest, pageOffset } from '../page.ts'

export interface ArtifactRecord {
  readonly id: string
  readonly name: string
  readonly description: string | null
  readonly createdAt: Date
  readonly createdBy: string
}

export interface ArtifactVersionRecord {
  readonly version: number
  readonly sha256: string
  readonly sizeBytes: number
  readonly createdAt: Date
  readonly createdBy: string
}

export interface CheckedArtifactVersion extends ArtifactVersionRecord {
  readonly entryCount: number
  readonly scan: object | null
  readonly validation: object | null
}

export interface ListedArtifact extends ArtifactRecord {
  /** null = every version was deleted. */
  readonly latestVersion: ArtifactVersionRecord | null
}

/** Newest first. */
export async function listArtifacts(db: Db, tenantId: string, page: PageRequest): Promise<Page<ListedArtifact>> {
  const ofTenant = db.selectFrom('artifact').where('tenant_id', '=', tenantId)
  const [items, counted] = await Promise.all([
    ofTenant
      .select(['id', 'name', 'description', 'created_at as createdAt', 'created_by as createdBy'])
      .orderBy('created_at', 'desc')
      .orderBy('id')
      .limit(page.pageSize)
      .offset(pageOffset(page))
      .execute(),
    ofTenant.select((eb) => eb.fn.countAll<number>().as('total')).executeTakeFirstOrThrow(),
  ])
  const latest = await readLatestVersions(
    db,
    tenantId,
    items.map(({ id }) => id),
  )
  return { items: items.map((item) => ({ ...item, latestVersion: latest.get(item.id) ?? null })), total: counted.total }
}

async function readLatestVersions(
  db: Db,
  tenantId: string,
  artifactIds: readonly string[],
): Promise<ReadonlyMap<string, ArtifactVersionRecord>> {
  if (artifactIds.length === 0) return new Map()
  const rows = await db
    .selectFrom('artifact_version')
    .innerJoin('artifact', 'artifact.id', 'artifact_version.artifact_id')
    .where('artifact.tenant_id', '=', tenantId)
    .where('artifact.id', 'in', artifactIds)
    .distinctOn('artifact.id')
    .orderBy('artifact.id')
    .orderBy('artifact_version.version', 'desc')
    .select(['artifact.id as artifactId', ...versionColumns])
    .execute()
  return new Map(rows.map(({ artifactId, ...version }) => [artifactId, version]))
}

/** null = the tenant has no such artifact. */
export async function findArtifact(
  db: Db,
  tenantId: string,
  artifactId: string,
): Promise<(ArtifactRecord & { readonly source: string | null }) | null> {
  const row = await db
    .selectFrom('artifact')
    .select(['id', 'name', 'description', 'source', 'created_at as createdAt', 'created_by as createdBy'])
    .where('id', '=', artifactId)
    .where('tenant_id', '=', tenantId)
    .executeTakeFirst()
  return row ?? null
}

/** Newest first. */
export async function listArtifactVersions(
  db: Db,
  tenantId: string,
  artifactId: string,
  page: PageRequest,
): Promise<Page<CheckedArtifactVersion>> {
  const ofArtifact = versionsOf(db, tenantId, artifactId)
  const [items, counted] = await Promise.all([
    ofArtifact
      .select([
        ...versionColumns,
        'artifact_version.entry_count as entryCount',
        'artifact_version.scan as scan',
        'artifact_version.validation as validation',
      ])
      .orderBy('artifact_version.version', 'desc')
      .limit(page.pageSize)
      .offset(pageOffset(page))
      .execute(),
    ofArtifact.select((eb) => eb.fn.countAll<number>().as('total')).executeTakeFirstOrThrow(),
  ])
  return { items, total: counted.total }
}

/** `version` null = the latest. null = the tenant has no such artifact or it has no such version. */
export async function findArtifactVersion(
  db: Db,
  tenantId: string,
  artifactId: string,
  version: number | null,
): Promise<ArtifactVersionRecord | null> {
  const ofArtifact = versionsOf(db, tenantId, artifactId)
  const wanted =
    version === null
      ? ofArtifact.orderBy('artifact_version.version', 'desc').limit(1)
      : ofArtifact.where('artifact_version.version', '=', version)
  return (await wanted.select(versionColumns).executeTakeFirst()) ?? null
}

/** Holds a version until the transaction ends, so that it is not deleted before; false = the tenant has none such. */
export async function lockArtifactVersion(
  tx: Tx,
  tenantId: string,
  artifactId: string,
  version: number,
): Promise<boolean> {
  const row = await versionsOf(tx, tenantId, artifactId)
    .where('artifact_version.version', '=', version)
    .select('artifact_version.version')
    .forKeyShare('artifact_version')
    .executeTakeFirst()
  return row !== undefined
}

const versionColumns = [
  'artifact_version.version as version',
  'artifact_version.sha256 as sha256',
  'artifact_version.size_bytes as sizeBytes',
  'artifact_version.created_at as createdAt',
  'artifact_version.created_by as createdBy',
] as const

function versionsOf(db: Db, tenantId: string, artifactId: string) {
  return db
    .selectFrom('artifact_version')
    .innerJoin('artifact', 'artifact.id', 'artifact_version.artifact_id')
    .where('artifact.id', '=', artifactId)
    .where('artifact.tenant_id', '=', tenantId)
}
