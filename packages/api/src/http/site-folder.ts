/**
 * Files of one folder that was built. Which files there are is read from the folder, and a request only chooses among
 * them by name; a path is never made from what a client sent.
 */
import { createHash } from 'node:crypto'
import { readdir, readFile, stat } from 'node:fs/promises'
import { extname, join, relative, sep } from 'node:path'

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

/** How long a browser may keep a file: names of assets hold a hash of their content. */
export function cachingOf(name: string): string {
  return name.startsWith('assets/') ? 'public, max-age=31536000, immutable' : 'no-cache'
}

export interface SiteFile {
  readonly content: Buffer
  readonly etag: string
  readonly type: string
  readonly policy: string
}

/** Scripts of the site's own files, and those in the page itself that are as they were built. */
export function contentSecurityPolicy(page: string): string {
  const inline = [...page.matchAll(/<script(?![^>]*\ssrc=)[^>]*>([^]*?)<\/script>/g)]
  const hashes = inline.map(([, script = '']) => `'sha256-${createHash('sha256').update(script).digest('base64')}'`)
  return (
    `default-src 'self'; script-src ${["'self'", ...new Set(hashes)].join(' ')}; style-src 'self' 'unsafe-inline'; ` +
    "img-src 'self' data:; object-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
  )
}

/** The names, with `/`, of all files that are there now; null = nothing is built. */
export class SiteFolder {
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
