import type { IncomingMessage } from 'node:http'

/** Whether a person looks at the answer, as far as one can tell. */
export function isNavigation(request: IncomingMessage): boolean {
  const mode = request.headers['sec-fetch-mode']
  const isPage = (request.headers.accept ?? '').includes('text/html')
  return request.method === 'GET' && isPage && (mode === undefined || mode === 'navigate')
}
