import { type BuildRecord, findBuild, findImage, listBuilds as list, readLog } from '@cairn/store'
import { buildLogStream } from '@cairn/domain'
import type { ApiContext } from '../../context.ts'
import type { Operation } from '../../operation.ts'
import { newestOf, pageKeysOf, pageRequestOf, windowOf } from '../../paging.ts'
import { notFound } from '../../refusals.ts'
import { logFile } from '../logs.ts'

export const listImageBuilds: Operation<'listImageBuilds'> = async (context, { caller, params, query }) => {
  const { db } = context.database
  const { imageId } = params
  const image = await findImage(db, caller.tenantId, imageId)
  if (image === null) throw notFound('image', imageId)
  const request = pageRequestOf(query)
  const filter = {
    imageId,
    ...windowOf(query, context.clock.now()),
    newest: newestOf(query.count),
    ...(query.versions !== undefined && { versionIds: query.versions }),
    ...(query.buildStatus !== undefined && { status: query.buildStatus }),
  }
  const page = await list(db, image.tenantId, filter, request)
  return { builds: page.items.map(describe), buildCount: page.total, ...pageKeysOf(page, request) }
}

function describe(build: BuildRecord) {
  return {
    buildId: build.buildId,
    versionId: build.versionId,
    version: build.version,
    status: build.status,
    startedAt: build.startedAt?.toISOString() ?? null,
    finishedAt: build.finishedAt?.toISOString() ?? null,
    reason: build.reason,
    createdAt: build.createdAt.toISOString(),
    queuePosition: build.queuePosition,
    commit: build.commit,
    stepCount: build.stepCount,
    cachedStepCount: build.cachedStepCount,
    autodeploymentId: build.autodeploymentId,
    autodeployments: [...(build.autodeployments ?? [])],
  }
}

export const getBuildLogs: Operation<'getBuildLogs'> = async (context, { caller, params, query, signal }) => {
  const stream = buildLogStream(Number(params.buildId))
  const { nextToken: token = null, wait: waits = true } = query
  const writer = { kind: 'build', id: params.buildId } as const
  const { state: build, page } = await context.logFollowers.follow({ stream, writer, waits }, signal, async () => {
    // The status first: a build's log is complete before its end is recorded.
    const state = await readBuild(context, caller.tenantId, params)
    return { state, isLive: state.finishedAt === null, page: await readLog(context.database.db, stream, { token }) }
  })
  return {
    buildStatus: build.status,
    startTime: build.startedAt?.toISOString() ?? null,
    finishTime: build.finishedAt?.toISOString() ?? null,
    nextToken: page.nextToken,
    logs: page.lines.map(({ at, text }) => ({ message: text, timestamp: at, ingestionTime: at })),
  }
}

export const downloadBuildLogs: Operation<'downloadBuildLogs'> = async (context, { caller, params }) => {
  const { imageId, buildId } = await readBuild(context, caller.tenantId, params)
  const path = `/image-management/api/v2/images/${imageId}/builds/${buildId}/logs/file`
  return { downloadUrl: context.links.sign(subjectOf(caller.tenantId, params), path, {}) }
}

export const readBuildLogFile: Operation<'readBuildLogFile'> = async (context, { params, query }) => {
  const isProved = context.links.verify(subjectOf(query.tenant, params), query)
  const build = isProved ? await readBuild(context, query.tenant, params) : null
  if (build === null) throw notFound('link', 'with this signature')
  return {
    content: logFile(context.database.db, buildLogStream(build.buildId)),
    sizeBytes: null,
    fileName: `build-${build.buildId}.log`,
  }
}

interface BuildKey {
  readonly imageId: number
  readonly buildId: string
}

const subjectOf = (tenantId: string, { imageId, buildId }: BuildKey) => ({
  operationId: 'readBuildLogFile',
  tenantId,
  ids: [String(imageId), buildId],
})

/** null = no build has such an id. */
export function buildIdOf({ buildId }: BuildKey): number | null {
  return /^[1-9]\d{0,15}$/.test(buildId) ? Number(buildId) : null
}

async function readBuild(context: ApiContext, tenantId: string, key: BuildKey): Promise<BuildRecord> {
  const { imageId, buildId } = key
  const id = buildIdOf(key)
  const { db } = context.database
  const image = id === null ? null : await findImage(db, tenantId, imageId)
  const build = id === null || image === null ? null : await findBuild(db, image.tenantId, imageId, id)
  if (build === null) throw notFound('build', `${buildId} of image ${imageId}`)
  return build
}
