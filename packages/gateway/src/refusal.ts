/** Answers that the gateway gives itself: JSON, or a small page for browsers. */
import { type IncomingMessage, type ServerResponse, STATUS_CODES } from 'node:http'
import type { Duplex } from 'node:stream'
import { escapeHtml } from '@cairn/domain'
import type { ServiceRoute } from '@cairn/store'

export interface Refusal {
  readonly status: number
  readonly code: string
  readonly message: string
  readonly retryAfterSeconds?: number
  /** For the page of a browser: what stands above the message instead of the status, and a button below it. */
  readonly title?: string
  readonly form?: { readonly method: 'get' | 'post'; readonly action: string; readonly button: string }
  /** Further fields. */
  readonly headers?: Readonly<Record<string, string | readonly string[]>>
}

export const unknownService = (host: string): Refusal => ({
  status: 404,
  code: 'not_found',
  message: `no service answers at ${host}`,
})

export const notLoaded: Refusal = {
  status: 503,
  code: 'service_unavailable',
  message: 'the gateway has not read its routes yet',
  retryAfterSeconds: 1,
}

export const tokenNeeded: Refusal = {
  status: 401,
  code: 'unauthorized',
  message: 'this service is private: send a Cairn API token of its tenant in the Authorization header',
}

/** For what browsers load beside pages: to sign in, a person has to open the service itself. */
export const signInNeeded: Refusal = {
  ...tokenNeeded,
  message: `${tokenNeeded.message}, or open the service in a browser to sign in`,
}

export const authorizationUnavailable: Refusal = {
  status: 503,
  code: 'service_unavailable',
  message: 'the token cannot be checked at the moment',
  retryAfterSeconds: 2,
}

export function notReady(route: ServiceRoute): Refusal {
  const reason = route.statusReason === null ? '' : `: ${route.statusReason}`
  return {
    status: 503,
    code: 'service_unavailable',
    message: `service "${route.serviceName}" has no ready instance, its status is ${route.status}${reason}`,
    retryAfterSeconds: route.status === 'CREATE_FAILED' ? 60 : 2,
  }
}

export function badRequest(status: 400 | 501, reason: string): Refusal {
  return { status, code: 'invalid_request', message: reason }
}

export const unreachable = (route: ServiceRoute): Refusal => ({
  status: 502,
  code: 'service_unavailable',
  message: `an instance of service "${route.serviceName}" closed the connection before it answered`,
})

export const notConnected = (route: ServiceRoute): Refusal => ({
  status: 503,
  code: 'service_unavailable',
  message: `no instance of service "${route.serviceName}" accepts connections at the moment`,
  retryAfterSeconds: 2,
})

/** Answers an ordinary request. The head must not be sent yet. */
export function refuse(request: IncomingMessage, response: ServerResponse, refusal: Refusal): void {
  const { headers, body } = render(refusal, request.headers.accept ?? '')
  response.writeHead(refusal.status, headers)
  response.end(request.method === 'HEAD' ? undefined : body)
}

/** How long a client may go on sending a body that nobody wants. */
const lingerMs = 5_000

/**
 * Answers a request whose body is still coming, and drops what comes of it for a while: a connection that is closed with
 * unread bytes takes the answer away from the client.
 */
export function refuseUnread(request: IncomingMessage, response: ServerResponse, refusal: Refusal): void {
  refuse(request, response, refusal)
  if (request.complete) return
  request.resume()
  const timer = setTimeout(() => request.socket.destroy(), lingerMs)
  request.once('end', () => clearTimeout(timer)).once('close', () => clearTimeout(timer))
}

/** Answers a request for an upgrade, whose connection no parser reads any more, and closes it. */
export function refuseUpgrade(request: IncomingMessage, socket: Duplex, refusal: Refusal): void {
  socket.end(refusalText(refusal, { method: 'GET', accept: request.headers.accept ?? '' }))
}

/** A whole answer that ends its connection. Of ASCII, but for what a service's status tells. */
export function refusalText(
  refusal: Refusal,
  { method, accept }: { readonly method: string; readonly accept: string },
): string {
  const { headers, body } = render(refusal, accept)
  const fields = Object.entries({ ...headers, connection: 'close' }).map(([name, value]) => `${name}: ${value}\r\n`)
  const head = `HTTP/1.1 ${refusal.status} ${STATUS_CODES[refusal.status] ?? ''}\r\n${fields.join('')}\r\n`
  return method === 'HEAD' ? head : `${head}${body}`
}

function render(refusal: Refusal, accept: string): { headers: Record<string, string | string[]>; body: string } {
  const isPage = accept.includes('text/html')
  const { code, message } = refusal
  const body = isPage ? page(refusal) : `${JSON.stringify({ code, detail: message, message })}\n`
  const headers: Record<string, string | string[]> = {
    'content-type': isPage ? 'text/html; charset=utf-8' : 'application/json; charset=utf-8',
    'content-length': String(Buffer.byteLength(body)),
    'cache-control': 'no-store',
  }
  if (refusal.retryAfterSeconds !== undefined) headers['retry-after'] = String(refusal.retryAfterSeconds)
  if (refusal.code === 'invalid_request') headers['connection'] = 'close'
  for (const [name, value] of Object.entries(refusal.headers ?? {})) {
    headers[name] = typeof value === 'string' ? value : [...value]
  }
  if (refusal.status === 401) headers['www-authenticate'] = 'Bearer realm="cairn"'
  return { headers, body }
}

function page(refusal: Refusal): string {
  const words = STATUS_CODES[refusal.status] ?? 'Error'
  const title = refusal.title ?? words
  const heading = refusal.title ?? `${refusal.status} ${words}`
  const { form } = refusal
  const button =
    form === undefined
      ? ''
      : `<form method="${form.method}" action="${form.action}"><button>${form.button}</button></form>`
  const retry =
    refusal.retryAfterSeconds === undefined ? '' : `<meta http-equiv="refresh" content="${refusal.retryAfterSeconds}">`
  return `<!doctype html><html lang="en"><meta charset="utf-8">${retry}<title>${title}</title>
<style>body{font:16px/1.5 system-ui,sans-serif;max-width:40rem;margin:15vh auto;padding:0 1.5rem;color:#222}
button{font:inherit;padding:.4rem .6rem}</style>
<h1>${heading}</h1><p>${escapeHtml(refusal.message)}</p>${button}</html>
`
}
