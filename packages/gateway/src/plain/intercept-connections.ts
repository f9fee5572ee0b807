/**
 * Puts the plain path before a server of node:http or node:https.
 *
 * Always true: each connection is read by one of the two at a time, and is never given back by Node's parser. Until a
 * path is set, and once the server closes, all connections are Node's. A connection on which nothing comes is closed: at
 * first after `firstMs`, later after `keepMs`.
 */
import type { Server } from 'node:http'
import { Server as TlsServer } from 'node:tls'
import type { Socket } from 'node:net'
import { ClientConnection } from './client-connection.ts'
import type { PlainPath } from './plain-path.ts'
import { Outbox } from './outbox.ts'

export interface InterceptOptions {
  readonly firstMs: number
  readonly keepMs: number
}

/** Connections that are read as plain requests. */
export interface Interception {
  /** From now on plain requests on new connections go by this path. */
  use(path: PlainPath): void
  /** Closes those on which no request is under way. */
  closeIdle(): void
  closeAll(): void
}

export function interceptConnections(server: Server, options: InterceptOptions): Interception {
  const event = server instanceof TlsServer ? 'secureConnection' : 'connection'
  const nodes = server.listeners(event)
  const connections = new Set<ClientConnection>()
  const outbox = new Outbox()
  let path: PlainPath | null = null
  const handOver = (socket: Socket): void => {
    for (const listener of nodes) Reflect.apply(listener, server, [socket])
  }
  server.removeAllListeners(event)
  server.on(event, (socket: Socket) => {
    if (path === null || !server.listening) return handOver(socket)
    socket.setNoDelay(true)
    const connection = new ClientConnection({
      socket,
      path,
      outbox,
      handOver: (odd) => {
        connections.delete(connection)
        handOver(odd)
      },
    })
    connections.add(connection)
    socket.once('close', () => connections.delete(connection))
  })
  const timer = setInterval(
    () => {
      const now = performance.now()
      for (const connection of connections) {
        const limit = connection.hasAsked ? options.keepMs : options.firstMs
        if (connection.isIdle && now - connection.idleSince > limit) connection.destroy()
      }
    },
    Math.min(1_000, Math.ceil(options.firstMs / 5)),
  ).unref()
  server.once('close', () => clearInterval(timer))
  return {
    use: (used) => {
      path = used
    },
    closeIdle: () => {
      for (const connection of connections) if (connection.isIdle) connection.destroy()
    },
    closeAll: () => {
      for (const connection of connections) connection.destroy()
    },
  }
}
