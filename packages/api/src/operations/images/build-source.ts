/** What a build is made from, as the request and the database have it. */
import type { BuildDetails, CairnError } from '@cairn/contract'
import { secretsOfBuild } from '@cairn/domain'
import { findArtifactVersion, lockArtifactVersion, selectKnownSecrets, type TokenHolder, type Tx } from '@cairn/store'
import type { ApiContext } from '../../context.ts'
import type { Upload } from '../../operation.ts'
import { refusedField } from '../../refusals.ts'

/** A version of a stored artifact that a build is made from. */
export interface NamedArtifact {
  readonly id: string
  readonly version: number
  readonly content: Upload
}

/** A build that can be queued: its details are complete and its context has been read. */
export interface PreparedBuild {
  readonly details: BuildDetails
  /** null when the context is no zip of ours: a repository, or the text of a Dockerfile. */
  readonly context: Upload | null
  /** The stored artifact that the context is of. */
  readonly artifact: NamedArtifact | null
}

/**
 * The artifact that the details name; its latest version when they name none.
 *
 * @throws {CairnError} `unknown_reference`
 */
export async function findNamedArtifact(
  { database }: Pick<ApiContext, 'database'>,
  tenantId: string,
  { artifactId: id, artifactVersion: version }: BuildDetails,
): Promise<NamedArtifact | null> {
  if (id === undefined) return null
  const found = await findArtifactVersion(database.db, tenantId, id, version ?? null)
  if (found === null) throw unknownArtifact(id, version)
  return { id, version: found.version, content: { sha256: found.sha256, sizeBytes: found.sizeBytes } }
}

function unknownArtifact(id: string, version: number | undefined): CairnError {
  return version === undefined
    ? refusedField('unknown_reference', 'buildDetails.artifactId', `artifact ${id} does not exist`)
    : refusedField('unknown_reference', 'buildDetails.artifactVersion', `artifact ${id} has no version ${version}`)
}

/**
 * Holds what the build refers to until the transaction ends, so that it exists when the version that names it does.
 *
 * @throws {CairnError} `unknown_reference` naming the secret or the artifact that is not there
 */
export async function holdReferences(tx: Tx, { tenantId }: TokenHolder, { details, artifact }: PreparedBuild) {
  if (artifact !== null && !(await lockArtifactVersion(tx, tenantId, artifact.id, artifact.version))) {
    throw unknownArtifact(artifact.id, artifact.version)
  }
  const names = secretsOfBuild(details)
  const known = await selectKnownSecrets(tx, tenantId, { names, variables: [] })
  const missing = names.find((name) => !known.has(name))
  if (missing === undefined) return
  const place = (details.secrets ?? []).indexOf(missing)
  const field = place === -1 ? 'buildDetails.token' : `buildDetails.secrets.${place}`
  throw refusedField('unknown_reference', field, `secret "${missing}" does not exist`)
}
