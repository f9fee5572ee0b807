/** In a process of its own: what other tests hold would count. */
import { expect, test } from 'vitest'
import { readMultipart } from './multipart.ts'

test('what was stored of a file is not held while the rest comes', async () => {
  const pieceBytes = 1024 * 1024
  const pieces = 512
  async function* body(): AsyncGenerator<Buffer> {
    yield Buffer.from('--b\r\nContent-Disposition: form-data; name="artifact"; filename="artifact.zip"\r\n\r\n')
    for (let piece = 0; piece < pieces; piece += 1) yield Buffer.alloc(pieceBytes, 'x')
    yield Buffer.from('\r\n--b--\r\n')
  }
  let bytes = 0
  let mostHeld = 0
  const storeFile = async (content: AsyncIterable<Buffer>): Promise<string> => {
    for await (const piece of content) {
      bytes += piece.length
      mostHeld = Math.max(mostHeld, process.memoryUsage().arrayBuffers)
    }
    return 'stored'
  }
  await readMultipart(body(), 'multipart/form-data; boundary=b', { filePart: 'artifact', storeFile })
  expect(bytes).toBe(pieces * pieceBytes)
  expect(mostHeld).toBeLessThan((pieces * pieceBytes) / 2)
})
