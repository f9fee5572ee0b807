import { expect, test } from 'vitest'
import { readMultipart } from './multipart.ts'

const contentType = 'multipart/form-data; boundary=b'

async function* inPieces(text: string, size: number): AsyncGenerator<Buffer> {
  for (let at = 0; at < text.length; at += size) yield Buffer.from(text.slice(at, at + size))
}

async function textOf(content: AsyncIterable<Buffer>): Promise<string> {
  const chunks: Buffer[] = []
  for await (const chunk of content) chunks.push(chunk)
  return Buffer.concat(chunks).toString()
}

const read = (text: string, size = 7, storeFile: (content: AsyncIterable<Buffer>) => Promise<string> = textOf) =>
  readMultipart(inPieces(text, size), contentType, { filePart: 'artifact', storeFile })

const filePart = (name: string, content: string) =>
  `--b\r\nContent-Disposition: form-data; name="${name}"; filename="artifact.zip"\r\nContent-Type: application/zip\r\n\r\n${content}\r\n`
const field = (name: string, value: string) =>
  `--b\r\nContent-Disposition: form-data; name="${name}"\r\n\r\n${value}\r\n`

test('the file comes first and the fields follow, whatever the pieces', async () => {
  const body = `${filePart('artifact', 'zip bytes')}${field('name', 'a')}${field('description', 'null')}--b--\r\n`
  for (const size of [1, 3, 64, 10_000]) {
    expect(await read(body, size)).toEqual({ fields: { name: 'a', description: 'null' }, file: 'zip bytes' })
  }
})

test('a body without a file part has no file', async () => {
  expect(await read(`${field('name', 'a')}--b--\r\n`)).toEqual({ fields: { name: 'a' }, file: null })
})

test('a body that is only the closing boundary is empty', async () => {
  expect(await read('--b--\r\n')).toEqual({ fields: {}, file: null })
})

test('a large file passes whole', async () => {
  const content = 'x'.repeat(3_000_000)
  expect((await read(`${filePart('artifact', content)}--b--\r\n`, 65_536)).file).toBe(content)
})

test('a refusal by the store ends the reading with that refusal', async () => {
  const body = `${filePart('artifact', 'x'.repeat(500_000))}${field('name', 'a')}--b--\r\n`
  await expect(read(body, 65_536, () => Promise.reject(new Error('disk full')))).rejects.toThrow('disk full')
})

test('a store that stops half-way ends the reading with its refusal', async () => {
  const body = `${filePart('artifact', 'x'.repeat(5_000_000))}${field('name', 'a')}--b--\r\n`
  const stopping = async (content: AsyncIterable<Buffer>): Promise<string> => {
    for await (const piece of content) if (piece.length > 0) throw new Error('too large')
    return ''
  }
  await expect(read(body, 65_536, stopping)).rejects.toThrow('too large')
})

test('a body that fails half-way fails the content of its file, too', async () => {
  let seen: unknown = null
  const storing = async (content: AsyncIterable<Buffer>): Promise<string> => {
    try {
      return await textOf(content)
    } catch (error) {
      seen = error
      throw error
    }
  }
  async function* breaking(): AsyncGenerator<Buffer> {
    yield Buffer.from(filePart('artifact', 'x'.repeat(1000)).slice(0, 500))
    throw new Error('connection lost')
  }
  const reading = readMultipart(breaking(), contentType, { filePart: 'artifact', storeFile: storing })
  await expect(reading).rejects.toThrow('connection lost')
  expect(seen).toBeInstanceOf(Error)
})

test.each([
  ['a second file', `${filePart('artifact', 'a')}${filePart('artifact', 'b')}--b--\r\n`],
  ['a file part of another name', `${filePart('other', 'a')}--b--\r\n`],
  ['a field twice', `${field('name', 'a')}${field('name', 'b')}--b--\r\n`],
  ['a field that is too long', `${field('name', 'a'.repeat(300_000))}--b--\r\n`],
  ['a body that breaks off in a file', filePart('artifact', 'abc').slice(0, -20)],
  ['a body that breaks off in a field', field('name', 'abc').slice(0, -5)],
  ['too many fields', `${Array.from({ length: 80 }, (_, i) => field(`f${i}`, 'x')).join('')}--b--\r\n`],
])('%s is refused', async (_case, body) => {
  await expect(read(body, 65_536)).rejects.toMatchObject({ code: 'invalid_request' })
})

test.each([undefined, 'application/json', 'multipart/form-data'])('content type %s is refused', async (type) => {
  const reading = readMultipart(inPieces('{}', 2), type, { filePart: 'artifact', storeFile: textOf })
  await expect(reading).rejects.toMatchObject({ code: 'invalid_request' })
})

test('names of prototypes are fields like others', async () => {
  const { fields } = await read(`${field('__proto__', 'x')}${field('constructor', 'y')}--b--\r\n`)
  expect(Object.keys(fields)).toContain('constructor')
  expect(Object.getPrototypeOf(fields)).toBe(Object.prototype)
})
