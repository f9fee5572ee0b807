/** What the four commands that build have in common: body, upload, answer, waiting. */
import type { BodyOf, ImageVersionCreated, Routes } from '@cairn/contract'
import type { CairnClient, UploadOptions } from '@cairn/sdk'
import { usageError } from '../../errors/cli-error.ts'
import type { ValuesOf } from '../../grammar/option.ts'
import type { Session } from '../../session/session.ts'
import { type ArtifactFolder, packFolder, uploadOptions } from '../../session/upload-folder.ts'
import { waitForBuild } from '../../waiting/wait.ts'
import {
  type Assignment,
  checkBody,
  type FileInput,
  layOver,
  readFileInput,
  sourceName,
} from '../shared/request-body.ts'
import { buildAssignments, type buildFlags, buildSource } from './image-flags.ts'

export type BuildOperation = 'createImage' | 'createImageVersion' | 'updateImageVersion'

type BuildGiven = ValuesOf<typeof buildFlags>

export interface BuildRequest<Id extends BuildOperation> {
  readonly body: BodyOf<Routes[Id]>
  readonly artifact: ArtifactFolder | null
}

export interface BuildGivens {
  readonly file: string | undefined
  readonly options: BuildGiven
  /** The flags of this command alone. */
  readonly own: readonly Assignment[]
}

/** What the file and the flags say, before it is held to a schema. */
export async function mergedRequest(
  operation: BuildOperation,
  { file, options, own }: BuildGivens,
  session: Session,
): Promise<FileInput> {
  const { body, artifact } = await readFileInput(operation, buildSource(file, options), session)
  return { body: layOver(body, [...own, ...(await buildAssignments(options, session))]), artifact }
}

/** Body and folder from the file and the flags. */
export async function buildRequest<Id extends BuildOperation>(
  operation: Id,
  given: BuildGivens,
  session: Session,
): Promise<BuildRequest<Id>> {
  const { body, artifact } = await mergedRequest(operation, given, session)
  return { body: await checkBody(operation, body, sourceName(given.file), session), artifact }
}

interface Details {
  readonly buildDetails?: { readonly source?: string; readonly artifactId?: string }
}

/** @throws CliError of exit code 2 when the build is one of an upload and nothing is uploaded. */
export function demandUpload({ body, artifact }: { body: Details; artifact: ArtifactFolder | null }): void {
  const { source = 'upload', artifactId } = body.buildDetails ?? {}
  if (source !== 'upload' || artifact !== null || artifactId !== undefined) return
  throw usageError('There is nothing to build from: the source is upload, and no folder is named.', {
    hint: 'Name one by artifact.path in the file or by --artifact-path, or choose another --source.',
  })
}

/**
 * Uploads and starts the build, prints the answer, and waits with `--wait`.
 *
 * @param start calls the operation.
 */
export async function startBuild(
  session: Session,
  request: { readonly artifact: ArtifactFolder | null; readonly options: BuildGiven },
  start: (client: CairnClient, zip: Blob | undefined, options: UploadOptions) => Promise<ImageVersionCreated>,
): Promise<void> {
  const zip = request.artifact === null ? undefined : await packFolder(session, request.artifact)
  const answer = await start(await session.client(), zip, uploadOptions(session))
  session.progress.clear()
  if (!request.options.wait) return session.output.value(answer)
  session.output.note(`cairn: build ${answer.buildId} of image ${answer.imageId} has started`)
  const { status } = await waitForBuild(session, answer, request.options)
  await session.output.value({ ...answer, status })
}
