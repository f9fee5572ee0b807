/** Sends plain http to https: to the same host and path, on the port of https, and nowhere else. */
import { createServer } from 'node:http'

export interface HttpRedirect {
  readonly port: number
  close(): Promise<void>
}

export interface HttpRedirectOptions {
  readonly host: string
  readonly port: number
  readonly httpsPort: number
}

export async function redirectHttp({ host, port, httpsPort }: HttpRedirectOptions): Promise<HttpRedirect> {
  const server = createServer((request, response) => {
    const name = /^([a-z0-9.-]+|\[[0-9a-f:]+\])(?::\d+)?$/i.exec(request.headers.host ?? '')?.[1]
    const path = request.url ?? '/'
    if (name === undefined || !path.startsWith('/')) response.writeHead(400)
    else response.writeHead(308, { location: `https://${name}${httpsPort === 443 ? '' : `:${httpsPort}`}${path}` })
    response.end()
  })
  // Nothing is upgraded, and no body is read, before https.
  server.on('upgrade', (_request, socket) => socket.end('HTTP/1.1 400 Bad Request\r\nconnection: close\r\n\r\n'))
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject)
    server.listen(port, host, () => {
      server.off('error', reject)
      resolve()
    })
  })
  const bound = server.address()
  return {
    port: bound === null || typeof bound === 'string' ? port : bound.port,
    close: async () => {
      const closed = new Promise<void>((resolve) => server.close(() => resolve()))
      server.closeAllConnections()
      await closed
    },
  }
}
