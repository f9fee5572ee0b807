/** The documentation site under /docs, and the dashboard at /: the files of two folders and nothing else. */
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { answerPage, simplePage } from './simple-page.ts'
import { SiteFolder, cachingOf } from './site-folder.ts'

const prefix = '/docs'

/** The file that a path below the prefix means: itself, a page without its `.html`, or the start page. */
function fileNamed(path: string, names: ReadonlySet<string>): string | null {
  const wanted = path.replace(/^\/+|\/+$/g, '')
  return [wanted, `${wanted}.html`, wanted === '' ? 'index.html' : ''].find((name) => names.has(name)) ?? null
}

const notBuilt = simplePage(
  'The documentation is not built',
  '<p>Run <code>npm run docs</code> in the folder of Cairn and load this page again; the server need not be restarted. ' +
    'The same pages are Markdown files in <code>docs/</code>.</p><p><a href="/api-docs">API reference</a></p>',
)

const startPage = simplePage(
  'Cairn',
  '<ul><li><a href="/docs/">Documentation</a></li><li><a href="/api-docs">API reference</a></li>' +
    '<li><a href="/readyz">Is it ready?</a></li></ul>',
)

const misdirected = simplePage(
  'No address of Cairn',
  '<p>Cairn answers here, but this name is none of its own, so it shows no page under it. If it should be, start Cairn with ' +
    '<code>CAIRN_PUBLIC_URL</code> set to the address that you opened.</p>',
)

/** Where `npm run docs` and the build of the dashboard put what they make; it may come, or be made anew, at any time. */
export interface SiteDirectories {
  readonly docs: string
  readonly dashboard: string
}

/** Whether a `Host` header names one of Cairn's own hosts. */
export type OwnHostRule = (host: string) => boolean

/** Paths that are never a screen of the dashboard: those of the API, and what else the server answers itself. */
const notScreens = /^\/(?:[^/]+\/api(?:\/|$)|api-docs|docs|assets|healthz|readyz|metrics|openapi)/

/** Whether a person opens a screen of the dashboard by its address, not a program that asks for something else. */
function opensScreen(path: string, { headers }: FastifyRequest): boolean {
  if (notScreens.test(path)) return false
  const mode = headers['sec-fetch-mode']
  return mode === undefined ? headers.accept?.includes('text/html') === true : mode === 'navigate'
}

/**
 * The dashboard at /: a page and its assets. The page has many screens, each with an address, and is answered at all of them.
 * While it is not built, / is a page that leads to the documentation.
 * Whoever signs in does so under Cairn's own hosts only.
 */
function serveDashboard(app: FastifyInstance, directory: string, isOwnHost: OwnHostRule): void {
  const dashboard = new SiteFolder(directory)
  const show = (request: FastifyRequest, reply: FastifyReply) =>
    isOwnHost(request.headers.host ?? '')
      ? answerFile(dashboard, '', { request, reply })
      : answerPage(reply, 421, misdirected)
  app.get('/', async (request, reply) => {
    request.facts.operationId = 'startPage'
    const names = await dashboard.names()
    if (names === null) return answerPage(reply, 200, startPage)
    return show(request, reply)
  })
  app.get('/*', async (request, reply) => {
    const path = new URL(request.url, 'http://localhost').pathname
    if (!opensScreen(path, request) || (await dashboard.names()) === null) {
      reply.callNotFound()
      return reply
    }
    request.facts.operationId = 'dashboard'
    return show(request, reply)
  })
  app.get('/assets/*', async (request, reply) => {
    request.facts.operationId = 'dashboard'
    const path = new URL(request.url, 'http://localhost').pathname
    const names = await dashboard.names()
    if (names?.has(path.slice(1)) !== true) {
      reply.callNotFound()
      return reply
    }
    return answerFile(dashboard, path, { request, reply })
  })
}

/** Serves the built site under /docs, and the dashboard at /. Both need no token. */
export function serveSite(app: FastifyInstance, directories: SiteDirectories, isOwnHost: OwnHostRule): void {
  serveDashboard(app, directories.dashboard, isOwnHost)
  const folder = new SiteFolder(directories.docs)
  // One handler for both: a router that ignores a slash at the end takes /docs/ for /docs.
  for (const url of [prefix, `${prefix}/*`]) {
    app.route({
      method: ['GET', 'HEAD'],
      url,
      handler: async (request, reply) => {
        request.facts.operationId = 'docs'
        const path = new URL(request.url, 'http://localhost').pathname
        if (path === prefix) return reply.redirect(`${prefix}/`, 308)
        return answerFile(folder, path.slice(prefix.length), { request, reply })
      },
    })
  }
}

async function answerFile(
  folder: SiteFolder,
  path: string,
  { request, reply }: { request: FastifyRequest; reply: FastifyReply },
): Promise<FastifyReply> {
  void reply.headers({ 'x-content-type-options': 'nosniff', 'referrer-policy': 'no-referrer' })
  const names = await folder.names()
  const found = fileNamed(path, names ?? new Set())
  const name = found ?? '404.html'
  const file = names === null ? null : await folder.read(name)
  if (file === null) return answerPage(reply, 503, notBuilt)
  void reply.headers({
    etag: file.etag,
    'cache-control': cachingOf(name),
    'content-security-policy': file.policy,
  })
  if (found !== null && request.headers['if-none-match'] === file.etag) return reply.code(304).send()
  return reply
    .code(found === null ? 404 : 200)
    .type(file.type)
    .send(request.method === 'HEAD' ? '' : file.content)
}
