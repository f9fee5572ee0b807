import { once } from 'node:events'
import { createServer, type IncomingHttpHeaders, type ServerResponse } from 'node:http'

export interface SeenRequest {
  readonly method: string
  readonly path: string
  readonly headers: IncomingHttpHeaders
  readonly body: string
}

export interface AnsweringServer {
  /** E.g. `http://127.0.0.1:4711`. */
  readonly base: string
  readonly seen: SeenRequest[]
  /** Answers by path; another path is answered `200 ok`. */
  readonly answers: Map<string, (request: SeenRequest, response: ServerResponse) => void>
  close(): void
}

/** A server of http steps' tests that keeps what it is asked. */
export async function startAnsweringServer(): Promise<AnsweringServer> {
  const seen: SeenRequest[] = []
  const answers: AnsweringServer['answers'] = new Map()
  const server = createServer((request, response) => {
    const chunks: Buffer[] = []
    request.on('data', (chunk: Buffer) => chunks.push(chunk))
    request.on('end', () => {
      const path = request.url ?? ''
      const { method = '', headers } = request
      const asked = { method, path, headers, body: Buffer.concat(chunks).toString() }
      seen.push(asked)
      const answer = answers.get(path.split('?', 1)[0] ?? '')
      if (answer === undefined) response.end('ok')
      else answer(asked, response)
    })
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  if (address === null || typeof address === 'string') throw new Error('no port')
  return {
    base: `http://127.0.0.1:${address.port}`,
    seen,
    answers,
    close: () => {
      server.closeAllConnections()
      server.close()
    },
  }
}
