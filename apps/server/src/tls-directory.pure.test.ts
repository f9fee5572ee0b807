import { once } from 'node:events'
import { copyFile, mkdtemp, rename, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { connect } from 'node:tls'
import { eventually, silentLogger } from '@cairn/testkit'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { listen } from './http-server.ts'
import { openTlsDirectory } from './tls-directory.ts'
import { openTlsFiles } from './tls-files.ts'

const fixture = (name: string): string => join(import.meta.dirname, '../fixtures/tls', `${name}.pem`)
let directory: string
beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'cairn-tls-'))
})
afterEach(() => rm(directory, { recursive: true }))

/** Files appear whole: a look at half a file would warn once more. */
async function put(domain: string, cert: string, key: string): Promise<void> {
  await putFile(fixture(`${cert}.cert`), `${domain}.crt`)
  await putFile(fixture(`${key}.key`), `${domain}.key`)
}

async function putFile(from: string, name: string): Promise<void> {
  const part = join(directory, `${name}.part`)
  await copyFile(from, part)
  await rename(part, join(directory, name))
}

/** The common name of the certificate that a client gets that asks for this name. */
async function nameFor(port: number, servername: string): Promise<string> {
  const socket = connect({ port, host: '127.0.0.1', servername, rejectUnauthorized: false })
  await once(socket, 'secureConnect')
  const name = String(socket.getPeerCertificate().subject.CN)
  socket.destroy()
  return name
}

test('a client gets the certificate of the name that it asks for, and for every other name that of the server', async () => {
  await put('app.example.com', 'app', 'app')
  const tls = await openTlsFiles({ cert: fixture('two.cert'), key: fixture('two.key'), logger: silentLogger })
  const domainCertificates = await openTlsDirectory(directory, silentLogger, 10)
  const server = await listen({ host: '127.0.0.1', port: 0, tls, domainCertificates })
  expect(await nameFor(server.port, 'app.example.com')).toBe('app')
  expect(await nameFor(server.port, 'APP.example.com')).toBe('app')
  expect(await nameFor(server.port, 'other.example.com')).toBe('two')
  await rm(join(directory, 'app.example.com.crt'))
  await eventually(async () => expect(await nameFor(server.port, 'app.example.com')).toBe('two'))
  await put('app.example.com', 'app', 'app')
  await eventually(async () => expect(await nameFor(server.port, 'app.example.com')).toBe('app'))
  domainCertificates.close()
  tls.close()
  await server.drain(1_000)
})

test('a certificate that does not cover its domain, or not belong to its key, is left out', async () => {
  const warnings: unknown[] = []
  const logger = { ...silentLogger, warn: (facts: unknown) => void warnings.push(facts) }
  await put('other.example.com', 'app', 'app')
  await put('app.example.com', 'app', 'two')
  const files = await openTlsDirectory(directory, logger, 5)
  expect([files.find('other.example.com'), files.find('app.example.com')]).toEqual([null, null])
  const told = [
    { domain: 'app.example.com', problem: expect.stringMatching(/key values mismatch/) },
    { domain: 'other.example.com', problem: 'it does not cover other.example.com' },
  ]
  expect(warnings).toHaveLength(2)
  expect(warnings).toEqual(expect.arrayContaining(told))
  // The next look warns of nothing that is known.
  await put('app.example.com', 'app', 'app')
  await eventually(() => expect(files.find('app.example.com')).not.toBeNull())
  expect(warnings).toHaveLength(2)
  // While one file of a pair is being replaced, the last good pair stays.
  await put('app.example.com', 'two', 'app')
  await eventually(() => expect(warnings).toHaveLength(3))
  expect(files.find('app.example.com')).not.toBeNull()
  files.close()
})

test('a directory that is not there ends the start with the name of the setting', async () => {
  const opening = openTlsDirectory(join(directory, 'nowhere'), silentLogger)
  await expect(opening).rejects.toThrow(/CAIRN_TLS_DIRECTORY: must be a directory/)
})
