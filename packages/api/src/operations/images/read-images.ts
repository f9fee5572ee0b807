import { CairnError, type ImageDetails, type ImageVersionDetails, type ImageVersionSummary } from '@cairn/contract'
import {
  type DescribedVersion,
  findImage,
  findImageVersion,
  findVersionUses,
  listImages as list,
  listImageVersions as listVersions,
  readStoredObject,
} from '@cairn/store'
import type { Operation } from '../../operation.ts'
import { pageKeysOf, pageRequestOf } from '../../paging.ts'
import { notFound } from '../../refusals.ts'

/** That are told of one version. */
const mostUses = 100

export const listImages: Operation<'listImages'> = async (context, { caller, query }) => {
  const request = pageRequestOf(query)
  const page = await list(context.database.db, caller.tenantId, query, request)
  return { images: page.items.map(describe), imageCount: page.total, ...pageKeysOf(page, request) }
}

export const listImageVersions: Operation<'listImageVersions'> = async (context, { caller, params, query }) => {
  const { db } = context.database
  const request = pageRequestOf(query)
  const { imageId } = params
  if ((await findImage(db, caller.tenantId, imageId)) === null) throw notFound('image', imageId)
  const page = await listVersions(db, caller.tenantId, { imageId, filter: query }, request)
  return { versions: page.items.map(summarise), versionCount: page.total, ...pageKeysOf(page, request) }
}

export const describeImage: Operation<'describeImage'> = async (context, { caller, params }) => {
  const image = await findImage(context.database.db, caller.tenantId, params.imageId)
  if (image === null) throw notFound('image', params.imageId)
  return describe(image)
}

export const describeImageVersion: Operation<'describeImageVersion'> = async (context, { caller, params }) => {
  const { imageId, versionId } = params
  const version = await findImageVersion(context.database.db, caller.tenantId, imageId, versionId)
  if (version === null) throw notFound('image version', `${versionId} of image ${imageId}`)
  const uses = await findVersionUses(context.database.db, caller.tenantId, [versionId], mostUses)
  return { ...describeVersion(version), usedBy: uses.map(({ kind, id, name }) => ({ kind, id, name })) }
}

export const getImageVersionSbom: Operation<'getImageVersionSbom'> = async (context, { caller, params }) => {
  const { imageId, versionId } = params
  const { db } = context.database
  const version = await findImageVersion(db, caller.tenantId, imageId, versionId)
  if (version === null) throw notFound('image version', `${versionId} of image ${imageId}`)
  const object = version.sbomSha256 === null ? null : await readStoredObject(db, version.sbomSha256)
  const content = object === null ? null : await context.objectStore.open(object.sha256)
  if (object === null || content === null) {
    const why = version.sbomSummary?.incomplete ?? 'it is made when the image has been built'
    throw new CairnError('not_found', `version ${versionId} of image ${imageId} has no list of packages: ${why}`)
  }
  return { content, sizeBytes: object.sizeBytes, fileName: `sbom-${imageId}-${versionId}.cdx.json` }
}

function describe(latest: DescribedVersion): ImageDetails {
  return {
    id: latest.imageId,
    name: latest.imageName,
    type: latest.imageType,
    scope: latest.imageScope,
    createdAt: latest.imageCreatedAt.toISOString(),
    createdBy: latest.imageCreatedBy,
    latestVersion: summarise(latest),
  }
}

function summarise(version: DescribedVersion): ImageVersionSummary {
  return {
    id: version.id,
    version: version.version,
    description: version.description,
    status: version.status,
    lastBuildStatus: version.lastBuildStatus ?? 'stopped',
    createdAt: version.createdAt.toISOString(),
    createdBy: version.createdBy,
    updatedAt: version.updatedAt.toISOString(),
    updatedBy: version.updatedBy,
    pullUrl: version.engineTag ?? '',
    tags: [...version.tags],
    size: version.sizeBytes ?? 0,
    buildDetails: version.buildDetails,
  }
}

function describeVersion(version: DescribedVersion): ImageVersionDetails {
  return {
    ...summarise(version),
    imageName: version.imageName,
    imageType: version.imageType.charAt(0).toUpperCase() + version.imageType.slice(1),
    lastBuildId: version.lastBuildId,
    queuePosition: version.queuePosition,
    lastBuildAt: version.lastBuildAt?.toISOString() ?? null,
    lastBuildReason: version.lastBuildReason,
    statusReason: version.statusReason,
    digest: version.engineImageId,
    contextSha256: version.contextSha256,
    layers: version.layers === null ? null : [...version.layers],
    sbom: version.sbomSummary,
    registry: version.registry,
  }
}
