/**
 * Reading request bodies that may be hostile or stuck. A client of the reference kind that retries an upload sends the
 * headers again and then no byte: without the idle limit it would hold its connection for ever.
 */
import type { Readable } from 'node:stream'
import { CairnError } from '@cairn/contract'

export interface BodyLimits {
  readonly maxBytes: number
  /** Longest silence between two pieces, in milliseconds. */
  readonly idleMs: number
  /** Longest time from the first piece asked for to the last, in milliseconds. */
  readonly totalMs: number
}

/**
 * The body in pieces. Leaves the stream open when it stops early, so that the rest can be drained and an answer sent.
 *
 * @throws {CairnError} `payload_too_large` beyond `maxBytes`, `request_timeout` beyond `idleMs` or `totalMs`
 */
export async function* readBody(body: Readable, limits: BodyLimits): AsyncGenerator<Buffer> {
  const pieces = body.iterator({ destroyOnReturn: false })
  const deadline = performance.now() + limits.totalMs
  let bytes = 0
  try {
    for (;;) {
      const waitMs = Math.min(limits.idleMs, deadline - performance.now())
      if (waitMs <= 0) throw tooLate()
      const piece = await withinMs(nextOf(pieces), waitMs)
      if (piece.done === true) return
      bytes += piece.value.length
      if (bytes > limits.maxBytes) throw tooLarge(limits.maxBytes)
      yield piece.value
    }
  } finally {
    // Not awaited: it would wait for a piece that may never come.
    pieces.return?.().catch(() => undefined)
  }
}

async function nextOf(pieces: AsyncIterator<Buffer>): Promise<IteratorResult<Buffer>> {
  try {
    return await pieces.next()
  } catch (cause) {
    throw new CairnError('invalid_request', 'the connection broke before the body was complete', { cause })
  }
}

export function tooLarge(maxBytes: number): CairnError {
  return new CairnError('payload_too_large', `the body is larger than ${maxBytes} bytes`)
}

function tooLate(): CairnError {
  return new CairnError('request_timeout', 'the body did not arrive in time; send the request again')
}

async function withinMs<T>(promise: Promise<T>, waitMs: number): Promise<T> {
  let timer: NodeJS.Timeout | undefined
  const late = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(() => reject(tooLate()), waitMs)
  })
  try {
    return await Promise.race([promise, late])
  } finally {
    clearTimeout(timer)
  }
}

/** The whole body. @throws {CairnError} as {@link readBody} */
export async function readBytes(body: Readable, limits: BodyLimits): Promise<Buffer> {
  const chunks: Buffer[] = []
  for await (const chunk of readBody(body, limits)) chunks.push(chunk)
  return Buffer.concat(chunks)
}

/**
 * The body as JSON; nothing at all counts as `{}`.
 *
 * @throws {CairnError} as {@link readBody}, and `invalid_request` for what is no JSON
 */
export async function readJsonBody(body: Readable, limits: BodyLimits): Promise<unknown> {
  const text = utf8TextOf(await readBytes(body, limits))
  if (text.trim() === '') return {}
  try {
    return JSON.parse(text)
  } catch {
    throw new CairnError('invalid_request', 'the body is not JSON')
  }
}

/** Without its byte order mark. Other encodings are refused: replaced characters would be stored as if they were meant. */
function utf8TextOf(bytes: Buffer): string {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes)
  } catch (cause) {
    throw new CairnError('invalid_request', 'the body must be UTF-8', { cause })
  }
}

/**
 * Reads and forgets what is left, so that a client that sends its whole body before it reads gets the answer. false =
 * there was more than the limits allow, and the connection has to be closed after the answer.
 */
export async function drainBody(body: Readable, limits: BodyLimits): Promise<boolean> {
  if (body.readableEnded || body.destroyed) return true
  try {
    const rest = readBody(body, limits)
    while ((await rest.next()).done !== true) continue
    return true
  } catch {
    return false
  }
}
