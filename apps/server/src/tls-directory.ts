/**
 * Certificates of domains of their own, `<domain>.crt` beside `<domain>.key` in one directory, chosen by the name that a client
 * asks for (SNI) and read again when they change.
 *
 * Always true: what is chosen is a pair that belongs together and covers its domain; a pair that does not is left out with
 * a warning, and the last good one of that domain stays in use while its files are there.
 */
import { X509Certificate } from 'node:crypto'
import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { createSecureContext, type SecureContext } from 'node:tls'
import type { Logger } from '@cairn/domain'
import { ConfigError } from './config.ts'
import { lookEvery } from './look-every.ts'

export interface TlsDirectory {
  /** null = the server's own certificate. */
  find(serverName: string): SecureContext | null
  close(): void
}

interface Pair {
  readonly cert: Buffer
  readonly key: Buffer
  readonly context: SecureContext
  readonly certificate: X509Certificate
}

/** Told of each domain at each look; null = its pair is good. Each problem is logged once. */
type Note = (domain: string, problem: string | null) => void

const certificateFile = /^([a-z0-9.-]+)\.crt$/

/**
 * @param everyMs milliseconds between two looks. 10,000 by default
 * @throws {ConfigError} when the directory cannot be read
 */
export async function openTlsDirectory(directory: string, logger: Logger, everyMs = 10_000): Promise<TlsDirectory> {
  const problems = new Map<string, string>()
  const note: Note = (domain, problem) => {
    if (problem !== null && problems.get(domain) !== problem) {
      logger.warn({ domain, problem }, 'the certificate of a domain is not used')
    }
    if (problem === null) problems.delete(domain)
    else problems.set(domain, problem)
  }
  let pairs = await readPairs(directory, new Map(), note).catch((error: unknown) => {
    throw new ConfigError([`CAIRN_TLS_DIRECTORY: must be a directory that can be read: ${String(error)}`])
  })
  const look = async (): Promise<void> => {
    try {
      pairs = await readPairs(directory, pairs, note)
    } catch (error) {
      logger.warn({ err: error }, 'the last certificates stay in use')
    }
  }
  const close = lookEvery(everyMs, look)
  return {
    find: (serverName) => pairs.get(serverName.toLowerCase())?.context ?? null,
    close,
  }
}

async function readPairs(
  directory: string,
  last: ReadonlyMap<string, Pair>,
  note: Note,
): Promise<ReadonlyMap<string, Pair>> {
  const pairs = new Map<string, Pair>()
  for (const name of await readdir(directory)) {
    const domain = certificateFile.exec(name)?.[1]
    if (domain === undefined) continue
    const before = last.get(domain)
    const found = await readPair(join(directory, domain), domain, before).catch((error: unknown) => {
      note(domain, error instanceof Error ? error.message : String(error))
      return null
    })
    if (found !== null) note(domain, null)
    const pair = found ?? before
    if (pair !== undefined) pairs.set(domain, pair)
  }
  return pairs
}

async function readPair(path: string, domain: string, before: Pair | undefined): Promise<Pair> {
  const [cert, key] = await Promise.all([readFile(`${path}.crt`), readFile(`${path}.key`)])
  if (before?.cert.equals(cert) === true && before.key.equals(key)) {
    refuseExpired(before.certificate)
    return before
  }
  const context = createSecureContext({ cert, key, minVersion: 'TLSv1.2' })
  const certificate = new X509Certificate(cert)
  if (certificate.checkHost(domain) === undefined) throw new Error(`it does not cover ${domain}`)
  refuseExpired(certificate)
  return { cert, key, context, certificate }
}

function refuseExpired({ validTo }: X509Certificate): void {
  if (Date.parse(validTo) < Date.now()) throw new Error(`it has expired on ${validTo}`)
}
