/**
 * Repositories of steps and builds, fetched by the `git` program.
 *
 * Always true: only one commit is fetched, into a bare repository that its user closes; nothing of it
 * is checked out or run on this machine, so no hook, filter or submodule takes part. git speaks http and https only, with
 * addresses that the egress guard checked, and follows no redirect, which could lead elsewhere.
 */
import { mkdir, mkdtemp, readdir, rm, stat, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { setInterval as every } from 'node:timers/promises'
import type { PlannedRepository } from '@cairn/domain'
import {
  type EgressAllowList,
  EgressRefused,
  parseEgressAllow,
  resolveAllowed,
} from '../execution/http/egress-guard.ts'
import { type GitCall, runGit, streamGit } from './run-git.ts'

/** A fetched commit. The caller closes it. */
export interface FetchedRepository {
  /** 40 or 64 hexadecimal digits. */
  readonly commit: string
  /** All files as an uncompressed tar stream. Rejects when they have more bytes than the limit. */
  readonly archive: (signal: AbortSignal) => AsyncIterable<Uint8Array>
  /** null = the commit has nothing of the path. The empty path is the root, a directory. */
  readonly kindOf: (path: string, signal: AbortSignal) => Promise<'file' | 'directory' | null>
  /** A file's bytes; null = the commit has no file of the path, or one with more than `mostBytes`. */
  readonly readFile: (path: string, mostBytes: number, signal: AbortSignal) => Promise<Buffer | null>
  readonly close: () => Promise<void>
}

export type FetchOutcome =
  | { readonly kind: 'fetched'; readonly repository: FetchedRepository }
  /** In words for the user; may hold what the server answered. */
  | { readonly kind: 'failed'; readonly reason: string }

/** What is to be fetched. `branch` may also be a tag or a whole commit; empty = the repository's default branch. */
export type WantedRepository = Pick<PlannedRepository, 'url' | 'branch'>

export interface Repositories {
  /**
   * @param token value of the secret that the repository names; null = none
   * @throws the signal's reason when it aborts; nothing is left then
   */
  fetch(repository: WantedRepository, token: string | null, signal: AbortSignal): Promise<FetchOutcome>
}

export interface GitRepositoriesOptions {
  /** PATH of the programs. */
  readonly path: string
  /** Where repositories lie while they are used; made when it is missing. */
  readonly temporaryDirectory: string
  readonly egressAllow: readonly string[]
}

const fetchMs = 300_000
const mostFetchedBytes = 1024 ** 3
const mostArchiveBytes = 4 * 1024 ** 3
const sizePollMs = 250
const prefix = 'repository-'
/** Older than any that is in use. */
const abandonedAfterMs = 24 * 3_600_000

/** @throws Error when `egressAllow` holds an entry that is none */
export function createGitRepositories(options: GitRepositoriesOptions): Repositories {
  const allow = parseEgressAllow(options.egressAllow)
  const prepareOnce = once(() => prepareDirectory(options.temporaryDirectory))
  return {
    fetch: async (repository, token, signal) => {
      const settings = await settingsOf(repository, token, allow)
      if (typeof settings === 'string') return { kind: 'failed', reason: settings }
      await prepareOnce()
      const directory = await mkdtemp(join(options.temporaryDirectory, prefix))
      try {
        const outcome = await fetchInto(directory, repository, { path: options.path, settings, signal })
        if (outcome.kind === 'failed') await rm(directory, { recursive: true, force: true })
        return outcome
      } catch (error) {
        await rm(directory, { recursive: true, force: true })
        throw error
      }
    },
  }
}

/** Does the work at the first call, and again only after it failed. */
function once(work: () => Promise<void>): () => Promise<void> {
  let done: Promise<void> | null = null
  return () => {
    done ??= work().catch((error: unknown) => {
      done = null
      throw error
    })
    return done
  }
}

/** Makes the directory, and removes what a server that was killed left in it. */
async function prepareDirectory(temporaryDirectory: string): Promise<void> {
  await mkdir(temporaryDirectory, { recursive: true, mode: 0o700 })
  for (const name of await readdir(temporaryDirectory)) {
    if (!name.startsWith(prefix)) continue
    const found = await stat(join(temporaryDirectory, name)).catch(() => null)
    if (found === null || Date.now() - found.mtimeMs < abandonedAfterMs) continue
    await rm(join(temporaryDirectory, name), { recursive: true, force: true })
  }
}

/** A text says why the repository must not be asked for. */
async function settingsOf(
  repository: WantedRepository,
  token: string | null,
  allow: EgressAllowList,
): Promise<Record<string, string> | string> {
  const url = new URL(repository.url)
  const port = url.port === '' ? (url.protocol === 'https:' ? '443' : '80') : url.port
  try {
    const addresses = await resolveAllowed(url.hostname, allow)
    const credentials = Buffer.from(`x-access-token:${token ?? ''}`).toString('base64')
    return {
      'protocol.allow': 'never',
      'protocol.http.allow': 'always',
      'protocol.https.allow': 'always',
      'http.followRedirects': 'false',
      // A host that is an address is not resolved.
      ...(!addresses.includes(bare(url.hostname)) && {
        'http.curloptResolve': `${url.hostname}:${port}:${addresses.map(bracketed).join(',')}`,
      }),
      'http.proxy': '',
      'http.lowSpeedLimit': '1000',
      'http.lowSpeedTime': '30',
      'credential.helper': '',
      'core.hooksPath': '/dev/null',
      'gc.auto': '0',
      ...(token !== null && { 'http.extraHeader': `Authorization: Basic ${credentials}` }),
    }
  } catch (error) {
    if (error instanceof EgressRefused) return error.message
    return `the host of the repository cannot be found: ${error instanceof Error ? error.message : String(error)}`
  }
}

const bare = (host: string): string => host.replace(/^\[|\]$/g, '')
const bracketed = (address: string): string => (address.includes(':') ? `[${address}]` : address)

type GitUse = Pick<GitCall, 'path' | 'settings' | 'signal'>

/** A whole name of a commit. A branch that is called so is not found by it. */
const wholeCommit = /^(?:[0-9a-f]{40}|[0-9a-f]{64})$/i

function clone({ url, branch }: WantedRepository, directory: string): string[][] {
  const shallow = ['--depth', '1', '--single-branch', '--no-tags']
  const named = branch === '' ? [] : ['--branch', branch]
  return [['clone', '--quiet', '--bare', '--template=', ...shallow, ...named, '--', url, directory]]
}

/** A clone asks for names only; servers of protocol 2 give any commit that they have. */
function fetchCommit({ url, branch: commit }: WantedRepository, directory: string): string[][] {
  const format = commit.length === 64 ? ['--object-format=sha256'] : []
  const into = ['--git-dir', directory]
  return [
    ['init', '--quiet', '--bare', '--template=', ...format, directory],
    [...into, 'fetch', '--quiet', '--depth', '1', '--no-tags', '--', url, commit.toLowerCase()],
    [...into, 'update-ref', '--no-deref', 'HEAD', 'FETCH_HEAD'],
  ]
}

async function fetchInto(directory: string, wanted: WantedRepository, use: GitUse): Promise<FetchOutcome> {
  const calls = wholeCommit.test(wanted.branch) ? fetchCommit(wanted, directory) : clone(wanted, directory)
  const over = new AbortController()
  const sizes = watchSize(directory, over)
  const limit = AbortSignal.timeout(fetchMs)
  try {
    const signal = AbortSignal.any([use.signal, limit, over.signal])
    for (const args of calls) {
      const end = await runGit({ ...use, args, signal }, () => undefined)
      if (end.kind === 'failed') return { kind: 'failed', reason: end.words }
    }
  } catch (error) {
    use.signal.throwIfAborted()
    if (limit.aborted) return { kind: 'failed', reason: `it was not fetched within ${fetchMs / 1000} s` }
    if (over.signal.aborted) return { kind: 'failed', reason: `it has more than ${mostFetchedBytes} bytes` }
    throw error
  } finally {
    over.abort()
    await sizes
  }
  return openFetched(directory, use)
}

/** Aborts `over` when the directory has grown too large; ends when `over` aborts. */
async function watchSize(directory: string, over: AbortController): Promise<void> {
  try {
    for await (const _ of every(sizePollMs, undefined, { signal: over.signal })) {
      if ((await sizeOf(directory)) > mostFetchedBytes) over.abort()
    }
  } catch (error) {
    if (!over.signal.aborted) throw error
  }
}

async function sizeOf(directory: string): Promise<number> {
  const names = await readdir(directory, { recursive: true })
  // What git removes meanwhile counts nothing.
  const sizes = await Promise.all(
    names.map((name) =>
      stat(join(directory, name)).then(
        ({ size }) => size,
        () => 0,
      ),
    ),
  )
  return sizes.reduce((sum, size) => sum + size, 0)
}

const kinds: Readonly<Record<string, 'file' | 'directory'>> = { blob: 'file', tree: 'directory' }

async function openFetched(directory: string, { path, signal: fetching }: GitUse): Promise<FetchOutcome> {
  const call = (args: readonly string[], signal: AbortSignal): GitCall => ({
    args: ['--git-dir', directory, ...args],
    settings: {},
    path,
    signal,
  })
  // The newest commit's own attributes could leave files out or rewrite them.
  await mkdir(join(directory, 'info'), { recursive: true })
  await writeFile(join(directory, 'info', 'attributes'), '* -export-ignore -export-subst\n')
  const commit = await outputOf(call(['rev-parse', 'HEAD'], fetching), 1024)
  if (commit === null) return { kind: 'failed', reason: 'its branch has no commit' }
  return {
    kind: 'fetched',
    repository: {
      commit: commit.toString().trim(),
      archive: (signal) => atMost(mostArchiveBytes, streamGit(call(['archive', '--format=tar', 'HEAD'], signal))),
      kindOf: async (file, signal) => {
        const type = await outputOf(call(['cat-file', '-t', `HEAD:${file}`], signal), 1024)
        return kinds[type?.toString().trim() ?? ''] ?? null
      },
      readFile: (file, mostBytes, signal) => outputOf(call(['cat-file', 'blob', `HEAD:${file}`], signal), mostBytes),
      close: () => rm(directory, { recursive: true, force: true }),
    },
  }
}

async function* atMost(mostBytes: number, chunks: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  let bytes = 0
  for await (const chunk of chunks) {
    bytes += chunk.length
    if (bytes > mostBytes) throw new Error(`the files of the repository have more than ${mostBytes} bytes`)
    yield chunk
  }
}

class TooLarge extends Error {}

/** null = the command fails, or says more than `mostBytes`. */
async function outputOf(call: GitCall, mostBytes: number): Promise<Buffer | null> {
  const chunks: Buffer[] = []
  let bytes = 0
  try {
    const end = await runGit(call, (chunk) => {
      bytes += chunk.length
      if (bytes > mostBytes) throw new TooLarge()
      chunks.push(chunk)
    })
    return end.kind === 'done' ? Buffer.concat(chunks) : null
  } catch (error) {
    if (error instanceof TooLarge) return null
    throw error
  }
}
