import { execFile, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { buffer } from 'node:stream/consumers'
import { promisify } from 'node:util'
import { testProgramEnvironment } from './test-docker-host.ts'

const run = promisify(execFile)

/** A real git server on the loopback interface: git's own `http-backend` behind HTTP. */
export class GitServer {
  /** Headers of `authorization` as they came. */
  readonly authorizations: (string | undefined)[] = []
  /** When it is set, only requests with it as the password of basic authentication are answered. */
  token: string | null = null
  readonly #directory: string
  readonly #server: Server

  private constructor(directory: string) {
    this.#directory = directory
    this.#server = createServer((request, response) => {
      this.#answer(request, response).catch(() => response.destroy())
    })
  }

  static async open(): Promise<GitServer> {
    const server = new GitServer(await mkdtemp(join(tmpdir(), 'cairn-git-')))
    server.#server.listen(0, '127.0.0.1')
    await once(server.#server, 'listening')
    return server
  }

  /** Address of a repository, e.g. `http://127.0.0.1:40123/code.git`. */
  urlOf(repository: string): string {
    const address = this.#server.address()
    if (address === null || typeof address === 'string') throw new Error('the git server does not listen')
    return `http://127.0.0.1:${address.port}/${repository}.git`
  }

  /**
   * Makes a commit the newest of a branch, with these files and no others; makes the repository when it is missing.
   *
   * @returns the commit's name
   */
  async commit(repository: string, branch: string, files: Readonly<Record<string, string>>): Promise<string> {
    const bare = join(this.#directory, `${repository}.git`)
    const work = await mkdtemp(join(this.#directory, 'work-'))
    await this.#git(['init', '--quiet', '--bare', '--initial-branch', branch, bare])
    await this.#git(['init', '--quiet', '--initial-branch', branch, work])
    for (const [path, content] of Object.entries(files)) {
      await mkdir(dirname(join(work, path)), { recursive: true })
      await writeFile(join(work, path), content)
    }
    await this.#git(['-C', work, 'add', '--all'])
    await this.#git(['-C', work, 'commit', '--quiet', '--allow-empty', '--message', 'change'])
    await this.#git(['-C', work, 'push', '--quiet', '--force', bare, branch])
    const { stdout } = await this.#git(['-C', work, 'rev-parse', 'HEAD'])
    await rm(work, { recursive: true })
    return stdout.trim()
  }

  /** Gives a commit of the repository a name. */
  async tag(repository: string, name: string, commit: string): Promise<void> {
    await this.#git(['--git-dir', join(this.#directory, `${repository}.git`), 'tag', '--force', name, commit])
  }

  async close(): Promise<void> {
    this.#server.closeAllConnections()
    this.#server.close()
    await once(this.#server, 'close')
    await rm(this.#directory, { recursive: true, force: true })
  }

  #git(args: readonly string[]): Promise<{ readonly stdout: string }> {
    const author = { GIT_AUTHOR_NAME: 'Ada', GIT_AUTHOR_EMAIL: 'ada@example.com' }
    const committer = { GIT_COMMITTER_NAME: 'Ada', GIT_COMMITTER_EMAIL: 'ada@example.com' }
    return run('git', [...args], { env: { ...this.#environment(), ...author, ...committer } })
  }

  #environment(): Record<string, string> {
    return { PATH: testProgramEnvironment().PATH, HOME: this.#directory, GIT_CONFIG_NOSYSTEM: '1' }
  }

  async #answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { authorization } = request.headers
    this.authorizations.push(authorization)
    const given = Buffer.from(authorization?.replace(/^Basic /, '') ?? '', 'base64').toString()
    if (this.token !== null && given.slice(given.indexOf(':') + 1) !== this.token) {
      response.writeHead(401, { 'www-authenticate': 'Basic realm="git"' }).end()
      return
    }
    const url = new URL(request.url ?? '/', 'http://git')
    const backend = spawn('git', ['http-backend'], {
      env: {
        ...this.#environment(),
        GIT_PROJECT_ROOT: this.#directory,
        GIT_HTTP_EXPORT_ALL: '1',
        PATH_INFO: url.pathname,
        QUERY_STRING: url.search.slice(1),
        REQUEST_METHOD: request.method ?? 'GET',
        CONTENT_TYPE: request.headers['content-type'] ?? '',
        HTTP_CONTENT_ENCODING: request.headers['content-encoding'] ?? '',
        GIT_PROTOCOL: String(request.headers['git-protocol'] ?? ''),
      },
      stdio: ['pipe', 'pipe', 'ignore'],
    })
    request.pipe(backend.stdin.on('error', () => undefined))
    const output = await buffer(backend.stdout)
    const end = output.indexOf('\r\n\r\n')
    const headers = output
      .subarray(0, end)
      .toString()
      .split('\r\n')
      .map((line) => line.split(': ', 2))
    const status = headers.find(([name]) => name === 'Status')?.[1]
    response.writeHead(
      status === undefined ? 200 : Number.parseInt(status, 10),
      Object.fromEntries(headers.filter(([name]) => name !== 'Status')),
    )
    response.end(output.subarray(end + 4))
  }
}
