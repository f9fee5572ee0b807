import { sql } from 'kysely'
import type { Db } from '../database/database.ts'
import { containing, type Page, type PageRequest, pageOffset } from '../page.ts'
import { type DescribedVersion, describedVersions, matchesFilter, type VersionFilter } from './described-version.ts'

const isLatest = sql<boolean>`described.id = (select max(id) from image_version where image_id = described."imageId")`

export interface ImageFilter extends VersionFilter {
  /** Part of the image's name or of its latest version. */
  readonly searchTerm?: string
  readonly scope?: readonly string[]
}

/** The latest version of each image. An image of exactly the searched name comes first, then the newest; the tenant's own before global ones. */
export async function listImages(
  db: Db,
  tenantId: string,
  filter: ImageFilter,
  page: PageRequest,
): Promise<Page<DescribedVersion>> {
  const term = filter.searchTerm ?? ''
  const found = sql`
    from (${describedVersions(tenantId)}) as described
    where ${isLatest} and ${matchesFilter(filter)}
      and (described."imageName" ilike ${containing(term)} or described.version ilike ${containing(term)})
      and (${filter.scope?.length ? sql`described."imageScope" = any(${filter.scope})` : sql`true`})`
  return readPage(
    db,
    found,
    sql`(described."imageName" = ${term}) desc, (described."imageScope" = 'global'), described."imageId" desc`,
    page,
  )
}

/** Newest first, but a version of exactly the searched name before all others. */
export async function listImageVersions(
  db: Db,
  tenantId: string,
  query: { readonly imageId: number; readonly filter: VersionFilter & { readonly searchTerm?: string } },
  page: PageRequest,
): Promise<Page<DescribedVersion>> {
  const term = query.filter.searchTerm ?? ''
  const found = sql`
    from (${describedVersions(tenantId)}) as described
    where described."imageId" = ${query.imageId} and ${matchesFilter(query.filter)}
      and described.version ilike ${containing(term)}`
  return readPage(db, found, sql`(described.version = ${term}) desc, described.id desc`, page)
}

async function readPage(
  db: Db,
  found: ReturnType<typeof sql>,
  order: ReturnType<typeof sql>,
  page: PageRequest,
): Promise<Page<DescribedVersion>> {
  const [items, counted] = await Promise.all([
    sql<DescribedVersion>`select described.* ${found} order by ${order} limit ${page.pageSize} offset ${pageOffset(page)}`.execute(
      db,
    ),
    sql<{ total: number }>`select count(*) as total ${found}`.execute(db),
  ])
  return { items: items.rows, total: counted.rows[0]?.total ?? 0 }
}

/** The image's latest version, or null when the tenant has no such image. */
export async function findImage(db: Db, tenantId: string, imageId: number): Promise<DescribedVersion | null> {
  const result = await sql<DescribedVersion>`
    select described.* from (${describedVersions(tenantId)}) as described
    where described."imageId" = ${imageId} and ${isLatest}`.execute(db)
  return result.rows[0] ?? null
}

/** null = the tenant has no such image or it has no such version. */
export async function findImageVersion(
  db: Db,
  tenantId: string,
  imageId: number,
  versionId: number,
): Promise<DescribedVersion | null> {
  const result = await sql<DescribedVersion>`
    select described.* from (${describedVersions(tenantId)}) as described
    where described."imageId" = ${imageId} and described.id = ${versionId}`.execute(db)
  return result.rows[0] ?? null
}
