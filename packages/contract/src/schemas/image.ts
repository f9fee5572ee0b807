import { type Static, Type } from 'typebox'
import { buildStatuses, imageTypes, imageVersionStatuses } from '../statuses.ts'
import {
  DateFilter,
  Description,
  FilledText,
  NumericId,
  PathText,
  ResourceName,
  SecretNames,
  ShortText,
  Tag,
  Tags,
  TextFilter,
  Timestamp,
  UrlText,
  Text,
  Uuid,
  filterOf,
  nullable,
  wireLimits,
  addedByCairn,
} from './bounds.ts'
import { NextTokenQuery, signedQuery, WaitQuery } from './log.ts'
import { pageOf, pageQuery } from './page.ts'

export const imageScopes = ['custom', 'global'] as const
export const buildSources = ['upload', 'github', 'dockerfile'] as const
export type BuildSource = (typeof buildSources)[number]

export const ImageParams = Type.Object({ imageId: NumericId })
export const ImageVersionParams = Type.Object({ imageId: NumericId, versionId: NumericId })
/** Cairn's build ids are whole numbers; any text is taken here and one that is no build of the image is not found. */
export const BuildParams = Type.Object({ imageId: NumericId, buildId: Type.String({ minLength: 1, maxLength: 256 }) })

/** A semantic version, a suffix allowed: `0.0.1`, `1.2.0-rc.1`. */
export const VersionName = Type.String({
  pattern: String.raw`^\d{1,9}\.\d{1,9}\.\d{1,9}([-+][0-9A-Za-z.+-]{1,64})?$`,
  maxLength: 96,
  'x-rule': 'must be a semantic version such as 0.0.1 or 1.2.0-rc.1',
})

const BuildArgument = Type.Object({
  name: Type.String({
    pattern: '^[A-Za-z_][A-Za-z0-9_]*$',
    maxLength: 256,
    'x-rule': 'must be letters, digits and `_`, not starting with a digit',
  }),
  value: Text,
})

/**
 * How an image version is built. `source` is `upload` when absent. `branch` is that of a branch or a tag, or a whole
 * commit; the repository's default branch when absent. With `artifactId` (added by Cairn) the build context is a stored
 * artifact, in its latest version unless `artifactVersion` says another, and nothing is uploaded.
 */
export const BuildDetails = Type.Object({
  source: Type.Optional(Type.Enum(buildSources)),
  useCache: Type.Optional(Type.Boolean({ default: true })),
  buildArguments: Type.Optional(Type.Array(BuildArgument, { maxItems: wireLimits.buildArguments })),
  secrets: Type.Optional(SecretNames),
  dockerfilePath: Type.Optional(PathText),
  context: Type.Optional(PathText),
  repository: Type.Optional(UrlText),
  branch: Type.Optional(ShortText),
  token: Type.Optional(ShortText),
  dockerfile: Type.Optional(FilledText),
  artifactId: Type.Optional(Type.String({ ...Uuid, ...addedByCairn })),
  artifactVersion: Type.Optional(Type.Integer({ minimum: 1, maximum: 2_147_483_647, ...addedByCairn })),
})
export type BuildDetails = Static<typeof BuildDetails>

const autodeployTypes = ['workflow', 'workspace', 'api', 'webapp'] as const

/** `entityId` is the number of a workflow or the UUID of a service; the client of the reference sends either as it has it. */
const AutodeployResource = Type.Object({
  entityId: Type.Union([ShortText, NumericId]),
  entityType: Type.Enum(autodeployTypes),
})
export type AutodeployResource = Static<typeof AutodeployResource>

/** What became of a resource that was to be redeployed; `reason` says why it was not. */
const AutodeployResult = Type.Object({
  entityId: Type.String(),
  entityType: Type.Enum(autodeployTypes),
  status: Type.Enum(['redeployed', 'refused']),
  reason: nullable(Type.String()),
})
export type AutodeployResult = Static<typeof AutodeployResult>

const versionFields = {
  description: Type.Optional(Description),
  buildDetails: Type.Optional(BuildDetails),
  autodeployResources: Type.Optional(Type.Array(AutodeployResource, { maxItems: wireLimits.autodeployResources })),
}

/** Creates an image and its first version. `version` is `0.0.1` when absent. */
export const ImageBody = Type.Object({
  name: ResourceName,
  type: Type.Enum(imageTypes),
  version: Type.Optional(VersionName),
  ...versionFields,
})
export type ImageBody = Static<typeof ImageBody>

/**
 * Creates a version. `version` is the next patch of the latest one when absent. `name` and `type` are accepted and
 * ignored: clients send the whole image body.
 */
export const ImageVersionBody = Type.Object({
  name: Type.Optional(Type.Unknown()),
  type: Type.Optional(Type.Unknown()),
  version: Type.Optional(VersionName),
  ...versionFields,
})
export type ImageVersionBody = Static<typeof ImageVersionBody>

