/**
 * Multipart bodies, read as they come. Clients send the file part before the text fields, so the file is stored before
 * anything is known of what it is for; whoever calls this removes it again when the rest is refused.
 *
 * Whatever ends the reading early (the parser, the store, the body's limits) ends all three: the file's content fails, so
 * that the store lets go of it, and only then is the failure thrown. The rest of the body stays unread.
 */
import { once } from 'node:events'
import type { Readable } from 'node:stream'
import { CairnError } from '@cairn/contract'
import { Busboy, type BusboyInstance } from '@fastify/busboy'

export interface MultipartOptions<File> {
  /** Name of the part that holds the file. */
  readonly filePart: string
  /** Stores the file; called at most once. */
  storeFile(content: AsyncIterable<Buffer>): Promise<File>
}

export interface MultipartForm<File> {
  /** Text fields as they were sent. */
  readonly fields: Readonly<Record<string, string>>
  /** null = no file part. */
  readonly file: File | null
}

const fieldLimits = { fieldNameSize: 128, fieldSize: 256 * 1024, fields: 64, files: 1, parts: 65, headerPairs: 16 }

/**
 * @param body the request's body, already bounded in bytes and time
 * @throws {CairnError} `invalid_request` for what is no multipart body, has a second file or a field that is too long
 */
export async function readMultipart<File>(
  body: AsyncIterable<Buffer>,
  contentType: string | undefined,
  options: MultipartOptions<File>,
): Promise<MultipartForm<File>> {
  const parser = openParser(contentType)
  const fields = new Map<string, string>()
  const files: { readonly content: Readable; readonly stored: Promise<File> }[] = []
  const { promise: failed, reject: fail } = Promise.withResolvers<never>()
  failed.catch(() => undefined)
  const refuse = (message: string): void => fail(new CairnError('invalid_request', message))
  const onlyOneFile = `the only file part is "${options.filePart}", once`
  parser.on('file', (name, content) => {
    content.on('error', () => undefined)
    if (name !== options.filePart || files.length > 0) return refuse(`part "${name}": ${onlyOneFile}`)
    const stored = options.storeFile(piecesOf(content))
    stored.catch(fail)
    files.push({ content, stored })
  })
  parser.on('field', (name, value, nameTruncated, valueTruncated) => {
    if (nameTruncated || valueTruncated) refuse(`field "${name}": is longer than ${fieldLimits.fieldSize} bytes`)
    if (fields.has(name)) refuse(`field "${name}": is there twice`)
    fields.set(name, value)
  })
  parser.on('partsLimit', () => refuse(`the body has more than ${fieldLimits.parts} parts`))
  parser.on('fieldsLimit', () => refuse(`the body has more than ${fieldLimits.fields} fields`))
  parser.on('filesLimit', () => refuse(onlyOneFile))
  try {
    await feed(parser, body, failed)
    const [file = null] = await Promise.all(files.map(({ stored }) => stored))
    return { fields: Object.fromEntries(fields), file }
  } catch (error) {
    parser.destroy()
    for (const { content } of files) content.destroy(error instanceof Error ? error : undefined)
    await Promise.allSettled(files.map(({ stored }) => stored))
    throw error
  }
}

function openParser(contentType: string | undefined): BusboyInstance {
  try {
    const parser = new Busboy({ headers: { 'content-type': contentType ?? '' }, limits: fieldLimits })
    // Failures are taken from `finish` below; one that comes after it has nobody left to tell.
    parser.on('error', () => undefined)
    return parser
  } catch (cause) {
    throw new CairnError('invalid_request', 'the body must be multipart/form-data with a boundary', { cause })
  }
}

/** A reader that stops early leaves the stream open; it is the form's. */
async function* piecesOf(content: Readable): AsyncGenerator<Buffer> {
  try {
    yield* content.iterator({ destroyOnReturn: false })
  } catch (error) {
    throw error instanceof CairnError ? error : brokenForm(error)
  }
}

function brokenForm(cause: unknown): CairnError {
  return new CairnError('invalid_request', 'the body is no complete multipart/form-data', { cause })
}

/** Resolves when the parser has seen the whole body; rejects as soon as anything failed. */
async function feed(parser: BusboyInstance, body: AsyncIterable<Buffer>, failed: Promise<never>): Promise<void> {
  const ended = once(parser, 'finish').catch((cause: unknown) => {
    throw brokenForm(cause)
  })
  ended.catch(() => undefined)
  const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve))
  const unlessBroken = failingWith([ended, failed])
  const pieces = body[Symbol.asyncIterator]()
  try {
    for (;;) {
      // A failure is told at once, also when no further piece comes.
      const piece = await unlessBroken(pieces.next())
      if (piece.done === true) break
      if (parser.write(piece.value)) await unlessBroken(turn())
      else await unlessBroken(Promise.race([once(parser, 'drain'), ended]))
    }
  } finally {
    // Not awaited: it would wait for a piece that may never come.
    pieces.return?.().catch(() => undefined)
  }
  parser.end()
  await unlessBroken(ended)
  // A refusal of the last field comes in the same turn as the end.
  await unlessBroken(turn())
}

/**
 * Waits for one thing after the other, and rejects as soon as one of `ends` does. A `Promise.race` with them each time
 * would hold the outcome of every wait until they settle: all pieces of a body.
 */
function failingWith(ends: readonly Promise<unknown>[]): <T>(step: Promise<T>) => Promise<T> {
  let failure: { readonly reason: unknown } | null = null
  let rejectStep: (reason: unknown) => void = () => undefined
  for (const end of ends) {
    end.catch((reason: unknown) => {
      failure ??= { reason }
      rejectStep(reason)
    })
  }
  return (step) =>
    new Promise((resolve, reject) => {
      rejectStep = reject
      if (failure === null) step.then(resolve, reject)
      else reject(failure.reason)
    })
}
