/** Body and zip of the two commands that upload an artifact. */
import type { BodyOf, Routes } from '@cairn/contract'
import { usageError } from '../../errors/cli-error.ts'
import type { fileOptions } from '../../grammar/common-options.ts'
import type { ValuesOf } from '../../grammar/option.ts'
import type { Session } from '../../session/session.ts'
import { packFolder } from '../../session/upload-folder.ts'
import { checkBody, readFileInput } from '../shared/request-body.ts'

type UploadOperation = 'createArtifact' | 'createArtifactVersion'

export async function artifactUpload<Id extends UploadOperation>(
  operation: Id,
  file: string,
  variables: ValuesOf<typeof fileOptions>,
  session: Session,
): Promise<{ fields: BodyOf<Routes[Id]>; zip: Blob }> {
  const input = await readFileInput(operation, { file, variables, takesArtifact: true }, session)
  const fields = await checkBody(operation, input.body, file, session)
  if (input.artifact === null) {
    throw usageError(`${file} names no folder to upload.`, { hint: 'Add artifact.path; --generate prints a sample.' })
  }
  return { fields, zip: await packFolder(session, input.artifact) }
}
