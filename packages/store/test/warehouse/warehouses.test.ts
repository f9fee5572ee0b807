import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { setTimeout as pause } from 'node:timers/promises'
import {
  createTestDatabase,
  eventually,
  openTestWarehouses,
  type TestDatabase,
  type TestWarehouses,
  testServerUrl,
} from '@cairn/testkit'
import { Client } from 'pg'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { ensureTenant, type WarehouseBackend, type WarehouseSession } from '../../src/index.ts'

let test: TestDatabase
let tested: TestWarehouses
let tenants: string[]
const sessions: WarehouseSession[] = []

beforeAll(async () => {
  test = await createTestDatabase({ maxConnections: 10 })
  tested = await openTestWarehouses(test)
  tenants = await Promise.all(
    ['acme', 'other'].map((name) => test.database.transaction((tx) => ensureTenant(tx, name))),
  )
})
afterEach(() => {
  for (const session of sessions.splice(0)) session.close()
})
afterAll(async () => {
  await tested.drop()
  await test.drop()
})

async function open(tenant = 0): Promise<{ session: WarehouseSession; backend: WarehouseBackend }> {
  const opened = await tested.warehouses.open(tenants[tenant] ?? '', 'a-test')
  if (opened.kind !== 'open') throw new Error(opened.reason)
  sessions.push(opened.session)
  return opened
}

interface Heard {
  readonly commands: string[]
  readonly notices: string[]
  copied: Buffer
}

async function run(session: WarehouseSession, text: string) {
  const heard: Heard = { commands: [], notices: [], copied: Buffer.alloc(0) }
  const outcome = await session.run(text, {
    onCommand: (tag) => void heard.commands.push(tag),
    onNotice: ({ severity, message }) => void heard.notices.push(`${severity} ${message}`),
    onCopyData: (bytes) => {
      heard.copied = Buffer.concat([heard.copied, bytes])
    },
  })
  return { outcome, ...heard }
}

const stateOf = async (session: WarehouseSession, text: string): Promise<string> => {
  const { outcome } = await run(session, text)
  return outcome.kind === 'refused' ? outcome.error.state : outcome.kind
}

setFlagsFromString('--expose-gc')
const collectGarbage: () => void = runInNewContext('gc')

/** What is in use, without what only waits for the collector: that may be any multiple of a chunk. */
function heldBytes(): number {
  // The first frees buffers beside the program, the second counts them as freed.
  collectGarbage()
  collectGarbage()
  const { heapUsed, external } = process.memoryUsage()
  return heapUsed + external
}

describe('a warehouse', () => {
  it('is made once when many ask for it at once, and keeps what is in it', async () => {
    const opened = await Promise.all(Array.from({ length: 5 }, () => open()))
    expect(
      await stateOf(
        opened[0]?.session ?? Object.create(null),
        'create table kept (n int); insert into kept values (1)',
      ),
    ).toBe('done')
    expect((await run((await open()).session, 'select * from kept')).commands).toEqual(['SELECT 1'])
    expect(await test.database.db.selectFrom('warehouse').select('tenant_id').execute()).toHaveLength(1)
  })

  it('heals when its role has another password, or its database and role are gone', async () => {
    await open()
    const { role_name: role, database_name: name } = await test.database.db
      .selectFrom('warehouse')
      .selectAll()
      .where('tenant_id', '=', tenants[0] ?? '')
      .executeTakeFirstOrThrow()
    expect(await stateOf((await open()).session, `alter role ${role} password 'mine'`)).toBe('done')
    expect(await stateOf((await open()).session, 'select 1')).toBe('done')
    const admin = new Client(testServerUrl())
    await admin.connect()
    await admin.query(`drop database ${name} with (force)`)
    await admin.query(`drop role ${role}`)
    await admin.end()
    expect(await stateOf((await open()).session, 'select 1')).toBe('done')
  })

  it('keeps the password out of the database in clear and gives the role no rights beyond its own', async () => {
    await open()
    const admin = new Client(testServerUrl())
    await admin.connect()
    const { rows } = await admin.query(
      `select rolsuper, rolcreatedb, rolcreaterole, rolreplication, rolbypassrls, rolconnlimit > 0 as limited
       from pg_roles where rolname = (select usename from pg_stat_activity where application_name = 'a-test' limit 1)`,
    )
    await admin.end()
    expect(rows).toEqual([
      {
        rolsuper: false,
        rolcreatedb: false,
        rolcreaterole: false,
        rolreplication: false,
        rolbypassrls: false,
        limited: true,
      },
    ])
  })
})

