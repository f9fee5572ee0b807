/**
 * Images of `scope: global`: shown to every tenant and changed by none, as they belong to a tenant that has no token.
 */
import type { ImageType } from '@cairn/contract'
import type { Tx } from '../database/database.ts'
import { ensureTenant } from '../tenants/ensure-tenant.ts'
import { insertImageVersion } from './insert-image.ts'

/** Its name is none that a host name can hold, so that no service of it can be. */
const ownerName = 'cairn (global images)'

export interface GlobalImage {
  readonly name: string
  readonly type: ImageType
  /** To be raised with each change of the Dockerfile: a version that is there stays as it is. */
  readonly version: string
  readonly description: string
  readonly dockerfile: string
}

/** Adds what is missing; builds nothing. */
export async function ensureGlobalImages(tx: Tx, images: readonly GlobalImage[]): Promise<void> {
  const tenantId = await ensureTenant(tx, ownerName)
  for (const image of images) {
    await tx
      .insertInto('image')
      .values({ tenant_id: tenantId, name: image.name, type: image.type, scope: 'global', created_by: 'cairn' })
      .onConflict((conflict) => conflict.columns(['tenant_id', 'name']).doNothing())
      .execute()
    const { id: imageId } = await tx
      .selectFrom('image')
      .select('id')
      .where('tenant_id', '=', tenantId)
      .where('name', '=', image.name)
      .executeTakeFirstOrThrow()
    await insertImageVersion(tx, {
      tenantId,
      imageId,
      version: image.version,
      description: image.description,
      buildDetails: { source: 'dockerfile', dockerfile: image.dockerfile },
      contextSha256: null,
      createdBy: 'cairn',
    })
  }
}
