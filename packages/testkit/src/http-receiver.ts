import { once } from 'node:events'
import { createServer, type IncomingHttpHeaders, type Server, type ServerResponse } from 'node:http'
import { text } from 'node:stream/consumers'

export interface ReceivedCall {
  readonly method: string
  readonly path: string
  readonly headers: IncomingHttpHeaders
  readonly body: string
}

/** A real HTTP server on the loopback interface. */
export class HttpReceiver {
  readonly calls: ReceivedCall[] = []
  /** Answers each call; one that does nothing makes the server hang. 200 by default. */
  answer: (call: ReceivedCall, response: ServerResponse) => void = (_call, response) => response.end()
  readonly #server: Server

  private constructor() {
    this.#server = createServer((request, response) => {
      const take = async (): Promise<void> => {
        const { method = '', url: path = '', headers } = request
        const call = { method, path, headers, body: await text(request) }
        this.calls.push(call)
        this.answer(call, response)
      }
      take().catch(() => response.destroy())
    })
  }

  /** @param port that of a receiver that was closed, to bring it back; any free one by default */
  static async open(port = 0): Promise<HttpReceiver> {
    const receiver = new HttpReceiver()
    receiver.#server.listen(port, '127.0.0.1')
    await once(receiver.#server, 'listening')
    return receiver
  }

  /** E.g. `http://127.0.0.1:40123`. */
  get url(): string {
    const address = this.#server.address()
    if (address === null || typeof address === 'string') throw new Error('the HTTP receiver does not listen')
    return `http://127.0.0.1:${address.port}`
  }

  async close(): Promise<void> {
    this.#server.closeAllConnections()
    this.#server.close()
    await once(this.#server, 'close')
  }
}
