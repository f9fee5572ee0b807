/** The port of the server as its settings want it: http, or https with a certificate that may change. */
import type { Logger } from '@cairn/domain'
import { ConfigError } from './config.ts'
import { type HttpServer, listen } from './http-server.ts'
import { redirectHttp } from './redirect-http.ts'
import type { Settings } from './settings.ts'
import { openTlsDirectory } from './tls-directory.ts'
import { openTlsFiles } from './tls-files.ts'

type PortSettings = Pick<Settings, 'host' | 'port' | 'tlsCert' | 'tlsKey' | 'tlsDirectory' | 'httpRedirectPort'>

/**
 * Listens; its `drain` ends all of it.
 *
 * @throws {ConfigError} when the certificate and its key are of no use
 */
export async function openPort(settings: PortSettings, logger: Logger): Promise<HttpServer> {
  const { host, port, tlsCert: cert, tlsKey: key, tlsDirectory, httpRedirectPort } = settings
  if (cert === null && key === null) {
    if (tlsDirectory !== null) throw new ConfigError(['CAIRN_TLS_DIRECTORY: needs CAIRN_TLS_CERT and CAIRN_TLS_KEY'])
    return listen({ host, port, tls: null, domainCertificates: null })
  }
  if (cert === null || key === null) {
    throw new ConfigError(['CAIRN_TLS_CERT, CAIRN_TLS_KEY: must be set both, or none of them'])
  }
  const closing = new AsyncDisposableStack()
  try {
    const tls = await openTlsFiles({ cert, key, logger })
    closing.defer(() => tls.close())
    const domainCertificates = tlsDirectory === null ? null : await openTlsDirectory(tlsDirectory, logger)
    closing.defer(() => domainCertificates?.close())
    const server = await listen({ host, port, tls, domainCertificates })
    closing.defer(() => server.drain(0))
    if (httpRedirectPort > 0) {
      const redirect = await redirectHttp({ host, port: httpRedirectPort, httpsPort: server.port })
      closing.defer(() => redirect.close())
    }
    const drain = async (atMostMs: number): Promise<void> => {
      await server.drain(atMostMs)
      await closing.disposeAsync()
    }
    return { port: server.port, serve: (...served) => server.serve(...served), drain }
  } catch (error) {
    await closing.disposeAsync()
    throw error
  }
}
