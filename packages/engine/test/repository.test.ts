import { mkdtemp, readdir, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { buffer } from 'node:stream/consumers'
import { Readable } from 'node:stream'
import { GitServer, testProgramEnvironment } from '@cairn/testkit'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createGitRepositories, type FetchedRepository, type Repositories } from '../src/repository/git-repositories.ts'

let server: GitServer
let directory: string
let repositories: Repositories

const signal = AbortSignal.timeout(60_000)
const open = (egressAllow: readonly string[]) =>
  createGitRepositories({ path: testProgramEnvironment().PATH, temporaryDirectory: directory, egressAllow })

beforeAll(async () => {
  server = await GitServer.open()
  directory = await mkdtemp(join(tmpdir(), 'cairn-repository-test-'))
  repositories = open(['127.0.0.1'])
})
afterAll(async () => {
  await server.close()
  await rm(directory, { recursive: true })
})

const asked = (name: string, branch = 'main') => ({ url: server.urlOf(name), branch, token: null })

async function fetched(name: string, token: string | null = null): Promise<FetchedRepository> {
  const outcome = await repositories.fetch(asked(name), token, signal)
  if (outcome.kind === 'failed') throw new Error(outcome.reason)
  return outcome.repository
}

async function reasonOf(outcome: ReturnType<Repositories['fetch']>): Promise<string> {
  const end = await outcome
  return end.kind === 'failed' ? end.reason : 'it was fetched'
}

describe('a repository', () => {
  it('is fetched at the newest commit of its branch, whatever the branch is called', async () => {
    await server.commit('code', 'main', { 'a.txt': 'old' })
    const commit = await server.commit('code', 'main', { 'a.txt': 'new', 'sql/load.sql': 'select 1' })
    const repository = await fetched('code')
    expect(repository.commit).toBe(commit)
    expect((await repository.readFile('sql/load.sql', 100, signal))?.toString()).toBe('select 1')
    await repository.close()
    expect(await readdir(directory)).toEqual([])
    await server.commit('branches', 'feature/x-1', { 'a.txt': 'x' })
    const other = await repositories.fetch(asked('branches', 'feature/x-1'), null, signal)
    if (other.kind === 'fetched') await other.repository.close()
    expect(other.kind).toBe('fetched')
  })

  it('is fetched at a tag, at a commit that is not the newest, and at its default branch', async () => {
    const first = await server.commit('history', 'trunk', { 'a.txt': 'first' })
    await server.tag('history', 'v1.0', first)
    const second = await server.commit('history', 'trunk', { 'a.txt': 'second' })
    for (const [branch, commit] of [
      ['v1.0', first],
      [first, first],
      [first.toUpperCase(), first],
      ['', second],
    ] as const) {
      const outcome = await repositories.fetch(asked('history', branch), null, signal)
      if (outcome.kind === 'failed') throw new Error(outcome.reason)
      expect([branch, outcome.repository.commit]).toEqual([branch, commit])
      await outcome.repository.close()
    }
    expect(await reasonOf(repositories.fetch(asked('history', '0'.repeat(40)), null, signal))).toMatch(/not our ref/)
    expect(await readdir(directory)).toEqual([])
  })

  it('gives all files of the commit, also those that its attributes would leave out or rewrite', async () => {
    await server.commit('attributes', 'main', {
      '.gitattributes': 'secret.txt export-ignore\nid.txt export-subst\n',
      'secret.txt': 'here',
      'id.txt': '$Format:%H$',
    })
    const repository = await fetched('attributes')
    const tar = (await buffer(Readable.from(repository.archive(signal)))).toString('latin1')
    await repository.close()
    expect(tar).toContain('secret.txt')
    expect(tar).toContain('$Format:%H$')
  })

  it('is asked for with its token, which is no part of what is told', async () => {
    await server.commit('private', 'main', { 'a.txt': 'x' })
    server.token = 'token of the repository'
    try {
      await (await fetched('private', server.token)).close()
      expect(await reasonOf(repositories.fetch(asked('private'), 'another', signal))).not.toContain('another')
      expect(await reasonOf(repositories.fetch(asked('private'), null, signal))).toMatch(/Username|Authentication/)
    } finally {
      server.token = null
    }
  })

  it('that is not there, or has no such branch, fails with the words of git', async () => {
    expect(await reasonOf(repositories.fetch(asked('nothing'), null, signal))).toMatch(/not found/)
    expect(await reasonOf(repositories.fetch(asked('code', 'nothing'), null, signal))).toMatch(/Remote branch nothing/)
    expect(await readdir(directory)).toEqual([])
  })

  it('is not read beyond the limit, nor outside of the commit', async () => {
    const repository = await fetched('code')
    expect(await repository.readFile('a.txt', 2, signal)).toBeNull()
    expect(await repository.readFile('../../../etc/passwd', 10_000, signal)).toBeNull()
    expect(await repository.readFile('sql', 10_000, signal)).toBeNull()
    await repository.close()
  })

  it('leaves nothing when it is given up', async () => {
    await expect(repositories.fetch(asked('code'), null, AbortSignal.abort(new Error('given up')))).rejects.toThrow(
      'given up',
    )
    expect(await readdir(directory)).toEqual([])
  })

  // Server-side request forgery by a git address (CWE-918).
  it('at a private address is not asked for unless the operator allows it', async () => {
    const before = server.authorizations.length
    const reason = await reasonOf(open([]).fetch(asked('code'), 'token', signal))
    expect(reason).toContain('a private or special address')
    const byName = { url: server.urlOf('code').replace('127.0.0.1', 'localhost'), branch: 'main', token: null }
    expect(await reasonOf(open([]).fetch(byName, 'token', signal))).toContain('a private or special address')
    expect(server.authorizations).toHaveLength(before)
  })
})
