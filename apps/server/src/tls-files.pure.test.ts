import { once } from 'node:events'
import { copyFile, mkdtemp, rm } from 'node:fs/promises'
import { get } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { connect } from 'node:tls'
import { eventually, silentLogger } from '@cairn/testkit'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { listen } from './http-server.ts'
import { redirectHttp } from './redirect-http.ts'
import { openTlsFiles } from './tls-files.ts'

const fixture = (name: string): string => join(import.meta.dirname, '../fixtures/tls', `${name}.pem`)
let directory: string
let cert: string
let key: string
beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'cairn-tls-'))
  cert = join(directory, 'cert')
  key = join(directory, 'key')
  await copyFile(fixture('one.cert'), cert)
  await copyFile(fixture('one.key'), key)
})
afterEach(() => rm(directory, { recursive: true }))

/** The common name of the certificate, and what the server answers. */
async function ask(port: number): Promise<{ name: string | undefined; text: string }> {
  const socket = connect({ port, host: '127.0.0.1', servername: 'app.localhost', rejectUnauthorized: false })
  await once(socket, 'secureConnect')
  const name = String(socket.getPeerCertificate().subject.CN)
  socket.write('GET / HTTP/1.1\r\nhost: app.localhost\r\nconnection: close\r\n\r\n')
  let text = ''
  for await (const bytes of socket) text += String(bytes)
  return { name, text }
}

test('serves https, and takes a new certificate up when both files have changed', async () => {
  const files = await openTlsFiles({ cert, key, logger: silentLogger, everyMs: 10 })
  const server = await listen({ host: '127.0.0.1', port: 0, tls: files, domainCertificates: null })
  // Every connection begins on the plain path and is handed over.
  server.serve(
    [
      {
        matches: () => true,
        handleRequest: (_request, response) => response.end('served'),
        handleUpgrade: (_request, socket) => socket.destroy(),
      },
    ],
    { begin: () => null },
  )
  const first = await ask(server.port)
  expect(first.name).toBe('one')
  expect(first.text).toMatch(/served$/)
  await copyFile(fixture('two.cert'), cert)
  expect((await ask(server.port)).name).toBe('one')
  await copyFile(fixture('two.key'), key)
  await eventually(async () => expect((await ask(server.port)).name).toBe('two'))
  files.close()
  await server.drain(1_000)
})

test('files that do not belong together end the start with their names', async () => {
  await copyFile(fixture('two.key'), key)
  const opening = openTlsFiles({ cert, key, logger: silentLogger })
  await expect(opening).rejects.toThrow(/CAIRN_TLS_CERT, CAIRN_TLS_KEY: must be a certificate and its key/)
})

test('plain http is redirected to the same host and path, and to no other host', async () => {
  const redirect = await redirectHttp({ host: '127.0.0.1', port: 0, httpsPort: 7420 })
  const locationOf = async (host: string): Promise<string | undefined> => {
    const request = get({ host: '127.0.0.1', port: redirect.port, path: '//evil.example/a?b', headers: { host } })
    const [answer] = await once(request, 'response')
    answer.resume()
    return answer.headers.location
  }
  expect(await locationOf('app.localhost:80')).toBe('https://app.localhost:7420//evil.example/a?b')
  expect(await locationOf('user@evil.example')).toBeUndefined()
  expect(await locationOf('evil.example/a')).toBeUndefined()
  await redirect.close()
})
