/**
 * What http steps call: a server on the loopback interface that answers every request at once with 200 and two bytes. It
 * speaks the least of HTTP that keep-alive clients need, so that it takes little of the machine that is measured.
 */
import { createServer, type Socket } from 'node:net'

export interface Arrival {
  readonly path: string
  /** Milliseconds, by the clock of `performance.now()`. */
  readonly at: number
}

export interface HttpTarget {
  readonly url: string
  /** Requests since the start. */
  answered(): number
  /** Throws unless exactly `count` requests came since there were `before`. */
  requireAnswered(before: number, count: number): void
  /** Keeps the arrivals from now on. */
  record(): { stop(): readonly Arrival[] }
  close(): Promise<void>
}

const answer = 'HTTP/1.1 200 OK\r\ncontent-type: text/plain\r\ncontent-length: 2\r\n\r\nok'
const headEnd = '\r\n\r\n'

export async function startHttpTarget(): Promise<HttpTarget> {
  let answered = 0
  let arrivals: Arrival[] | null = null
  const sockets = new Set<Socket>()
  const serve = (socket: Socket): void => {
    let unread = ''
    sockets.add(socket)
    socket.setNoDelay(true)
    socket.on('close', () => sockets.delete(socket))
    socket.on('error', () => socket.destroy())
    socket.on('data', (chunk: Buffer) => {
      const heads = (unread + chunk.toString('latin1')).split(headEnd)
      unread = heads.pop() ?? ''
      answered += heads.length
      for (const head of heads) arrivals?.push({ path: head.split(' ', 2)[1] ?? '', at: performance.now() })
      if (heads.length > 0) socket.write(answer.repeat(heads.length))
    })
  }
  const server = createServer(serve)
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const address = server.address()
  if (address === null || typeof address === 'string') throw new Error('no port')
  return {
    url: `http://127.0.0.1:${address.port}/`,
    answered: () => answered,
    requireAnswered: (before, count) => {
      if (answered - before !== count) throw new Error(`${answered - before} requests arrived for ${count} steps`)
    },
    record: () => {
      const kept: Arrival[] = []
      arrivals = kept
      return {
        stop: () => {
          arrivals = null
          return kept
        },
      }
    },
    close: async () => {
      for (const socket of sockets) socket.destroy()
      await new Promise((resolve) => server.close(resolve))
    },
  }
}
