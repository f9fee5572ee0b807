/**
 * The certificate and its key, read again when they change.
 *
 * Always true: `current` is a pair that belongs together; files that are not, as when one of them is written before the
 * other, are looked at again and the last good pair stays in use.
 */
import { readFile } from 'node:fs/promises'
import { createSecureContext } from 'node:tls'
import type { Logger } from '@cairn/domain'
import { ConfigError } from './config.ts'
import { lookEvery } from './look-every.ts'

export interface TlsPair {
  readonly cert: Buffer
  readonly key: Buffer
}

export interface TlsFiles {
  readonly current: TlsPair
  /** Calls `listener` with each new pair. */
  subscribe(listener: (pair: TlsPair) => void): void
  close(): void
}

export interface TlsFilesOptions {
  readonly cert: string
  readonly key: string
  readonly logger: Logger
  /** Milliseconds between two looks. 10,000 by default. */
  readonly everyMs?: number
}

/** @throws {ConfigError} when the files cannot be read or do not belong together */
export async function openTlsFiles(options: TlsFilesOptions): Promise<TlsFiles> {
  const { logger, everyMs = 10_000 } = options
  const listeners = new Set<(pair: TlsPair) => void>()
  let current = await readPair(options)
  let lastProblem = ''
  const look = async (): Promise<void> => {
    try {
      const found = await readPair(options)
      if (found.cert.equals(current.cert) && found.key.equals(current.key)) return
      current = found
      for (const listener of listeners) listener(found)
      logger.info({ cert: options.cert }, 'the certificate was read again')
    } catch (error) {
      const problem = String(error)
      if (problem !== lastProblem) logger.warn({ err: error }, 'the last certificate stays in use')
      lastProblem = problem
    }
  }
  const close = lookEvery(everyMs, look)
  return {
    get current() {
      return current
    },
    subscribe: (listener) => void listeners.add(listener),
    close,
  }
}

async function readPair({ cert: certPath, key: keyPath }: TlsFilesOptions): Promise<TlsPair> {
  try {
    const [cert, key] = await Promise.all([readFile(certPath), readFile(keyPath)])
    createSecureContext({ cert, key })
    return { cert, key }
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error)
    throw new ConfigError([`CAIRN_TLS_CERT, CAIRN_TLS_KEY: must be a certificate and its key as PEM files: ${reason}`])
  }
}
