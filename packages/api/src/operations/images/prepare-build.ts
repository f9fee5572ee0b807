import type { BuildDetails } from '@cairn/contract'
import { type BuildPaths, checkBuildDetails, resolveBuildPaths } from '@cairn/domain'
import type { ApiContext } from '../../context.ts'
import { invalid } from '../../http/error-answer.ts'
import type { Upload } from '../../operation.ts'
import { refusedField } from '../../refusals.ts'
import { type InspectionContext, listUpload } from '../archive.ts'
import { findNamedArtifact, type PreparedBuild } from './build-source.ts'

export interface BuildWish {
  readonly tenantId: string
  readonly details: BuildDetails | undefined
  readonly upload: Upload | null
  /** The context that the version has already, when only its details change. */
  readonly known: Upload | null
  readonly signal: AbortSignal
}

type Context = InspectionContext & Pick<ApiContext, 'database'>

/**
 * Checks what a version would be built from.
 *
 * @throws {CairnError} naming the field, or the entry of the archive, and the rule
 */
export async function prepareBuild(context: Context, wish: BuildWish): Promise<PreparedBuild> {
  const details = { source: 'upload' as const, useCache: true, ...wish.details }
  const errors = checkBuildDetails(details)
  if (errors.length > 0) throw invalid(errors)
  if (details.source === 'upload') return prepareUpload(context, wish, details)
  if (wish.upload !== null) {
    throw refusedField(
      'invalid_request',
      'artifact',
      `must be left out when buildDetails.source is "${details.source}"`,
    )
  }
  return { details, context: null, artifact: null }
}

async function prepareUpload(context: Context, wish: BuildWish, details: BuildDetails): Promise<PreparedBuild> {
  const artifact = await findNamedArtifact(context, wish.tenantId, details)
  if (artifact !== null && wish.upload !== null) {
    throw refusedField(
      'invalid_request',
      'artifact',
      'must be left out when buildDetails.artifactId names a stored one',
    )
  }
  const upload = artifact?.content ?? wish.upload ?? wish.known
  if (upload === null) {
    throw refusedField(
      'invalid_request',
      'artifact',
      'send the zip of the build context as a file part of this name, or name a stored one in buildDetails.artifactId',
    )
  }
  const resolved = resolveBuildPaths(details)
  if (resolved.kind === 'invalid') throw invalid(resolved.errors)
  await checkContext(context, resolved.paths, upload, wish.signal)
  const pinned = artifact === null ? details : { ...details, artifactVersion: artifact.version }
  return { details: pinned, context: upload, artifact }
}

async function checkContext(context: Context, paths: BuildPaths, upload: Upload, signal: AbortSignal): Promise<void> {
  const entries = await listUpload(context, upload, signal)
  const hasContext = paths.context === '' || entries.some(({ path }) => path.startsWith(`${paths.context}/`))
  if (!hasContext) {
    throw refusedField('invalid_request', 'buildDetails.context', `"${paths.context}" is no directory of the artifact`)
  }
  if (!entries.some(({ path, kind }) => kind === 'file' && path === paths.dockerfile)) {
    throw refusedField(
      'invalid_request',
      'buildDetails.dockerfilePath',
      `the artifact has no file "${paths.dockerfile}"`,
    )
  }
}
