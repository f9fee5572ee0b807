import { type Static, Type } from 'typebox'
import { Description, NumericId, ResourceName, ShortText, Timestamp, Uuid, nullable, addedByCairn } from './bounds.ts'
import { pageOf, pageQuery } from './page.ts'

export const ArtifactParams = Type.Object({ artifactId: Uuid })
export const ArtifactVersionParams = Type.Object({ artifactId: Uuid, version: NumericId })

export const ListArtifactsQuery = Type.Object(pageQuery)
export type ListArtifactsQuery = Static<typeof ListArtifactsQuery>

/** How the upload is checked; kept with the version. */
const checks = { scan: Type.Optional(Type.Boolean()), validate: Type.Optional(Type.Boolean()) }

/** Text fields of the upload. The text `null` as description stands for none. */
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

/** `sizeBytes` and `sha256` (lower-case hex, of the zip as uploaded) are added by Cairn. */
export const ArtifactVersion = Type.Object({
  version: Type.Integer(),
  createdAt: Timestamp,
  createdBy: Type.String(),
  sizeBytes: Type.Integer(addedByCairn),
  sha256: Type.String(addedByCairn),
})
export type ArtifactVersion = Static<typeof ArtifactVersion>

/** `latestVersion` is added by Cairn; null when every version was deleted. */
export const ArtifactSummary = Type.Object({
  id: Uuid,
  name: Type.String(),
  description: nullable(Type.String()),
  createdAt: Timestamp,
  createdBy: Type.String(),
  latestVersion: nullable(ArtifactVersion, addedByCairn),
})
export type ArtifactSummary = Static<typeof ArtifactSummary>

export const ArtifactPage = pageOf({ artifacts: Type.Array(ArtifactSummary), artifactCount: Type.Integer() })
export type ArtifactPage = Static<typeof ArtifactPage>

/** Versions are paged, newest first. */
export const ArtifactDetails = pageOf({
  id: Uuid,
  name: Type.String(),
  description: nullable(Type.String()),
  createdAt: Timestamp,
  createdBy: Type.String(),
  versions: Type.Array(ArtifactVersion),
  versionCount: Type.Integer(),
})
export type ArtifactDetails = Static<typeof ArtifactDetails>
