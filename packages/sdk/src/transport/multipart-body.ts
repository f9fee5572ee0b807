/** Multipart bodies as one `Blob`: of known length, and readable more than once. */

/** A zip to upload: bytes, a `Blob` or `File`, or a folder packed by `zipFolder` of `@cairn/sdk/node`. */
export type ArtifactSource = Blob | Uint8Array<ArrayBuffer>

/**
 * How far an upload is.
 *
 * @example
 * const show = ({ phase, bytes, totalBytes }: Progress): void => console.log(phase, bytes, totalBytes ?? 'unknown')
 */
export interface Progress {
  /** `zip`: a folder is being packed; `upload`: bytes are handed to the connection. */
  readonly phase: 'zip' | 'upload'
  /** Bytes so far. */
  readonly bytes: number
  /** Known before the end only while uploading. */
  readonly totalBytes: number | null
}

/** Told how far an upload is, often; it should return at once. */
export type OnProgress = (progress: Progress) => void

/**
 * A file of a multipart body, for `client.raw`.
 *
 * @example
 * const file = { partName: 'artifact', fileName: 'app.zip', contentType: 'application/zip', source: bytes }
 * await client.raw('createArtifact', { body: { name: 'app' }, files: [file] })
 */
export interface FilePart {
  /** As the API document names the part. */
  readonly partName: string
  /** What the server is told as its name. */
  readonly fileName: string
  /** Media type. */
  readonly contentType: string
  /** Its bytes. */
  readonly source: ArtifactSource
}

export interface MultipartBody {
  readonly contentType: string
  readonly blob: Blob
}

/** Text as it is; everything else as JSON, which is how the server tells them apart by its schema. */
function fieldText(value: unknown): string {
  return typeof value === 'string' ? value : JSON.stringify(value)
}

const quotedName = (name: string): string => name.replaceAll('"', '%22').replaceAll('\r', '%0D').replaceAll('\n', '%0A')

/**
 * Files first, then one text part for each field that is not `undefined`.
 *
 * @param boundary - must not occur in any part; a random one of 32 characters.
 */
export function multipartBody(
  files: readonly FilePart[],
  fields: Readonly<Record<string, unknown>>,
  boundary: string,
): MultipartBody {
  const parts: (string | ArtifactSource)[] = []
  for (const { partName, fileName, contentType, source } of files) {
    const names = `name="${quotedName(partName)}"; filename="${quotedName(fileName)}"`
    const head = `Content-Disposition: form-data; ${names}\r\nContent-Type: ${contentType}`
    parts.push(`--${boundary}\r\n${head}\r\n\r\n`, source, '\r\n')
  }
  for (const [name, value] of Object.entries(fields)) {
    if (value === undefined) continue
    const head = `Content-Disposition: form-data; name="${quotedName(name)}"`
    parts.push(`--${boundary}\r\n${head}\r\n\r\n${fieldText(value)}\r\n`)
  }
  parts.push(`--${boundary}--\r\n`)
  return { contentType: `multipart/form-data; boundary=${boundary}`, blob: new Blob(parts) }
}

/**
 * A blob that reports how much of it has been read. `fetch` of Node reads a body by `stream()`; browsers read it past this
 * class, so there only the end is reported, by the caller.
 */
export class CountedBlob extends Blob {
  readonly #onProgress: OnProgress

  constructor(blob: Blob, onProgress: OnProgress) {
    super([blob])
    this.#onProgress = onProgress
  }

  override stream(): ReturnType<Blob['stream']> {
    const totalBytes = this.size
    const report = this.#onProgress
    let bytes = 0
    const count = new TransformStream<Uint8Array<ArrayBuffer>, Uint8Array<ArrayBuffer>>({
      transform(chunk, controller) {
        bytes += chunk.byteLength
        report({ phase: 'upload', bytes, totalBytes })
        controller.enqueue(chunk)
      },
    })
    return super.stream().pipeThrough(count)
  }
}
