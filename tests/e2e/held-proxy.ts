/** A way to a server on the loopback interface that a test can close in the middle of a transfer. */
import { type AddressInfo, connect, createServer, type Socket } from 'node:net'

export interface HeldProxy {
  /** Host and port. */
  readonly address: string
  /** Resolves when so many more bytes have gone to the server; from then on nothing moves until `release`. */
  holdAfter(bytes: number): Promise<void>
  release(): void
  close(): Promise<void>
}

/** @param target host and port */
export async function startHeldProxy(target: string): Promise<HeldProxy> {
  const { hostname, port } = new URL(`tcp://${target}`)
  const sockets = new Set<Socket>()
  let isHeld = false
  let hold: { left: number; readonly reached: () => void } | null = null

  const setHeld = (held: boolean): void => {
    isHeld = held
    for (const socket of sockets) {
      if (held) socket.pause()
      else socket.resume()
    }
  }
  const pass = (from: Socket, to: Socket, onBytes: (count: number) => void): void => {
    sockets.add(from)
    from.on('data', (chunk: Buffer) => {
      to.write(chunk)
      onBytes(chunk.length)
    })
    from.on('error', () => to.destroy())
    from.on('close', () => {
      sockets.delete(from)
      to.destroy()
    })
    if (isHeld) from.pause()
  }
  const count = (bytes: number): void => {
    if (hold === null) return
    hold.left -= bytes
    if (hold.left > 0) return
    setHeld(true)
    hold.reached()
    hold = null
  }
  const server = createServer((client) => {
    const upstream = connect(Number(port), hostname)
    pass(client, upstream, count)
    pass(upstream, client, () => undefined)
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return {
    address: `127.0.0.1:${(server.address() as AddressInfo).port}`,
    holdAfter: (bytes) =>
      new Promise((resolve) => {
        hold = { left: bytes, reached: resolve }
      }),
    release: () => setHeld(false),
    close: () => {
      for (const socket of sockets) socket.destroy()
      return new Promise((resolve) => server.close(() => resolve()))
    },
  }
}
