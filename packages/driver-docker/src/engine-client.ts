/**
 * The only file that speaks to dockerode, and the typed edge of everything that comes from an engine but raw connections.
 *
 * Every answer is taken as a stream with its status, and its end is awaited here: dockerode's own reading of a body
 * neither notices an engine that dies between the header and the end of an answer (its promise then never settles, and
 * `wait` sends its header at once), nor streams the logs of a container that is not followed.
 */
import { IncomingMessage } from 'node:http'
import type { Duplex, Readable } from 'node:stream'
import { type Call, DriverError } from '@cairn/driver'
import Docker from 'dockerode'
import { EngineAgent } from './engine-agent.ts'
import { type EngineHost, formatEngineHost } from './engine-host.ts'
import { upgrade } from './engine-upgrade.ts'
import { connectionError, responseError } from './map-error.ts'

export interface EngineRequest {
  readonly method: 'GET' | 'POST' | 'PUT' | 'DELETE'
  /** Without query, parts already encoded. */
  readonly path: string
  /** Objects are sent as JSON, undefined is left out. */
  readonly query?: Readonly<Record<string, string | number | boolean | object>>
  readonly body?: object
  /** Sent instead of `body`, as a tar. */
  readonly upload?: Readable
  /** For the registry that the engine is told to speak to; empty = none, but the engine is told. */
  readonly login?: { readonly username: string; readonly password: string }
  /** Statuses beyond 2xx that are an answer and not an error. */
  readonly accept?: readonly number[]
}

export interface ConnectRequest {
  /** Without query, parts already encoded. */
  readonly path: string
  readonly query: Readonly<Record<string, string>>
}

export interface EngineAnswer {
  readonly status: number
  readonly body: unknown
}

export interface EngineClient {
  readonly host: EngineHost
  /** Resolves when the whole answer has arrived; `body` is the parsed JSON, else the text. */
  request(request: EngineRequest, call: Call): Promise<EngineAnswer>
  /** Resolves with the body of a 2xx answer as it comes. Errors of the stream are for {@link streamError}. */
  stream(request: EngineRequest, call: Call): Promise<Readable>
  /** A connection of raw bytes in both directions, by a POST; the caller ends it. */
  connect(request: ConnectRequest, call: Call): Promise<Duplex>
  /** Turns what a stream threw into the error for the caller. */
  streamError(error: unknown, call: Call): DriverError
}

/** Far above any inspect or list; an answer beyond it is not an engine's. */
const maxAnswerBytes = 64 * 1024 * 1024

interface DialOptions {
  readonly path: string
  readonly method: string
  readonly isStream: true
  readonly statusCodes: Readonly<Record<number, true>>
  readonly options: { readonly _query: object; readonly _body: object }
  readonly abortSignal: AbortSignal
  readonly file?: Readable
  readonly authconfig?: object
}

interface Modem {
  dial(options: DialOptions, done: (error: unknown, answer: unknown) => void): void
}

/** With every status known, dockerode hands each answer over instead of reading it into a message. */
const everyStatus: Readonly<Record<number, true>> = Object.fromEntries(
  Array.from({ length: 500 }, (_, index) => [index + 100, true]),
)

