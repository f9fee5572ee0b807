/**
 * Heads of plain HTTP/1.1 messages, as text of one character per byte. Pure.
 *
 * Always true: what is read here can be read in one way only. Lines end with CR LF, fields are `token: value` without
 * folding or control characters, a request has one `Host`, at most one canonical `Content-Length` and no transfer coding.
 * Whatever else a message holds makes it odd, and the caller leaves it to Node's parser or refuses it.
 */

/** A request whose bytes are all there. Fields are `[name, value, name, value, …]`. */
export interface PlainRequest {
  readonly method: string
  readonly target: string
  readonly fields: readonly string[]
  readonly host: string
  readonly cookie: string | undefined
  readonly accept: string
  /** The client wants its connection closed after the answer. */
  readonly isLast: boolean
  /** Empty = none. */
  readonly body: Buffer
  /** Bytes of the request, head and body. */
  readonly size: number
}

/** Larger ones are left to Node's parser, which reads them piece by piece. */
const longestHead = 8 * 1024
const mostFields = 100

const requestLine = /^(GET|HEAD|POST|PUT|PATCH|DELETE|OPTIONS) (\/[\x21-\x22\x24-\x7e]*) HTTP\/1\.1$/
const name = /^[!#$%&'*+\-.^_`|~\dA-Za-z]+$/
/** Control characters, and CR or LF that do not stand together. */
const oddCharacter = /[^\t\r\n\x20-\x7e\x80-\xff]|\r(?!\n)|(?<!\r)\n/
const plainLength = /^(?:0|[1-9]\d{0,15})$/

/** Makes a request odd, whatever their values are. */
const oddRequestFields = new Set([
  'transfer-encoding',
  'expect',
  'upgrade',
  'te',
  'trailer',
  'proxy-connection',
  'keep-alive',
  'http2-settings',
])

/** The request at the beginning of `bytes`; null = it is odd, or not all of it is there. */
export function readPlainRequest(bytes: Buffer): PlainRequest | null {
  const end = bytes.indexOf('\r\n\r\n', 0, 'latin1')
  if (end < 0 || end > longestHead) return null
  const text = bytes.toString('latin1', 0, end)
  const lineEnd = text.indexOf('\r\n')
  const first = requestLine.exec(lineEnd < 0 ? text : text.slice(0, lineEnd))
  const fields = lineEnd < 0 ? null : readFields(text.slice(lineEnd + 2))
  if (first === null || fields === null) return null
  const known = requestFields(fields)
  if (known === null) return null
  const size = end + 4 + known.length
  if (bytes.length < size) return null
  return {
    method: first[1] ?? '',
    target: first[2] ?? '',
    fields,
    host: known.host,
    cookie: known.cookie,
    accept: known.accept,
    isLast: known.isLast,
    body: bytes.subarray(end + 4, size),
    size,
  }
}

interface RequestFields {
  host: string
  cookie: string | undefined
  accept: string
  length: number
  isLast: boolean
}

function requestFields(fields: readonly string[]): RequestFields | null {
  const known: RequestFields = { host: '', cookie: undefined, accept: '', length: 0, isLast: false }
  let [hosts, lengths, connections, cookies] = [0, 0, 0, 0]
  for (let index = 0; index < fields.length; index += 2) {
    const lower = (fields[index] ?? '').toLowerCase()
    const value = fields[index + 1] ?? ''
    if (oddRequestFields.has(lower)) return null
    if (lower === 'host') {
      hosts += 1
      known.host = value
    } else if (lower === 'content-length') {
      lengths += 1
      if (!plainLength.test(value)) return null
      known.length = Number(value)
    } else if (lower === 'connection') {
      connections += 1
      const option = value.toLowerCase()
      if (option !== 'close' && option !== 'keep-alive') return null
      known.isLast = option === 'close'
    } else if (lower === 'cookie') {
      cookies += 1
      known.cookie = value
    } else if (lower === 'accept') known.accept = value
  }
  return hosts === 1 && lengths <= 1 && connections <= 1 && cookies <= 1 ? known : null
}

export type AnswerBody =
  | { readonly kind: 'none' }
  | { readonly kind: 'length'; readonly length: number }
  | { readonly kind: 'chunked' }
  /** It ends with the connection. */
  | { readonly kind: 'rest' }

export interface PlainAnswer {
  readonly status: number
  readonly reason: string
  readonly fields: readonly string[]
  readonly body: AnswerBody
  readonly hasDate: boolean
  /** The instance keeps the connection. */
  readonly isKept: boolean
}

const statusLine = /^HTTP\/1\.([01]) ([1-5]\d\d)(?: ([^\r\n]*))?$/
const sendable = /^[\t\x20-\x7e\x80-\xff]*$/

/** The head of an answer, without its last two line ends; null = it is odd. `method` is that of the request. */
export function readAnswerHead(text: string, method: string): PlainAnswer | null {
  const lineEnd = text.indexOf('\r\n')
  const first = statusLine.exec(lineEnd < 0 ? text : text.slice(0, lineEnd))
  const fields = lineEnd < 0 ? [] : readFields(text.slice(lineEnd + 2))
  if (first === null || fields === null) return null
  const status = Number(first[2])
  const reason = first[3] ?? ''
  const known = answerFields(fields)
  if (known === null) return null
  const isBare = status < 200 || status === 204 || status === 304 || method === 'HEAD'
  return {
    status,
    reason: sendable.test(reason) ? reason : '',
    fields: status === 204 ? withoutLength(fields) : fields,
    body: isBare ? { kind: 'none' } : known.body,
    hasDate: known.hasDate,
    isKept: first[1] === '1' && !known.isLast,
  }
}

interface AnswerFields {
  body: AnswerBody
  hasDate: boolean
  isLast: boolean
}

function answerFields(fields: readonly string[]): AnswerFields | null {
  const known: AnswerFields = { body: { kind: 'rest' }, hasDate: false, isLast: false }
  let framings = 0
  for (let index = 0; index < fields.length; index += 2) {
    const lower = (fields[index] ?? '').toLowerCase()
    const value = fields[index + 1] ?? ''
    if (lower === 'content-length') {
      framings += 1
      if (!plainLength.test(value) || Number(value) > Number.MAX_SAFE_INTEGER) return null
      known.body = { kind: 'length', length: Number(value) }
    } else if (lower === 'transfer-encoding') {
      framings += 1
      if (value.toLowerCase() !== 'chunked') return null
      known.body = { kind: 'chunked' }
    } else if (lower === 'date') known.hasDate = true
    else if (lower === 'connection') known.isLast ||= /(?:^|,)[ \t]*close[ \t]*(?:,|$)/i.test(value)
  }
  return framings <= 1 ? known : null
}

function withoutLength(fields: readonly string[]): string[] {
  return fields.filter((_, index) => fields[index - (index % 2)]?.toLowerCase() !== 'content-length')
}

function readFields(text: string): string[] | null {
  if (oddCharacter.test(text)) return null
  const fields: string[] = []
  for (const line of text.split('\r\n')) {
    const colon = line.indexOf(':')
    const before = line.slice(0, Math.max(colon, 0))
    if (!name.test(before) || fields.length >= mostFields * 2) return null
    fields.push(before, trimmed(line, colon + 1))
  }
  return fields
}

/** Without blanks and tabs around. */
function trimmed(line: string, from: number): string {
  let [start, end] = [from, line.length]
  while (start < end && isBlank(line.charCodeAt(start))) start += 1
  while (end > start && isBlank(line.charCodeAt(end - 1))) end -= 1
  return line.slice(start, end)
}

const isBlank = (code: number): boolean => code === 0x20 || code === 0x09
