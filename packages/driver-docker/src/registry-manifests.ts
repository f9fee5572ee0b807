/** Looking for and removing manifests in an OCI registry, by its own API (OCI distribution): an engine has no verb for it. */
import { type IncomingMessage, request as requestHttp } from 'node:http'
import { request as requestHttps } from 'node:https'
import { rootCertificates } from 'node:tls'
import { type Call, DriverError, type PushedManifest, type PushedTag, type RegistryAccess } from '@cairn/driver'
import { Type } from 'typebox'
import { readShape } from './engine-shapes.ts'

const manifestTypes = [
  'application/vnd.oci.image.manifest.v1+json',
  'application/vnd.oci.image.index.v1+json',
  'application/vnd.docker.distribution.manifest.v2+json',
  'application/vnd.docker.distribution.manifest.list.v2+json',
].join(', ')

const maxAnswerBytes = 1024 * 1024
const patienceMs = 30_000

export async function findPushed({ repository, tag, access }: PushedTag, call: Call): Promise<string | null> {
  const answer = await ask({ method: 'HEAD', url: manifestUrl(access, repository, tag), access }, call)
  if (answer.status === 404) return null
  if (answer.status !== 200 || answer.digest === null) throw refusal(answer, `the tag ${tag} of ${repository}`)
  return answer.digest
}

/** A registry that does not remove says so in different ways: as a method or an operation that it does not have, or as forbidden. */
export async function removePushed({ repository, digest, access }: PushedManifest, call: Call): Promise<boolean> {
  const answer = await ask({ method: 'DELETE', url: manifestUrl(access, repository, digest), access }, call)
  if (answer.status === 404 || (answer.status >= 200 && answer.status < 300)) return true
  if ([400, 403, 405, 501].includes(answer.status)) return false
  throw refusal(answer, `the removal of ${repository}@${digest}`)
}

function manifestUrl({ scheme }: RegistryAccess, repository: string, reference: string): URL {
  const slash = repository.indexOf('/')
  return new URL(`${scheme}://${repository.slice(0, slash)}/v2/${repository.slice(slash + 1)}/manifests/${reference}`)
}

interface Question {
  readonly method: 'HEAD' | 'DELETE' | 'GET'
  readonly url: URL
  readonly access: RegistryAccess
  readonly authorization?: string
}

interface Answer {
  readonly status: number
  readonly digest: string | null
  readonly challenge: string
  readonly text: string
}

/** Asks, and once more with what the registry asks for. */
async function ask(question: Question, call: Call): Promise<Answer> {
  const bounded = { signal: AbortSignal.any([call.signal, AbortSignal.timeout(patienceMs)]) }
  const first = await send(question, bounded)
  if (first.status !== 401) return first
  const authorization = await answerChallenge(question, first.challenge, bounded)
  return authorization === null ? first : send({ ...question, authorization }, bounded)
}

/** null = there is no login, or the registry asks in a way that is not known. */
async function answerChallenge(question: Question, challenge: string, call: Call): Promise<string | null> {
  const { access } = question
  if (access.login === null) return null
  const { username, password } = access.login
  const basic = `Basic ${Buffer.from(`${username}:${password}`).toString('base64')}`
  if (/^basic\b/i.test(challenge)) return basic
  if (!/^bearer\b/i.test(challenge)) return null
  const part = (name: string): string | null => new RegExp(`\\b${name}="([^"]*)"`, 'i').exec(challenge)?.[1] ?? null
  const realm = part('realm') ?? ''
  const url = URL.canParse(realm) ? new URL(realm) : null
  // The password is not sent in clear to wherever a registry points.
  if (url === null || (url.protocol !== 'https:' && url.host !== question.url.host)) return null
  for (const name of ['service', 'scope']) {
    const value = part(name)
    if (value !== null) url.searchParams.set(name, value)
  }
  const answer = await send({ method: 'GET', url, access, authorization: basic }, call)
  if (answer.status !== 200) throw refusal(answer, 'a token')
  const { token, access_token: other } = readShape(TokenAnswer, parse(answer.text), 'token')
  return `Bearer ${token ?? other ?? ''}`
}

const TokenAnswer = Type.Object({
  token: Type.Optional(Type.String()),
  access_token: Type.Optional(Type.String()),
})

function parse(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return null
  }
}

function send({ method, url, access, authorization }: Question, { signal }: Call): Promise<Answer> {
  const headers = { accept: manifestTypes, ...(authorization === undefined ? {} : { authorization }) }
  const ca = access.authorities === null ? {} : { ca: [...rootCertificates, access.authorities] }
  const begin = url.protocol === 'https:' ? requestHttps : requestHttp
  return new Promise((resolve, reject) => {
    const fail = (error: Error): void =>
      reject(new DriverError('unavailable', `the registry at ${url.host} does not answer: ${error.message}`))
    const request = begin(url, { method, headers, signal, ...ca }, (answer) => {
      readAnswer(answer).then(resolve, fail)
    })
    request.on('error', fail)
    request.end()
  })
}

async function readAnswer(answer: IncomingMessage): Promise<Answer> {
  const chunks: Buffer[] = []
  let bytes = 0
  for await (const chunk of answer) {
    const buffer = Buffer.from(chunk)
    bytes += buffer.length
    if (bytes > maxAnswerBytes) throw new Error(`its answer exceeds ${maxAnswerBytes} bytes`)
    chunks.push(buffer)
  }
  const digest = answer.headers['docker-content-digest']
  return {
    status: answer.statusCode ?? 0,
    digest: typeof digest === 'string' && /^sha256:[0-9a-f]{64}$/.test(digest) ? digest : null,
    challenge: answer.headers['www-authenticate'] ?? '',
    text: Buffer.concat(chunks).toString(),
  }
}

const longestWords = 300

function refusal({ status, text }: Answer, what: string): DriverError {
  const words = text.trim() === '' ? '' : `: ${text.trim().slice(0, longestWords)}`
  const message = `the registry answered ${status} to the request for ${what}${words}`
  if (status === 401 || status === 403) return new DriverError('denied', message)
  return new DriverError(status >= 500 || status === 429 ? 'unavailable' : 'unknown', message)
}