/** Changes a version that is not ready yet. `name`, `type` and `version` are accepted and ignored. */
export const UpdateImageVersionBody = Type.Object({
  name: Type.Optional(Type.Unknown()),
  type: Type.Optional(Type.Unknown()),
  version: Type.Optional(Type.Unknown()),
  ...versionFields,
})
export type UpdateImageVersionBody = Static<typeof UpdateImageVersionBody>

/** The tags of a version from now on, in this order. Each name once. */
export const ImageVersionTagsBody = Type.Object({ tags: Tags })
export type ImageVersionTagsBody = Static<typeof ImageVersionTagsBody>

const versionFilters = {
  searchTerm: Type.Optional(Type.String({ maxLength: 256 })),
  status: Type.Optional(filterOf(imageVersionStatuses)),
  lastBuildStatus: Type.Optional(filterOf(buildStatuses)),
  tags: Type.Optional(TextFilter),
}

/** Filters look at the latest version; `searchTerm` at image name and version. */
export const ListImagesQuery = Type.Object({
  ...pageQuery,
  ...versionFilters,
  scope: Type.Optional(filterOf(imageScopes)),
})
export type ListImagesQuery = Static<typeof ListImagesQuery>

export const ListImageVersionsQuery = Type.Object({ ...pageQuery, ...versionFilters })
export type ListImageVersionsQuery = Static<typeof ListImageVersionsQuery>

export const DeleteImageVersionsQuery = Type.Object({
  versionIds: Type.Array(NumericId, { minItems: 1, maxItems: wireLimits.filterValues }),
})
export type DeleteImageVersionsQuery = Static<typeof DeleteImageVersionsQuery>

/** `count` is the newest N; -1 = all. `versions` are version ids. */
export const ListImageBuildsQuery = Type.Object({
  ...pageQuery,
  dateFrom: Type.Optional(DateFilter),
  dateTo: Type.Optional(DateFilter),
  count: Type.Optional(Type.Integer({ minimum: -1, maximum: 1_000_000 })),
  versions: Type.Optional(Type.Array(NumericId, { maxItems: wireLimits.filterValues })),
  buildStatus: Type.Optional(filterOf(buildStatuses)),
})
export type ListImageBuildsQuery = Static<typeof ListImageBuildsQuery>

export const BuildLogsQuery = Type.Object({ nextToken: NextTokenQuery, wait: WaitQuery })
export const BuildLogFileQuery = Type.Object(signedQuery)

export const ImageCreated = Type.Object({
  imageId: Type.Integer(),
  versionId: Type.Integer(),
  buildId: Type.Integer(),
})
export type ImageCreated = Static<typeof ImageCreated>

/** `autodeploymentId` is there when the body named resources to redeploy. */
export const ImageVersionCreated = Type.Object({
  ...ImageCreated.properties,
  autodeploymentId: Type.Optional(Uuid),
})
export type ImageVersionCreated = Static<typeof ImageVersionCreated>

const versionAnswer = {
  id: Type.Integer(),
  version: Type.String(),
  description: Type.String(),
  status: Type.Enum(imageVersionStatuses),
  lastBuildStatus: Type.Enum(buildStatuses),
  createdAt: Timestamp,
  createdBy: Type.String(),
  updatedAt: Timestamp,
  updatedBy: Type.String(),
  /** Name by which the engine knows the image; empty until a build succeeded. */
  pullUrl: Type.String(),
  tags: Type.Array(Tag),
}

/** `size` is in bytes; 0 until a build succeeded.. */
export const ImageVersionSummary = Type.Object({
  ...versionAnswer,
  size: Type.Integer(),
  buildDetails: BuildDetails,
})
export type ImageVersionSummary = Static<typeof ImageVersionSummary>

export const ImageDetails = Type.Object({
  id: Type.Integer(),
  name: Type.String(),
  type: Type.Enum(imageTypes),
  scope: Type.Enum(imageScopes),
  createdAt: Timestamp,
  createdBy: Type.String(),
  latestVersion: ImageVersionSummary,
})
export type ImageDetails = Static<typeof ImageDetails>

/** Numbers of packages by type (`deb`, `apk`, `pypi`, `npm`, `cran`); `incomplete` says why some may be missing. */
export const SbomSummary = Type.Object({
  packages: Type.Record(Type.String(), Type.Integer()),
  incomplete: nullable(Type.String()),
})
export type SbomSummary = Static<typeof SbomSummary>

/**
 * A version in the registry that images are pushed to. `waiting` = it is not there yet, or only as it was built before;
 * `attempts` and `reason` then tell of what was tried. `reference` is by digest once it was pushed.
 */
export const VersionInRegistry = Type.Object({
  status: Type.Enum(['waiting', 'pushed']),
  reference: Type.String(),
  attempts: Type.Integer(),
  reason: nullable(Type.String()),
})
export type VersionInRegistry = Static<typeof VersionInRegistry>

/** What needs an image version. `name` is that of the workflow or service; of a run, of its workflow. */
export const ImageVersionUse = Type.Object({
  kind: Type.Enum(['workflow', 'service', 'run']),
  id: Type.String(),
  name: Type.String(),
})
export type ImageVersionUse = Static<typeof ImageVersionUse>

