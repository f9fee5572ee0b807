import { type ChildProcess, execFile, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { request as requestHttp } from 'node:http'
import { request as requestHttps } from 'node:https'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { eventually } from './eventually.ts'
import { findRegistryProgram } from './registry-program.ts'

const run = promisify(execFile)

export interface TestRegistry {
  /** Host and port, as images are named by. */
  readonly address: string
  /** What it asks for; null = nothing. */
  readonly login: { readonly username: string; readonly password: string } | null
  /** Its certificate, as PEM, and the file that holds it; null = it speaks plain HTTP. */
  readonly authority: { readonly text: string; readonly file: string } | null
  stop(): Promise<void>
}

export interface TestRegistryOptions {
  readonly asksForLogin?: boolean
  readonly speaksTls?: boolean
  /** True by default. A stock registry does not let manifests be removed. */
  readonly letsRemove?: boolean
}

const login = { username: 'cairn', password: 'canary-of-the-registry' }
/** The login as `htpasswd -B` writes it. */
const passwordFile = 'cairn:$2b$04$rHKzjRFeFRP7PqJjK.Ab1.WrER3os6fdi7zIbNQko9vzLlV0OvRvS\n'

/** A stock registry (Debian's `docker-registry`) on the loopback interface, with its files in a temporary directory. */
export async function startRegistry(options: TestRegistryOptions = {}): Promise<TestRegistry> {
  const program = await findRegistryProgram()
  const directory = await mkdtemp(join(tmpdir(), 'cairn-registry-'))
  const address = `127.0.0.1:${await freePort()}`
  const authority = options.speaksTls === true ? await makeCertificate(directory) : null
  await writeFile(join(directory, 'passwords'), passwordFile)
  const config = join(directory, 'config.json')
  await writeFile(config, JSON.stringify(configOf(directory, address, options)))
  const child = spawn(program, ['serve', config], { stdio: 'ignore' })
  const stop = async (): Promise<void> => {
    await end(child)
    await rm(directory, { recursive: true, force: true })
  }
  try {
    await eventually(() => answers(address, authority?.text ?? null), { timeoutMs: 20_000 })
  } catch (error) {
    await stop()
    throw error
  }
  return { address, login: options.asksForLogin === true ? login : null, authority, stop }
}

/** The program reads YAML, of which JSON is a part. */
function configOf(
  directory: string,
  addr: string,
  { asksForLogin, speaksTls, letsRemove }: TestRegistryOptions,
): object {
  const storage = {
    filesystem: { rootdirectory: join(directory, 'data') },
    delete: { enabled: letsRemove !== false },
  }
  const tls = { certificate: join(directory, 'certificate.pem'), key: join(directory, 'key.pem') }
  const auth = { htpasswd: { realm: 'test', path: join(directory, 'passwords') } }
  return {
    version: 0.1,
    log: { level: 'error' },
    storage,
    http: { addr, secret: 'test', ...(speaksTls === true ? { tls } : {}) },
    ...(asksForLogin === true ? { auth } : {}),
  }
}

async function makeCertificate(directory: string): Promise<{ text: string; file: string }> {
  const file = join(directory, 'certificate.pem')
  const key = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes', '-keyout', 'key.pem']
  const subject = ['-subj', '/CN=registry', '-addext', 'subjectAltName=IP:127.0.0.1', '-days', '2']
  await run('openssl', ['req', '-x509', ...key, ...subject, '-out', file], { cwd: directory })
  return { text: await readFile(file, 'utf8'), file }
}

function answers(address: string, ca: string | null): Promise<void> {
  return new Promise((resolve, reject) => {
    const request = ca === null ? requestHttp(`http://${address}/v2/`) : requestHttps(`https://${address}/v2/`, { ca })
    request.on('error', reject)
    request.on('response', (answer) => {
      answer.resume()
      if (answer.statusCode === 200 || answer.statusCode === 401) resolve()
      else reject(new Error(`the registry answers ${String(answer.statusCode)}`))
    })
    request.end()
  })
}

async function end(child: ChildProcess): Promise<void> {
  if (child.pid === undefined || child.exitCode !== null || child.signalCode !== null) return
  const ended = once(child, 'exit')
  child.kill('SIGTERM')
  await ended
}

async function freePort(): Promise<number> {
  const server = createServer()
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const address = server.address()
  await new Promise((resolve) => server.close(resolve))
  if (address === null || typeof address === 'string') throw new Error('no port')
  return address.port
}
