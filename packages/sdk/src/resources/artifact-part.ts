import type { ArtifactSource, FilePart } from '../transport/multipart-body.ts'

/** The file part of an upload of a zip. */
export function artifactPart(source: ArtifactSource): FilePart {
  return { partName: 'artifact', fileName: 'artifact.zip', contentType: 'application/zip', source }
}
