/** Images: content or details that differ are built as a new version; a version that is ready never changes. */
import type { BodyOf, ImageVersionCreated, ImageVersionDetails, Routes } from '@cairn/contract'
import { demandUpload } from '../commands/images/start-build.ts'
import { checkBody } from '../commands/shared/request-body.ts'
import { CliError, exitCodes } from '../errors/cli-error.ts'
import { uploadOptions } from '../session/upload-folder.ts'
import { isJsonObject } from '../templates/read-yaml.ts'
import { waitForBuild } from '../waiting/wait.ts'
import { type Difference, differencesOf } from './differences.ts'
import type { Document } from './document.ts'
import { named } from './or-null.ts'
import { packedFolder, type PackedFolder } from './packed-folder.ts'
import type { Planned, Planning } from './planned.ts'

type ImageBody = BodyOf<Routes['createImage']>

export async function planImage(document: Document, planning: Planning): Promise<Planned> {
  const { client, session } = planning
  const { name, source, artifact } = document
  const body = await checkBody('createImage', document.body, source, session)
  const image = await named(client.images.listImages({ searchTerm: name, pageSize: 100 }), name)
  if (image === null) demandUpload({ body, artifact })
  const packed = await packedFolder(session, artifact)
  const build = { planning, body, packed, source }
  const planned = { kind: 'image', name, source } as const
  if (image === null) {
    const consequences = [`builds version ${body.version ?? '0.0.1'}`]
    const start = () => client.images.createImage(body, packed?.zip, uploadOptions(session))
    return { ...planned, action: 'create', differences: [], consequences, carryOut: () => carryOut(build, start) }
  }
  const version = await versionOf(planning, image, body)
  if (version === null) {
    const consequences = [`builds version ${body.version}`]
    const start = () => client.images.createVersion(image.id, body, packed?.zip, uploadOptions(session))
    return { ...planned, action: 'update', differences: [], consequences, carryOut: () => carryOut(build, start) }
  }
  return { ...planned, ...planVersion(build, image.id, version) }
}

interface Build {
  readonly planning: Planning
  readonly body: ImageBody
  readonly packed: PackedFolder | null
  readonly source: string
}

/** The version that the file names, or the latest; null = it names one that is not there. */
async function versionOf(
  { client }: Planning,
  image: { readonly id: number; readonly latestVersion: { readonly id: number } },
  body: ImageBody,
): Promise<ImageVersionDetails | null> {
  if (body.version === undefined) return client.images.describeVersion(image.id, image.latestVersion.id)
  for await (const { id, version } of client.images.listImageVersions(image.id, { searchTerm: body.version })) {
    if (version === body.version) return client.images.describeVersion(image.id, id)
  }
  return null
}

function planVersion(
  build: Build,
  imageId: number,
  version: ImageVersionDetails,
): Pick<Planned, 'action' | 'differences' | 'consequences' | 'carryOut'> {
  const { planning, body, packed, source } = build
  const { client, session } = planning
  const differences = differencesOfVersion(version, body, packed)
  const isWhole = version.status !== 'not-ready' || version.lastBuildStatus === 'building'
  if (isWhole && differences.length === 0) return { action: 'none', differences, consequences: [], carryOut: null }
  const upload = uploadOptions(session)
  if (!isWhole) {
    const params = { imageId, versionId: version.id }
    const start = () => client.images.updateVersion(params, body, packed?.zip, upload)
    const consequences = [`builds version ${version.version} again, which is ${version.status}`]
    return { action: 'update', differences, consequences, carryOut: () => carryOut(build, start) }
  }
  if (body.version !== undefined) {
    throw new CliError(
      exitCodes.conflict,
      `${source}: version ${body.version} of ${body.name} is built from something else.`,
      {
        fields: differences.map(({ path }) => ({ field: path, rule: 'differs from what was built' })),
        hint: 'Give another version, or leave it out: then the next one is taken.',
      },
    )
  }
  const start = () => client.images.createVersion(imageId, body, packed?.zip, upload)
  const consequences = [`builds the version after ${version.version}`]
  return { action: 'update', differences, consequences, carryOut: () => carryOut(build, start) }
}

function differencesOfVersion(
  version: ImageVersionDetails,
  body: ImageBody,
  packed: PackedFolder | null,
): Difference[] {
  const { buildDetails } = body
  const { artifactVersion: _version, ...shown } = version.buildDetails
  return [
    ...(packed === null
      ? []
      : differencesOf({ content: version.contextSha256 }, { content: packed.sha256 }, { whole: [] })),
    ...(isJsonObject(buildDetails)
      ? differencesOf({ buildDetails: { ...defaults, ...shown } }, { buildDetails }, { whole: [] })
      : []),
  ]
}

/** What is meant where nothing is said. */
const defaults = { source: 'upload', useCache: true, context: '.', dockerfilePath: 'Dockerfile' }

async function carryOut({ planning: { session } }: Build, start: () => Promise<ImageVersionCreated>): Promise<object> {
  const created = await start()
  session.progress.clear()
  const { status } = await waitForBuild(session, created, { timeout: undefined })
  return { ...created, status }
}