/**
 * Added by Cairn: `lastBuildId`; `lastBuildReason` says why it failed or stopped; `queuePosition` is that of a build that
 * waits, 1 = the tenant's next to start, else null; `statusReason` says why a deletion failed. `digest` is the content id
 * of the image, `layers` the digests of its layers, the base first; both, and `sbom`, are null until the image was built
 * and looked at. `contextSha256` is that of the zip that it is built from; null = from none. `registry` is null for what is not pushed to one.
 */
export const ImageVersionDetails = Type.Object({
  ...versionAnswer,
  imageName: Type.String(),
  imageType: Type.String(),
  lastBuildAt: nullable(Timestamp),
  lastBuildReason: Type.Optional(nullable(Type.String(), addedByCairn)),
  statusReason: Type.Optional(nullable(Type.String(), addedByCairn)),
  lastBuildId: Type.Optional(nullable(Type.Integer(), addedByCairn)),
  queuePosition: Type.Optional(nullable(Type.Integer(), addedByCairn)),
  digest: Type.Optional(nullable(Type.String(), addedByCairn)),
  layers: Type.Optional(nullable(Type.Array(Type.String()), addedByCairn)),
  contextSha256: Type.Optional(nullable(Type.String(), addedByCairn)),
  sbom: Type.Optional(nullable(SbomSummary, addedByCairn)),
  registry: Type.Optional(nullable(VersionInRegistry, addedByCairn)),
  /** The first 100: workflows, services, live runs. */
  usedBy: Type.Optional(Type.Array(ImageVersionUse, addedByCairn)),
  size: Type.Integer(),
  buildDetails: BuildDetails,
})
export type ImageVersionDetails = Static<typeof ImageVersionDetails>

/**
 * Added by Cairn: `reason` says why a build failed or stopped, or why it waits once more; `queuePosition` is 1 for the
 * tenant's next build to start and null for one that does not wait; `commit` is what a build of a repository was made
 * from; `stepCount` and `cachedStepCount` count the Dockerfile's steps, and those that came from the cache.
 */
export const Build = Type.Object({
  buildId: Type.Integer(),
  versionId: Type.Integer(),
  version: Type.String(),
  status: Type.Enum(buildStatuses),
  startedAt: nullable(Timestamp),
  finishedAt: nullable(Timestamp),
  reason: Type.Optional(nullable(Type.String(), addedByCairn)),
  createdAt: Type.Optional(Type.String({ ...Timestamp, ...addedByCairn })),
  queuePosition: Type.Optional(nullable(Type.Integer(), addedByCairn)),
  commit: Type.Optional(nullable(Type.String(), addedByCairn)),
  stepCount: Type.Optional(nullable(Type.Integer(), addedByCairn)),
  cachedStepCount: Type.Optional(nullable(Type.Integer(), addedByCairn)),
  autodeploymentId: Type.Optional(nullable(Uuid, addedByCairn)),
  autodeployments: Type.Optional(Type.Array(AutodeployResult, addedByCairn)),
})
export type Build = Static<typeof Build>

export const ImagePage = pageOf({ images: Type.Array(ImageDetails), imageCount: Type.Integer() })
export type ImagePage = Static<typeof ImagePage>

export const ImageVersionPage = pageOf({ versions: Type.Array(ImageVersionSummary), versionCount: Type.Integer() })
export type ImageVersionPage = Static<typeof ImageVersionPage>

/** `reason` is for the build's history and its answers. */
export const StopBuildBody = Type.Object({ reason: Type.Optional(Type.String({ maxLength: 1024 })) })
export type StopBuildBody = Static<typeof StopBuildBody>

/** `stopping` until the build has ended; the status with which it ended when it was over already. */
export const BuildStop = Type.Object({ buildId: Type.Integer(), status: Type.Enum(buildStatuses) })
export type BuildStop = Static<typeof BuildStop>

export const BuildPage = pageOf({ builds: Type.Array(Build), buildCount: Type.Integer() })
export type BuildPage = Static<typeof BuildPage>

const Bytes = Type.Integer()

/**
 * The disk of the container engine, in bytes, as the server last measured it (every few minutes); null = it has not, or
 * cannot tell. `ownImages` are the built versions of the tenant; layers that they share are counted with each.
 */
export const DiskAnswer = Type.Object({
  measuredAt: nullable(Timestamp),
  freeBytes: nullable(Bytes),
  totalBytes: nullable(Bytes),
  imageBytes: nullable(Bytes),
  containerBytes: nullable(Bytes),
  volumeBytes: nullable(Bytes),
  buildCacheBytes: nullable(Bytes),
  /** What is kept to: see the settings of the same names. */
  policy: Type.Object({ keepFreeBytes: Bytes, buildCacheBytes: Bytes, unusedImageDays: Type.Integer() }),
  ownImages: Type.Object({ versions: Type.Integer(), bytes: Bytes }),
})
export type DiskAnswer = Static<typeof DiskAnswer>
