/**
 * The documentation site under /docs: files of one folder and nothing else. Which files there are is read from the
 * folder, and a request only chooses among them by name; a path is never made from what a client sent.
 */
import { createHash } from 'node:crypto'
import { readdir, readFile, stat } from 'node:fs/promises'
import { extname, join, relative, sep } from 'node:path'
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'

const prefix = '/docs'

const types: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.json': 'application/json; charset=utf-8',
  '.txt': 'text/plain; charset=utf-8',
  '.svg': 'image/svg+xml',
  '.png': 'image/png',
  '.ico': 'image/x-icon',
  '.woff2': 'font/woff2',
}

/** Names of assets hold a hash of their content. */
const forGood = 'public, max-age=31536000, immutable'

interface SiteFile {
  readonly content: Buffer
  readonly etag: string
  readonly type: string
  readonly policy: string
}

/** Scripts of the site's own files, and those in the page itself that are as they were built. */
function contentSecurityPolicy(page: string): string {
  const inline = [...page.matchAll(/<script(?![^>]*\ssrc=)[^>]*>([^]*?)<\/script>/g)]
  const hashes = inline.map(([, script = '']) => `'sha256-${createHash('sha256').update(script).digest('base64')}'`)
  return (
    `default-src 'self'; script-src ${["'self'", ...new Set(hashes)].join(' ')}; style-src 'self' 'unsafe-inline'; ` +
    "img-src 'self' data:; object-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
  )
}

/** The names, with `/`, of all files that are there now; null = the site is not built. */
class SiteFolder {
  readonly #directory: string
  #version = ''
  #names: ReadonlySet<string> = new Set()

  constructor(directory: string) {
    this.#directory = directory
  }

  /** Reads the folder again when it was built anew. */
  async names(): Promise<ReadonlySet<string> | null> {
    const built = await stat(join(this.#directory, '.sources')).catch(() => null)
    if (built === null) return null
    const version = `${built.ino} ${built.mtimeMs}`
    if (version !== this.#version) {
      const entries = await readdir(this.#directory, { recursive: true, withFileTypes: true })
      const files = entries.filter((entry) => entry.isFile() && extname(entry.name) in types)
      const pathOf = (parent: string, name: string): string =>
        relative(this.#directory, join(parent, name)).split(sep).join('/')
      this.#names = new Set(files.map(({ parentPath, name }) => pathOf(parentPath, name)))
      this.#version = version
    }
    return this.#names
  }

  /** @param name one of {@link names}; null when it went meanwhile */
  async read(name: string): Promise<SiteFile | null> {
    const content = await readFile(join(this.#directory, name)).catch(() => null)
    if (content === null) return null
    const type = types[extname(name)] ?? 'application/octet-stream'
    return {
      content,
      etag: `"${createHash('sha256').update(content).digest('base64url').slice(0, 27)}"`,
      type,
      policy: contentSecurityPolicy(extname(name) === '.html' ? content.toString() : ''),
    }
  }
}

/** The file that a path below the prefix means: itself, a page without its `.html`, or the start page. */
function fileNamed(path: string, names: ReadonlySet<string>): string | null {
  const wanted = path.replace(/^\/+|\/+$/g, '')
  return [wanted, `${wanted}.html`, wanted === '' ? 'index.html' : ''].find((name) => names.has(name)) ?? null
}

function simplePage(title: string, body: string): string {
  const style = 'body{font:16px/1.6 system-ui;max-width:38rem;margin:4rem auto;padding:0 1rem;color-scheme:light dark}'
  return `<!doctype html><html lang="en"><meta charset="utf-8"><link rel="icon" href="data:,"><title>${title}</title><style>${style}</style><h1>${title}</h1>${body}</html>`
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

function answerPage(reply: FastifyReply, status: number, page: string): FastifyReply {
  return reply
    .code(status)
    .headers({ 'content-security-policy': contentSecurityPolicy(page), 'cache-control': 'no-cache' })
    .type('text/html; charset=utf-8')
    .send(page)
}

/**
 * Serves the built site under /docs, and the page at / that leads to it. Both need no token.
 *
 * @param directory where `npm run docs` puts the site; it may come, or be built anew, while the server runs
 */
export function serveSite(app: FastifyInstance, directory: string): void {
  const folder = new SiteFolder(directory)
  app.get('/', async (request, reply) => {
    request.facts.operationId = 'startPage'
    return answerPage(reply, 200, startPage)
  })
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
    'cache-control': name.startsWith('assets/') ? forGood : 'no-cache',
    'content-security-policy': file.policy,
  })
  if (found !== null && request.headers['if-none-match'] === file.etag) return reply.code(304).send()
  return reply
    .code(found === null ? 404 : 200)
    .type(file.type)
    .send(request.method === 'HEAD' ? '' : file.content)
}
