/**
 * `--dry-run`: a `fetch` that lets reads through and keeps writes back. A write becomes a description of the request. When
 * the server can judge the operation without doing it (`dryRun` in its own OpenAPI document), it is asked to; a server that
 * does not offer that is never sent the write, as it would take it for a real one.
 */
export interface RequestDescription {
  readonly method: string
  readonly url: string
  /** Credentials are masked. */
  readonly headers: Readonly<Record<string, string>>
  readonly body: unknown
}

/** What stands in for a credential. */
export const mask = '********'

/** Thrown in place of an answer, so that the command ends where it would have written. */
class WriteKeptBack extends Error {}

/** Fields of bodies whose values are credentials: those of secrets. */
const secretPath = /\/secrets(?:\/|$)/

async function describeBody(init: RequestInit, headers: Headers, url: string): Promise<unknown> {
  const { body } = init
  if (body === undefined || body === null) return null
  if (typeof body === 'string') {
    const value: unknown = JSON.parse(body)
    const isSecret = secretPath.test(new URL(url).pathname) && typeof value === 'object' && value !== null
    return isSecret && 'value' in value ? { ...value, value: mask } : value
  }
  const form = await new Response(body, { headers: { 'content-type': headers.get('content-type') ?? '' } }).formData()
  return Object.fromEntries([...form].map(([name, part]) => [name, describePart(part)]))
}

function describePart(part: string | File): unknown {
  if (typeof part !== 'string') return { fileName: part.name, bytes: part.size }
  try {
    return JSON.parse(part)
  } catch {
    return part
  }
}

function describeHeaders(headers: Headers): Record<string, string> {
  return Object.fromEntries([...headers].map(([name, value]) => [name, name === 'authorization' ? mask : value]))
}

/** The operation of a URL in an OpenAPI document that has a query parameter `dryRun`. */
function offersDryRun(document: unknown, method: string, path: string): boolean {
  const paths: unknown = typeof document === 'object' && document !== null ? Reflect.get(document, 'paths') : null
  if (typeof paths !== 'object' || paths === null) return false
  return Object.entries(paths).some(([template, operations]) => {
    const pattern = new RegExp(`^${template.replace(/\/$/, '').replaceAll(/\{\w+\}/g, '[^/]+')}/?$`)
    if (!pattern.test(path) || typeof operations !== 'object' || operations === null) return false
    const operation: unknown = Reflect.get(operations, method.toLowerCase())
    return JSON.stringify(operation ?? {}).includes('"name":"dryRun"')
  })
}

export class DryRun {
  readonly #baseUrl: string
  #request: RequestDescription | null = null
  #verdict: unknown = null

  constructor(baseUrl: string) {
    this.#baseUrl = baseUrl.replace(/\/+$/, '')
  }

  /** What would have been sent, and what the server says to it; null when the command wrote nothing. */
  result(): { readonly request: RequestDescription; readonly server: unknown } | null {
    return this.#request === null ? null : { request: this.#request, server: this.#verdict }
  }

  /** For the client in place of `fetch`. */
  readonly fetch: typeof fetch = async (input, init = {}) => {
    const method = (init.method ?? 'GET').toUpperCase()
    if (method === 'GET') return fetch(input, init)
    const url = input instanceof Request ? input.url : String(input)
    const headers = new Headers(init.headers)
    this.#request = { method, url, headers: describeHeaders(headers), body: await describeBody(init, headers, url) }
    if (!(await this.#isOffered(method, url))) {
      this.#verdict = 'not asked: the server cannot judge this operation without doing it'
      throw new WriteKeptBack('the write was kept back')
    }
    const judged = new URL(url)
    judged.searchParams.set('dryRun', 'true')
    const answer = await fetch(judged, init)
    // A refusal goes the way of every refusal.
    if (!answer.ok) {
      this.#request = null
      return answer
    }
    this.#verdict = await answer.json()
    throw new WriteKeptBack('the write was kept back')
  }

  async #isOffered(method: string, url: string): Promise<boolean> {
    const answer = await fetch(`${this.#baseUrl}/api-docs/openapi.json`).catch(() => null)
    if (answer === null || !answer.ok) return false
    const document: unknown = await answer.json().catch(() => null)
    return offersDryRun(
      document,
      method,
      new URL(url).pathname.slice(new URL(this.#baseUrl).pathname.replace(/\/$/, '').length),
    )
  }
}