export function createEngineClient(host: EngineHost): EngineClient {
  const modem = connect(host)
  const engine = formatEngineHost(host)

  const send = async (request: EngineRequest, call: Call): Promise<IncomingMessage> => {
    if (call.signal.aborted) throw abortedCall(call)
    try {
      return await dial(modem, request, call)
    } catch (error) {
      throw streamError(error, call)
    }
  }
  const streamError = (error: unknown, call: Call): DriverError => {
    if (error instanceof DriverError) return error
    return call.signal.aborted ? abortedCall(call) : connectionError(error, engine)
  }
  const readAll = async (answer: IncomingMessage, call: Call): Promise<EngineAnswer> => {
    try {
      return { status: answer.statusCode ?? 0, body: parseBody(await readText(answer)) }
    } catch (error) {
      throw streamError(error, call)
    }
  }
  return {
    host,
    request: async (request, call) => {
      const answer = await readAll(await send(request, call), call)
      if (isSuccess(answer.status) || (request.accept ?? []).includes(answer.status)) return answer
      throw responseError(answer, request)
    },
    stream: async (request, call) => {
      const answer = await send(request, call)
      if (isSuccess(answer.statusCode ?? 0)) return answer
      throw responseError(await readAll(answer, call), request)
    },
    connect: async ({ path, query }, call) => {
      if (call.signal.aborted) throw abortedCall(call)
      try {
        const answer = await upgrade(host, `${path}?${new URLSearchParams(query)}`, call.signal)
        if (answer.kind === 'open') return answer.connection
        throw responseError({ status: answer.status, body: parseBody(answer.text) }, { method: 'POST', path })
      } catch (error) {
        throw streamError(error, call)
      }
    },
    streamError,
  }
}

function connect(host: EngineHost): Modem {
  // Set even when undefined: dockerode otherwise takes what is absent from DOCKER_HOST of the process.
  const connection =
    host.kind === 'socket'
      ? { socketPath: host.path, host: undefined, port: undefined }
      : { socketPath: undefined, host: host.hostname, port: host.port }
  const options = {
    ...connection,
    agent: new EngineAgent(),
    protocol: 'http' as const,
    ca: undefined,
    cert: undefined,
    key: undefined,
  }
  return new Docker(options).modem
}

/**
 * Node ends an answer that is aborted between two reads as if it were complete, and emits the error where nobody
 * listens. So the request has a signal of its own, which follows the caller's only until the answer begins; from then
 * on an abort destroys the answer itself.
 */
function dial(modem: Modem, request: EngineRequest, call: Call): Promise<IncomingMessage> {
  const connecting = new AbortController()
  const giveUp = (): void => connecting.abort()
  call.signal.addEventListener('abort', giveUp)
  const options: DialOptions = {
    path: `${request.path}?`,
    method: request.method,
    isStream: true,
    statusCodes: everyStatus,
    options: { _query: request.query ?? {}, _body: request.body ?? {} },
    abortSignal: connecting.signal,
    ...(request.upload === undefined ? {} : { file: request.upload }),
    ...(request.login === undefined ? {} : { authconfig: request.login }),
  }
  return new Promise((resolve, reject) => {
    modem.dial(options, (error, answer) => {
      call.signal.removeEventListener('abort', giveUp)
      if (answer instanceof IncomingMessage) {
        destroyOnAbort(answer, call)
        resolve(answer)
      } else reject(error instanceof Error ? error : new Error(`no answer: ${String(error)}`))
    })
  })
}

function destroyOnAbort(answer: IncomingMessage, call: Call): void {
  const abort = (): void => {
    answer.destroy(abortedCall(call))
  }
  call.signal.addEventListener('abort', abort)
  answer.once('close', () => call.signal.removeEventListener('abort', abort))
  // Whoever reads gets the error by reading; an answer that nobody reads any more must not end the process with it.
  answer.on('error', () => undefined)
  if (call.signal.aborted) abort()
}

async function readText(answer: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = []
  let bytes = 0
  for await (const chunk of answer) {
    const buffer = Buffer.from(chunk)
    bytes += buffer.length
    if (bytes > maxAnswerBytes) throw new DriverError('unknown', `the engine's answer exceeds ${maxAnswerBytes} bytes`)
    chunks.push(buffer)
  }
  return Buffer.concat(chunks).toString()
}

function parseBody(text: string): unknown {
  if (text === '') return null
  try {
    return JSON.parse(text)
  } catch {
    return text
  }
}

const isSuccess = (status: number): boolean => status >= 200 && status < 300

const abortedCall = (call: Call): DriverError =>
  new DriverError('timeout', 'the caller stopped waiting for the container engine', { cause: call.signal.reason })
