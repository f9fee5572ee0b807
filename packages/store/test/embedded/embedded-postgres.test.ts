import { chmod, chown, mkdir, mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { eventually } from '@cairn/testkit'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { DirectoryInUseError, removeEmbeddedPostgres, startEmbeddedPostgres } from '../../src/index.ts'
import { processStart } from '../../src/embedded/process-identity.ts'
import { makeDirectory, query, type ServerProcess, startedServerProcess, startServerProcess } from './server-fixture.ts'

let directory: string
beforeEach(async () => {
  directory = await makeDirectory()
})
afterEach(() => removeEmbeddedPostgres(directory))

const log: (line: string) => void = () => undefined
const start = () => startEmbeddedPostgres({ directory, log })
const rowsOf = (url: string): Promise<unknown[]> => query(url, 'select id from kept order by id')
const insert = (url: string, id: number): Promise<unknown[]> => query(url, `insert into kept values (${id})`)
const asRoot = process.getuid?.() === 0

async function startWithData(): Promise<ServerProcess> {
  const server = await startedServerProcess(directory)
  await query(server.url, 'create table kept (id integer primary key)')
  await insert(server.url, 1)
  return server
}

describe('an ordinary life', () => {
  test('data survives a clean stop, which leaves no process behind', async () => {
    const first = await start()
    await query(first.url, 'create table kept (id integer primary key)')
    await insert(first.url, 1)
    const pid = first.pid()
    await first.stop()
    expect(await processStart(pid)).toBeNull()
    const second = await start()
    expect(await rowsOf(second.url)).toEqual([{ id: 1 }])
    await second.stop()
  })

  test('only the password opens the server, and only the owner can read it', async () => {
    const postgres = await start()
    const wrong = new URL(postgres.url)
    wrong.password = 'wrong'
    await expect(query(wrong.href, 'select 1')).rejects.toThrow('password authentication failed')
    expect((await stat(join(directory, 'password'))).mode & 0o077).toBe(0)
    const overTcp = new URL(postgres.url)
    overTcp.search = ''
    expect(await query(overTcp.href, 'select 1 as one')).toEqual([{ one: 1 }])
    await postgres.stop()
  })

  test('committed writes are synced to disk, and statements stay out of the log', async () => {
    const postgres = await start()
    expect(
      await query(
        postgres.url,
        `select string_agg(name || '=' || setting, ' ' order by name) as settings
      from pg_settings where name in ('fsync', 'synchronous_commit', 'full_page_writes', 'data_checksums')`,
      ),
    ).toEqual([{ settings: 'data_checksums=on fsync=on full_page_writes=on synchronous_commit=on' }])
    await expect(query(postgres.url, `select 'hunter2'::integer`)).rejects.toThrow('invalid input syntax')
    await postgres.stop()
    const logs = join(directory, 'cluster', 'log')
    const texts = await Promise.all((await readdir(logs)).map((file) => readFile(join(logs, file), 'utf8')))
    expect(texts.join('')).not.toContain('hunter2')
  })

  test('a stop does not wait for open transactions', async () => {
    const server = await startWithData()
    const sleeping = query(server.url, 'select pg_sleep(600)').catch(String)
    await eventually(async () => {
      expect(await query(server.url, `select 1 from pg_stat_activity where wait_event = 'PgSleep'`)).toHaveLength(1)
    })
    await server.end('SIGTERM')
    expect(await sleeping).toContain('terminating connection')
  })

  test('a path that is too long for a socket is served over TCP', async () => {
    await chmod(directory, 0o711)
    const deep = join(directory, 'd'.repeat(100))
    const postgres = await startEmbeddedPostgres({ directory: deep, log })
    expect(postgres.url).not.toContain('host=')
    expect(await query(postgres.url, 'select 1 as one')).toEqual([{ one: 1 }])
    await postgres.stop()
  })

  test.runIf(asRoot)('started as root, the server runs as another user', async () => {
    const server = await startWithData()
    expect((await stat(`/proc/${server.postmaster}`)).uid).not.toBe(0)
    await server.end('SIGTERM')
  })

  test.runIf(asRoot)('started by an ordinary user, the server runs as that user', async () => {
    const { uid, gid } = await ordinaryUser()
    const own = await mkdtemp(join(tmpdir(), 'cairn-embedded-test-'))
    await chown(own, uid, gid)
    const server = await startServerProcess(own, { uid, gid })
    if ('refused' in server) throw new Error(server.refused)
    expect((await stat(`/proc/${server.postmaster}`)).uid).toBe(uid)
    await server.end('SIGTERM')
    await rm(own, { recursive: true })
  })

  test.runIf(asRoot)('a directory that the system user may not enter is refused by its name', async () => {
    await chmod(directory, 0o700)
    const inside = join(directory, 'closed', 'data')
    await mkdir(inside, { recursive: true })
    await chmod(join(directory, 'closed'), 0o700)
    await chmod(directory, 0o755)
    await expect(startEmbeddedPostgres({ directory: inside, log })).rejects.toThrow(
      `may not enter ${join(directory, 'closed')}: put the data directory elsewhere`,
    )
  })
})

describe('a second server on the same directory', () => {
  test('is refused within one process', async () => {
    const postgres = await start()
    await expect(start()).rejects.toBeInstanceOf(DirectoryInUseError)
    expect(await query(postgres.url, 'select 1 as one')).toEqual([{ one: 1 }])
    await postgres.stop()
  })

  test('is refused between processes, by the id of the one that has it', async () => {
    const server = await startWithData()
    await expect(start()).rejects.toThrow(`is in use by process ${server.child.pid} `)
    expect(await rowsOf(server.url)).toEqual([{ id: 1 }])
    await server.end('SIGTERM')
  })

  test('is refused when several start at once: one goes on', async () => {
    const outcomes = await Promise.all([1, 2, 3].map(() => startServerProcess(directory)))
    const started = outcomes.flatMap((outcome) => ('refused' in outcome ? [] : [outcome]))
    expect(started).toHaveLength(1)
    for (const server of started) await server.end('SIGTERM')
  })
})

describe('after kill -9', { timeout: 60_000 }, () => {
  test('of the owner, the next start ends the server that was left and keeps its data', async () => {
    const server = await startWithData()
    await server.end('SIGKILL')
    expect(await processStart(server.postmaster)).not.toBeNull()
    await insert(server.url, 2)
    const next = await start()
    expect(await processStart(server.postmaster)).toBeNull()
    expect(await rowsOf(next.url)).toEqual([{ id: 1 }, { id: 2 }])
    await next.stop()
  })

  test('of the server, it is started again at the same address and keeps its data', async () => {
    const server = await startWithData()
    process.kill(server.postmaster, 'SIGKILL')
    await eventually(async () => expect(await rowsOf(server.url)).toEqual([{ id: 1 }]), { timeoutMs: 15_000 })
    await insert(server.url, 2)
    await server.end('SIGTERM')
    const next = await start()
    expect(await rowsOf(next.url)).toEqual([{ id: 1 }, { id: 2 }])
    await next.stop()
  })

  test('of both, the next start recovers', async () => {
    const server = await startWithData()
    await server.end('SIGKILL')
    process.kill(server.postmaster, 'SIGKILL')
    const next = await start()
    expect(await rowsOf(next.url)).toEqual([{ id: 1 }])
    await next.stop()
  })

  test('again and again, every acknowledged write is there', async () => {
    let expected = 1
    const first = await startWithData()
    await first.end('SIGTERM')
    for (let round = 0; round < 3; round += 1) {
      const server = await startedServerProcess(directory)
      const from = expected + 1
      const inserts = Array.from({ length: 20 }, (_, index) => `insert into kept values (${from + index})`)
      await query(server.url, ...inserts)
      expected += inserts.length
      await server.end('SIGKILL')
      if (round % 2 === 0) process.kill(server.postmaster, 'SIGKILL')
    }
    const last = await start()
    expect(await rowsOf(last.url)).toHaveLength(expected)
    await last.stop()
  })

  test('a server that dies while it is being stopped does not keep the owner', async () => {
    const server = await startWithData()
    process.kill(server.postmaster, 'SIGKILL')
    await server.end('SIGTERM')
    expect(server.child.exitCode).toBe(0)
  })
})

describe('what an interruption left', () => {
  test('a pid file that names a process of somebody else is no server', async () => {
    const first = await start()
    await first.stop()
    await writeFile(
      join(directory, 'cluster', 'postmaster.pid'),
      `${process.pid}\n${directory}/cluster\n1\n5432\n\n\n\n`,
    )
    const next = await start()
    expect(await query(next.url, 'select 1 as one')).toEqual([{ one: 1 }])
    await next.stop()
  })

  test('half a cluster is removed and made anew', async () => {
    await mkdir(join(directory, 'cluster.new-half', 'base'), { recursive: true })
    await writeFile(join(directory, 'cluster.new-half', 'PG_VERSION'), '18\n')
    const postgres = await start()
    expect(await query(postgres.url, 'select 1 as one')).toEqual([{ one: 1 }])
    expect(await readdir(directory)).not.toContain('cluster.new-half')
    await postgres.stop()
  })
})

async function ordinaryUser(): Promise<{ uid: number; gid: number }> {
  const passwords = await readFile('/etc/passwd', 'utf8')
  const [, uid, gid] = /^nobody:[^:]*:(\d+):(\d+):/m.exec(passwords) ?? []
  if (uid === undefined || gid === undefined) throw new Error('this system has no user nobody')
  return { uid: Number(uid), gid: Number(gid) }
}
