import { createSocket, type Socket } from 'node:dgram'
import { once } from 'node:events'
import dnsPacket from 'dns-packet'

/** A real DNS server on the loopback interface that knows TXT records and nothing else. */
export class DnsServer {
  /** Texts by name, in lower-case. */
  readonly records = new Map<string, readonly string[]>()
  /** Names that were asked for, in their order. */
  readonly asked: string[] = []
  readonly #socket: Socket

  private constructor(socket: Socket) {
    this.#socket = socket
    socket.on('message', (message, from) => {
      const query = dnsPacket.decode(message)
      const { name = '', type } = query.questions?.[0] ?? {}
      this.asked.push(name)
      const texts = type === 'TXT' ? this.records.get(name.toLowerCase()) : undefined
      const answer = dnsPacket.encode({
        ...query,
        type: 'response',
        // 3 = no such name.
        flags: texts === undefined ? 3 : 0,
        answers: (texts ?? []).map((data) => ({ type: 'TXT', name, ttl: 0, data })),
      })
      socket.send(answer, from.port, from.address)
    })
  }

  static async open(): Promise<DnsServer> {
    const socket = createSocket('udp4')
    const server = new DnsServer(socket)
    socket.bind(0, '127.0.0.1')
    await once(socket, 'listening')
    return server
  }

  /** As `CAIRN_DNS_SERVERS` takes it. */
  get address(): string {
    return `127.0.0.1:${this.#socket.address().port}`
  }

  async close(): Promise<void> {
    const closed = once(this.#socket, 'close')
    this.#socket.close()
    await closed
  }
}
