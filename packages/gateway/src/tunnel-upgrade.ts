/**
 * WebSocket connections: the request goes to an instance, and only after its `101` the two connections are joined.
 *
 * Always true: bytes flow freely only after a `101` that the instance gave to an upgrade which the gateway had checked.
 * Without that, a client could speak to the app past the gateway's header rules. The end of either side ends the other.
 */
import { type IncomingMessage, request as sendRequest } from 'node:http'
import type { Duplex } from 'node:stream'
import type { Clock } from '@cairn/domain'
import type { ServiceRoute } from '@cairn/store'
import { requestHeaders, responseHeaders, type RequestFacts } from './header-rules.ts'
import { answerMs, idleMs, overdue, tooSlow } from './limits/limit-rules.ts'
import { notConnected, refuseUpgrade, unreachable } from './refusal.ts'
import type { RequestSession } from './sessions/request-session.ts'
import type { Upstream, UpstreamTimes } from './upstreams.ts'

export interface Tunnel {
  readonly request: IncomingMessage
  readonly socket: Duplex
  /** What the client sent after its request's head. */
  readonly head: Buffer
  readonly route: ServiceRoute
  readonly facts: RequestFacts
  readonly upstream: Upstream
  readonly times: UpstreamTimes
  readonly clock: Clock
  readonly session: RequestSession
  readonly onUpstreamError: (error: Error, upstream: Upstream) => void
  /** Called once, with the status that the client got. */
  readonly onEnd: (status: number) => void
}

/** Only `websocket` is tunnelled: with `h2c` a client could send whole requests past the gateway. */
export function isWebSocketUpgrade(request: IncomingMessage): boolean {
  return (
    request.method === 'GET' &&
    (request.headers.upgrade ?? '').toLowerCase() === 'websocket' &&
    request.headers['content-length'] === undefined &&
    request.headers['transfer-encoding'] === undefined
  )
}

export function tunnelUpgrade(tunnel: Tunnel): void {
  const { request, socket, route, upstream, times } = tunnel
  const outgoing = sendRequest({
    host: upstream.instance.host,
    port: upstream.instance.port,
    method: 'GET',
    path: request.url ?? '/',
    headers: [...requestHeaders(request.rawHeaders, tunnel.facts), 'connection', 'Upgrade', 'upgrade', 'websocket'],
    agent: false,
    setHost: false,
  })
  upstream.counters.tunnelBegan(tunnel.clock.now())
  tunnel.session.use(upstream, tunnel.clock.now())
  let isSlow = false
  const giveUp = (): void => {
    isSlow = true
    outgoing.destroy(new Error('no answer in time'))
  }
  const timer = setTimeout(giveUp, times.connectMs + answerMs(route, times.headMs))
  let end = (status: number): void => {
    end = () => undefined
    clearTimeout(timer)
    upstream.counters.tunnelEnded()
    tunnel.onEnd(status)
  }
  const clientGone = (): void => {
    outgoing.destroy()
    end(499)
  }
  socket.once('close', clientGone)
  outgoing.once('upgrade', (answer, upstreamSocket, upstreamHead) => {
    clearTimeout(timer)
    socket.off('close', clientGone)
    join(tunnel, { answer, upstreamSocket, upstreamHead }, () => end(101))
  })
  let isAnswered = false
  outgoing.once('response', (answer) => {
    const status = answer.statusCode ?? 502
    isAnswered = true
    relayRefusal(tunnel, answer)
    end(status)
  })
  outgoing.once('error', (error) => {
    if (socket.destroyed) return
    tunnel.onUpstreamError(error, upstream)
    // A second answer would be read as the rest of the first.
    if (isAnswered) {
      socket.destroy()
      return
    }
    const isRefused = 'code' in error && error.code === 'ECONNREFUSED'
    const refusal = isSlow ? tooSlow(route, times.headMs) : (isRefused ? notConnected : unreachable)(route)
    refuseUpgrade(request, socket, refusal)
    end(refusal.status)
  })
  outgoing.end()
}

interface Accepted {
  readonly answer: IncomingMessage
  readonly upstreamSocket: Duplex
  readonly upstreamHead: Buffer
}

function join(tunnel: Tunnel, accepted: Accepted, onEnd: () => void): void {
  const { socket, head, route, upstream } = tunnel
  const { answer, upstreamSocket, upstreamHead } = accepted
  const stop = (): void => {
    socket.destroy()
    upstreamSocket.destroy()
    upstream.waiting.delete(watch)
    onEnd()
  }
  let movedAt = performance.now()
  const moved = (): void => {
    movedAt = performance.now()
  }
  const watch = {
    sweep: (now: number, headMs: number): void => {
      if (overdue(route, { hasAnswered: true, movedAt }, now, headMs) !== null) stop()
    },
  }
  for (const side of [socket, upstreamSocket]) {
    side.on('error', stop)
    side.on('close', stop)
  }
  if (socket.destroyed) return stop()
  const fields = [
    'connection',
    'Upgrade',
    'upgrade',
    'websocket',
    ...responseHeaders(answer.rawHeaders, tunnel.session.cookie()),
  ]
  socket.write(headText('HTTP/1.1 101 Switching Protocols', fields), 'latin1')
  if (upstreamHead.length > 0) socket.write(upstreamHead)
  if (head.length > 0) upstreamSocket.write(head)
  if (idleMs(route) !== null) {
    upstream.waiting.add(watch)
    for (const side of [socket, upstreamSocket]) side.on('data', moved)
  }
  upstreamSocket.pipe(socket)
  socket.pipe(upstreamSocket)
}

/** The instance answered like an ordinary request; its answer ends the connection. */
function relayRefusal({ socket, session }: Tunnel, answer: IncomingMessage): void {
  const fields = [...responseHeaders(answer.rawHeaders, session.cookie()), 'connection', 'close']
  socket.write(headText(`HTTP/1.1 ${answer.statusCode ?? 502} ${answer.statusMessage ?? ''}`, fields), 'latin1')
  answer.on('error', () => socket.destroy())
  answer.pipe(socket)
}

function headText(first: string, fields: readonly string[]): string {
  let text = `${first}\r\n`
  for (let index = 0; index + 1 < fields.length; index += 2) text += `${fields[index]}: ${fields[index + 1]}\r\n`
  return `${text}\r\n`
}
