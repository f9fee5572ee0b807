import { type Static, Type } from 'typebox'
import { Description, NumericId, ResourceName, ShortText, Timestamp, Uuid, nullable, addedByCairn } from './bounds.ts'
import { pageOf, pageQuery } from './page.ts'

export const ArtifactParams = Type.Object({ artifactId: Uuid })
export const ArtifactVersionParams = Type.Object({ artifactId: Uuid, version: NumericId })

export const ListArtifactsQuery = Type.Object(pageQuery)
export type ListArtifactsQuery = Static<typeof ListArtifactsQuery>

/**
 * How the upload is looked at beyond the checks that every zip has to pass; what is found is shown with the version and
 * refuses nothing. `scan` looks for secrets and large files, `validate` holds the files against what `source` asks for.
 */
const checks = { scan: Type.Optional(Type.Boolean()), validate: Type.Optional(Type.Boolean()) }

/** Text fields of the upload. The text `null` as description stands for none. `source` says what the artifact is for. */
export const CreateArtifactFields = Type.Object({
  name: ResourceName,
  description: Type.Optional(Description),
  source: Type.Optional(ShortText),
  ...checks,
})
export type CreateArtifactFields = Static<typeof CreateArtifactFields>

export const CreateArtifactVersionFields = Type.Object(checks)
export type CreateArtifactVersionFields = Static<typeof CreateArtifactVersionFields>

export const UpdateArtifactBody = Type.Object({
  name: Type.Optional(ResourceName),
  description: Type.Optional(Description),
})
export type UpdateArtifactBody = Static<typeof UpdateArtifactBody>

export const ArtifactCreated = Type.Object({ id: Uuid, version: Type.Integer() })
export type ArtifactCreated = Static<typeof ArtifactCreated>

export const ArtifactVersionCreated = Type.Object({ version: Type.Integer() })
export type ArtifactVersionCreated = Static<typeof ArtifactVersionCreated>

/**
 * What a scan found. It knows secrets by well-known shapes only (tokens of common services, private keys, `.env` files
 * with values), says where they stand and never what they are, and looks neither into binary files nor into archives
 * in the archive. It knows nothing of vulnerabilities in packages.
 */
export const ArtifactScan = Type.Object({
  /** At most 100, in the order of the zip. */
  secrets: Type.Array(
    Type.Object({
      file: Type.String({ description: 'Path in the zip.' }),
      line: Type.Integer({ minimum: 1 }),
      kind: Type.String({ description: 'What it looks like, e.g. `aws_access_key_id` or `private_key`.' }),
    }),
  ),
  /** Files of more than 10 MiB unpacked; at most 100. */
  oversizedFiles: Type.Array(Type.Object({ file: Type.String(), sizeBytes: Type.Integer() })),
  isComplete: Type.Boolean({
    description:
      'False when more was found than is named, or text was left out: beyond 8 MiB of a file or 256 MiB of all files.',
  }),
})
export type ArtifactScan = Static<typeof ArtifactScan>

/** What breaks a rule of the source; no problem = it keeps all. `email` has rules: what may be attached to a mail. */
export const ArtifactValidation = Type.Object({
  source: nullable(Type.String()),
  /** At most 100. `file` null = the artifact as a whole. */
  problems: Type.Array(Type.Object({ file: nullable(Type.String()), rule: Type.String() })),
})
export type ArtifactValidation = Static<typeof ArtifactValidation>

/** `sizeBytes` and `sha256` (lower-case hex, of the zip as uploaded) are added by Cairn. */
const versionSummary = {
  version: Type.Integer(),
  createdAt: Timestamp,
  createdBy: Type.String(),
  sizeBytes: Type.Integer(addedByCairn),
  sha256: Type.String(addedByCairn),
}

/** An image version that was built from an artifact version. */
export const ArtifactUse = Type.Object({
  imageId: Type.Integer(),
  imageName: Type.String(),
  versionId: Type.Integer(),
  version: Type.String(),
})
export type ArtifactUse = Static<typeof ArtifactUse>

/** `scan` and `validation` are null when the upload did not ask for them; `entryCount` counts files and directories. */
export const ArtifactVersion = Type.Object({
  ...versionSummary,
  entryCount: Type.Integer(addedByCairn),
  scan: nullable(ArtifactScan, addedByCairn),
  validation: nullable(ArtifactValidation, addedByCairn),
  /** The first 20. */
  usedBy: Type.Array(ArtifactUse, addedByCairn),
})
export type ArtifactVersion = Static<typeof ArtifactVersion>

/** `latestVersion` is added by Cairn; null when every version was deleted. */
export const ArtifactSummary = Type.Object({
  id: Uuid,
  name: Type.String(),
  description: nullable(Type.String()),
  createdAt: Timestamp,
  createdBy: Type.String(),
  latestVersion: nullable(Type.Object(versionSummary), addedByCairn),
})
export type ArtifactSummary = Static<typeof ArtifactSummary>

export const ListArtifactFilesQuery = Type.Object({
  ...pageQuery,
  /** Part of the path. */
  searchTerm: Type.Optional(Type.String({ maxLength: 256 })),
})
export type ListArtifactFilesQuery = Static<typeof ListArtifactFilesQuery>

/**
 * An entry of the zip. `compressedBytes` are what it takes in the zip. `mode` is what builds unpack it with: `0755` for programs and
 * directories, else `0644`.
 */
export const ArtifactFile = Type.Object({
  path: Type.String(),
  kind: Type.Enum(['file', 'directory']),
  sizeBytes: Type.Integer(),
  compressedBytes: Type.Integer(),
  mode: Type.String(),
})
export type ArtifactFile = Static<typeof ArtifactFile>

/** By path. Directories that are only named as a parent are not among them. `totalBytes` is unpacked, of all pages. */
export const ArtifactFilePage = pageOf({
  files: Type.Array(ArtifactFile),
  fileCount: Type.Integer(),
  totalBytes: Type.Integer(),
})
export type ArtifactFilePage = Static<typeof ArtifactFilePage>

export const ArtifactPage = pageOf({ artifacts: Type.Array(ArtifactSummary), artifactCount: Type.Integer() })
export type ArtifactPage = Static<typeof ArtifactPage>

/** Versions are paged, newest first. */
export const ArtifactDetails = pageOf({
  id: Uuid,
  name: Type.String(),
  description: nullable(Type.String()),
  source: nullable(Type.String(), addedByCairn),
  createdAt: Timestamp,
  createdBy: Type.String(),
  versions: Type.Array(ArtifactVersion),
  versionCount: Type.Integer(),
})
export type ArtifactDetails = Static<typeof ArtifactDetails>
