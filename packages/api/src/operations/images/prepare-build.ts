import type { BuildDetails } from '@cairn/contract'
import { oversize, resolveBuildPaths } from '@cairn/domain'
import { invalid } from '../../http/error-answer.ts'
import type { Upload } from '../../operation.ts'
import { refusedField } from '../../refusals.ts'
import { inspectUpload, type InspectionContext } from '../archive.ts'

/** A build that can be queued: its details are complete and its context has been read. */
export interface PreparedBuild {
  readonly details: BuildDetails
  /** null when the Dockerfile is text in the details. */
  readonly context: Upload | null
}

export interface BuildWish {
  readonly details: BuildDetails | undefined
  readonly autodeployResources?: readonly unknown[] | undefined
}

/**
 * Checks what a version would be built from.
 *
 * @param known the context that the version has already, when only its details change
 * @throws {CairnError} naming the field, or the entry of the archive, and the rule
 */
export async function prepareBuild(
  context: InspectionContext,
  wish: BuildWish,
  uploads: { readonly upload: Upload | null; readonly known: Upload | null },
  signal: AbortSignal,
): Promise<PreparedBuild> {
  const details = { source: 'upload' as const, useCache: true, ...wish.details }
  refuseUnsupported(details, wish.autodeployResources ?? [])
  if (details.source === 'dockerfile') {
    if (details.dockerfile === undefined) {
      throw refusedField('invalid_request', 'buildDetails.dockerfile', 'is required when source is "dockerfile"')
    }
    if (uploads.upload !== null) {
      throw refusedField('invalid_request', 'artifact', 'must be left out when buildDetails.source is "dockerfile"')
    }
    return { details, context: null }
  }
  const upload = uploads.upload ?? uploads.known
  if (upload === null) {
    throw refusedField('invalid_request', 'artifact', 'send the zip of the build context as a file part of this name')
  }
  await checkContext(context, details, upload, signal)
  return { details, context: upload }
}

function refuseUnsupported(details: BuildDetails, autodeployResources: readonly unknown[]): void {
  const unsupported = 'is not supported by this version of Cairn'
  if (details.source === 'github') {
    throw refusedField(
      'invalid_request',
      'buildDetails.source',
      `"github" ${unsupported}; use "upload" or "dockerfile"`,
    )
  }
  if ((details.secrets ?? []).length > 0) throw refusedField('invalid_request', 'buildDetails.secrets', unsupported)
  for (const [index, { value }] of (details.buildArguments ?? []).entries()) {
    const rule = oversize(value)
    if (rule !== null) throw refusedField('invalid_request', `buildDetails.buildArguments.${index}.value`, rule)
  }
  if (autodeployResources.length > 0) throw refusedField('invalid_request', 'autodeployResources', unsupported)
}

async function checkContext(
  context: InspectionContext,
  details: BuildDetails,
  upload: Upload,
  signal: AbortSignal,
): Promise<void> {
  const resolved = resolveBuildPaths(details)
  if (resolved.kind === 'invalid') throw invalid(resolved.errors)
  const { paths } = resolved
  const { entries } = await inspectUpload(context, upload, signal)
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