/** What a tenant may try. `42501` is insufficient privilege. */
describe('a tenant in its warehouse', () => {
  it.each([
    ['runs a program', "copy (select 1) to program 'id'", '42501'],
    ['reads a program', "create table t1 (x text); copy t1 from program 'id'", '42501'],
    ['reads a file of the server', "create table t2 (x text); copy t2 from '/etc/passwd'", '42501'],
    ['writes a file of the server', "copy (select 1) to '/tmp/cairn-x'", '42501'],
    ['reads a file by function', "select pg_read_file('/etc/passwd')", '42501'],
    ['lists a directory', "select pg_ls_dir('.')", '42501'],
    ['imports a file as large object', "select lo_import('/etc/passwd')", '42501'],
    ['makes dblink', 'create extension dblink', '42501'],
    ['makes file_fdw', 'create extension file_fdw', '42501'],
    ['makes postgres_fdw', 'create extension postgres_fdw', '42501'],
    ['makes an untrusted language', 'create extension plpython3u', '0A000|42501|58P01'],
    [
      'makes a C function',
      "create function f() returns int language c as '/lib/x86_64-linux-gnu/libc.so.6', 'system'",
      '42501',
    ],
    ['loads a library', "load '/lib/x86_64-linux-gnu/libc.so.6'", '42501'],
    ['reads passwords', 'select rolpassword from pg_authid', '42501'],
    ['becomes the administrator', 'set role cairn', '42501'],
    ['becomes the administrator by session', 'set session authorization cairn', '42501'],
    ['makes itself an administrator', 'alter role current_user superuser', '42501'],
    ['makes itself a maker of roles', 'alter role current_user createrole', '42501'],
    ['makes a role', 'create role helper login', '42501'],
    ['makes a database', 'create database another', '42501'],
    [
      'lets everybody into its database',
      'do $$ begin execute format($f$grant connect on database %I to public$f$, current_database()); end $$; select 1 / (case when has_database_privilege($q$public$q$, current_database(), $q$connect$q$) then 1 else 0 end)',
      '22012',
    ],
    [
      'renames its database',
      'do $$ begin execute format($f$alter database %I rename to x$f$, current_database()); end $$',
      '42501',
    ],
    ['changes a setting of the server', "alter system set log_statement = 'all'", '42501'],
    ['reloads the server', 'select pg_reload_conf()', '42501'],
    ['raises its limit of temporary files', "set temp_file_limit = '-1'", '42501'],
    ['preloads a library', "set session_preload_libraries = 'x'", '42501'],
    [
      'ends the sessions of others',
      "select pg_terminate_backend(pid) from pg_stat_activity where usename = 'cairn'",
      '42501',
    ],
  ])('%s: refused', async (_what, text, states) => {
    expect(await stateOf((await open()).session, text)).toMatch(new RegExp(`^(${states})$`))
  })

  it('connects neither to the database of Cairn nor to that of another tenant', async () => {
    await open(0)
    await open(1)
    const admin = new Client(testServerUrl())
    await admin.connect()
    const roles = await test.database.db.selectFrom('warehouse').select(['role_name', 'database_name']).execute()
    const { rows } = await admin.query<{ role: string; database: string }>(
      `select rolname as role, datname as database from pg_roles, pg_database
       where rolname = any($1) and has_database_privilege(pg_roles.oid, pg_database.oid, 'connect') and datname like 'cairn%'`,
      [roles.map((row) => row.role_name)],
    )
    await admin.end()
    expect(rows.filter(({ role, database }) => role !== database)).toEqual([])
    expect(rows).toHaveLength(2)
    expect(tested.warnings).toEqual([])
  })

  it('sees no statement of another tenant', async () => {
    const theirs = await open(1)
    const running = run(theirs.session, 'select pg_sleep(30) /* their secret */')
    await eventually(async () => {
      const seen = await run(
        (await open(0)).session,
        "create temp table s as select query, usename from pg_stat_activity where application_name = 'a-test'; select 1 from s where query like '%their secret%' and usename <> current_user; select 1 from s where usename <> current_user",
      )
      expect(seen.commands.slice(1)).toEqual(['SELECT 0', 'SELECT 1'])
    })
    await tested.warehouses.end(theirs.backend, AbortSignal.timeout(5000))
    expect((await running).outcome.kind).toBe('broken')
  })
})

