/**
 * Multipart bodies, read as they come. Clients send the file part before the text fields, so the file is stored before
 * anything is known of what it is for; whoever calls this removes it again when the rest is refused.
 */
import { once } from 'node:events'
import type { Readable } from 'node:stream'
import { CairnError } from '@cairn/contract'
import { Busboy, type BusboyInstance } from '@fastify/busboy'

export interface MultipartOptions<File> {
  /** Name of the part that holds the file. */
  readonly filePart: string
  /** Stores the file; called at most once. It reads the stream to its end or rejects. */
  storeFile(content: Readable): Promise<File>
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
  const fields: Record<string, string> = Object.create(null)
  const files: Promise<File>[] = []
  const refusals: CairnError[] = []
  const refuse = (message: string): void => {
    refusals.push(new CairnError('invalid_request', message))
  }
  parser.on('file', (name, content) => {
    if (name !== options.filePart || files.length > 0) {
      refuse(`part "${name}": the only file part is "${options.filePart}", once`)
      content.resume()
      return
    }
    const storing = storeOrDrain(content, (stream) => options.storeFile(stream))
    files.push(storing)
    // Awaited below; until then a failure must not count as unhandled.
    storing.catch(() => undefined)
  })
  parser.on('field', (name, value, nameTruncated, valueTruncated) => {
    if (nameTruncated || valueTruncated) refuse(`field "${name}": is longer than ${fieldLimits.fieldSize} bytes`)
    if (Object.hasOwn(fields, name)) refuse(`field "${name}": is there twice`)
    fields[name] = value
  })
  parser.on('partsLimit', () => refuse(`the body has more than ${fieldLimits.parts} parts`))
  parser.on('fieldsLimit', () => refuse(`the body has more than ${fieldLimits.fields} fields`))
  parser.on('filesLimit', () => refuse(`the only file part is "${options.filePart}", once`))
  await feed(parser, body)
  const [file = null] = await Promise.all(files)
  if (refusals[0] !== undefined) throw refusals[0]
  return { fields: { ...fields }, file }
}

function openParser(contentType: string | undefined): BusboyInstance {
  try {
    return new Busboy({ headers: { 'content-type': contentType ?? '' }, limits: fieldLimits })
  } catch (cause) {
    throw new CairnError('invalid_request', 'the body must be multipart/form-data with a boundary', { cause })
  }
}

/** The parser goes on only when the file's stream is read, so what storing leaves is thrown away. */
async function storeOrDrain<File>(content: Readable, store: (content: Readable) => Promise<File>): Promise<File> {
  try {
    return await store(content)
  } finally {
    content.resume()
  }
}

async function feed(parser: BusboyInstance, body: AsyncIterable<Buffer>): Promise<void> {
  const ended = once(parser, 'finish')
  ended.catch(() => undefined)
  try {
    for await (const chunk of body) {
      if (!parser.write(chunk)) await Promise.race([once(parser, 'drain'), ended])
    }
    parser.end()
    await ended
  } catch (error) {
    parser.destroy()
    if (error instanceof CairnError) throw error
    throw new CairnError('invalid_request', 'the body is no complete multipart/form-data', { cause: error })
  }
}
