/** What a file of `apply` says about one thing. */
import type { ArtifactFolder } from '../session/upload-folder.ts'
import type { JsonObject } from '../templates/read-yaml.ts'

/** In the order in which they are carried out: each may name what stands before it. */
export const kinds = ['secret', 'query', 'artifact', 'image', 'workflow', 'service'] as const
export type Kind = (typeof kinds)[number]

export interface Document {
  readonly kind: Kind
  /** By which the thing is found on the server. */
  readonly name: string
  /** For messages: the file, and which document of it when it has several. */
  readonly source: string
  readonly body: JsonObject
  /** The folder to upload; null when none is named. */
  readonly artifact: ArtifactFolder | null
}

/** Stable: documents of one kind stay in the order of their files. */
export function inOrder(documents: readonly Document[]): Document[] {
  return documents.toSorted((a, b) => kinds.indexOf(a.kind) - kinds.indexOf(b.kind))
}