describe('a session', () => {
  it('runs several statements in one transaction and tells of each, and of notices', async () => {
    const { session } = await open()
    const good = await run(
      session,
      "create temp table t (n int unique); insert into t select generate_series(1, 3); do $$ begin raise notice 'hello'; end $$; select * from t",
    )
    expect(good).toMatchObject({
      outcome: { kind: 'done' },
      commands: ['CREATE TABLE', 'INSERT 0 3', 'DO', 'SELECT 3'],
      notices: ['NOTICE hello'],
    })
    const bad = await run(session, 'insert into t values (9); insert into t values (9)')
    expect(bad.outcome).toMatchObject({
      kind: 'refused',
      error: { state: '23505', detail: 'Key (n)=(9) already exists.' },
    })
    expect((await run(session, 'select * from t')).commands).toEqual(['SELECT 3'])
  })

  it('gives the position of an error and says when a transaction was left open', async () => {
    const { session } = await open()
    expect((await run(session, 'select\nnope')).outcome).toMatchObject({
      kind: 'refused',
      error: { state: '42703', position: 8 },
    })
    expect((await run(session, 'begin; select 1')).outcome).toEqual({ kind: 'open_transaction' })
  })

  it('begins with the settings of Cairn whatever the role has set for itself', async () => {
    const { session } = await open()
    expect(
      await stateOf(
        session,
        'alter role current_user set standard_conforming_strings = off; alter role current_user set client_connection_check_interval = 0',
      ),
    ).toBe('done')
    expect(
      (
        await run(
          (
            await open()
          ).session,
          "do $$ begin raise notice '%', current_setting('standard_conforming_strings'); end $$",
        )
      ).notices,
    ).toEqual(['NOTICE on'])
  })

  it('holds no row, notice or error of 64 megabytes in memory', async () => {
    const { session } = await open()
    const before = heldBytes()
    let most = 0
    const watch = setInterval(() => {
      most = Math.max(most, heldBytes())
    }, 100)
    const row = await run(session, "select repeat('x', 64 * 1024 * 1024)")
    const notice = await run(session, "do $$ begin raise notice '%', repeat('x', 64 * 1024 * 1024); end $$")
    const error = await run(session, "do $$ begin raise exception '%', repeat('x', 64 * 1024 * 1024); end $$")
    clearInterval(watch)
    expect(row).toMatchObject({ outcome: { kind: 'done' }, commands: ['SELECT 1'] })
    expect(notice.notices[0]?.length).toBeLessThan(10_000)
    expect(error.outcome).toMatchObject({ kind: 'refused', error: { state: 'P0001' } })
    expect(most).toBeGreaterThan(0)
    expect((most - before) / 1024 / 1024).toBeLessThan(16)
  })

  it('hands on what COPY writes, in order and whole, and waits for a slow reader', async () => {
    const { session } = await open()
    let sum = ''
    let pieces = 0
    let under = 0
    const outcome = await session.run("copy (select n || repeat('é', 50) from generate_series(1, 20000) n) to stdout", {
      onCommand: (tag) => {
        sum += tag
      },
      onNotice: () => undefined,
      onCopyData: async (bytes) => {
        expect(under).toBe(0)
        under += 1
        await pause(0)
        under -= 1
        pieces += 1
        sum += bytes.toString('latin1')
      },
    })
    expect(outcome.kind).toBe('done')
    expect(pieces).toBeGreaterThan(5)
    const expected = Array.from({ length: 20_000 }, (_, index) => `${index + 1}${'é'.repeat(50)}\n`).join('')
    expect(sum === `${Buffer.from(expected).toString('latin1')}COPY 20000`).toBe(true)
  })

  it('takes no data for COPY FROM STDIN', async () => {
    const { session } = await open()
    expect(await stateOf(session, 'create temp table c (n int); copy c from stdin')).toBe('57014')
    expect(await stateOf(session, 'select 1')).toBe('done')
  })

  it('is cancelled, and ended for good even when the cancel is caught', async () => {
    const { session, backend } = await open()
    const slept = run(session, 'select pg_sleep(30)')
    await eventually(async () => {
      await tested.warehouses.cancel(backend)
      expect(await Promise.race([slept.then(() => 'ended'), pause(50)])).toBe('ended')
    })
    expect((await slept).outcome).toMatchObject({ kind: 'refused', error: { state: '57014' } })
    let rounds = 0
    const stubborn = session.run(
      "do $$ begin loop begin raise notice 'go'; perform pg_sleep(1); exception when query_canceled then null; end; end loop; end $$",
      { onCommand: () => undefined, onCopyData: () => undefined, onNotice: () => void (rounds += 1) },
    )
    await eventually(() => expect(rounds).toBe(1))
    await tested.warehouses.cancel(backend)
    await eventually(() => expect(rounds).toBeGreaterThan(1))
    await tested.warehouses.end(backend, AbortSignal.timeout(5000))
    expect((await stubborn).kind).toBe('broken')
    // Gone already: nothing else is ended by its pid.
    await tested.warehouses.end({ ...backend, startedAt: backend.startedAt + 1 }, AbortSignal.timeout(5000))
  })
})
