import { text } from 'node:stream/consumers'
import { createGunzip } from 'node:zlib'
import { listExports, readRecentLines } from '@cairn/store'
import { eventually, GitServer, plannedExportStep as exportStep, plannedSqlStep as sql } from '@cairn/testkit'
import { stepLogStream } from '@cairn/domain'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { RunFixture } from './run-fixture.ts'

let fixture: RunFixture
let git: GitServer

beforeAll(async () => {
  fixture = await RunFixture.open()
  git = await GitServer.open()
  fixture.startEngine()
})
afterAll(async () => {
  await fixture.close()
  await git.close()
})

async function exported(executionId: string): Promise<{ name: string; rowCount: number; content: string }> {
  const page = { pageNumber: 1, pageSize: 10 }
  const { items } = await listExports(fixture.database.db, fixture.tenantId, { executionId }, page)
  const [file] = items
  const bytes = file === undefined ? null : await fixture.objectStore.open(file.sha256)
  if (file === undefined || bytes === null) throw new Error('the run left no file')
  const { name, rowCount } = file
  return { name, rowCount, content: await text(name.endsWith('.gz') ? bytes.pipe(createGunzip()) : bytes) }
}

async function reasonOf(executionId: string, step = 'a'): Promise<string | null> {
  return (await fixture.finished(executionId)).byName.get(step)?.reason ?? null
}

/** Sessions that the tenant's role has on the server. */
async function openSessions(): Promise<number> {
  const { rows } = await fixture.database.pool.query<{ count: number }>(
    `select count(*)::int as count from pg_stat_activity where usename in (select role_name from warehouse)`,
  )
  return rows[0]?.count ?? 0
}

describe('a sql step', () => {
  it('fills in its parameters as values, whatever they hold, and an export reads what it wrote', async () => {
    const load = `create table people (id int, name text);
      insert into people values (2, {{ NAME }}), (1, 'Ada')`
    const id = await fixture.run({
      load: sql(load, { env: { NAME: "x'); drop table people; --" } }),
      out: exportStep('people', { parents: ['load'] }),
    })
    expect((await fixture.finished(id)).status).toBe('success')
    const file = await exported(id)
    expect(file).toMatchObject({ rowCount: 2, content: `id,name\n1,Ada\n2,x'); drop table people; --\n` })
    expect(file.name).toMatch(/^exports\/\d+\/[0-9a-f-]+\/out\/people\.csv$/)
  })

  it('runs a file of a git repository, asked for with its token', async () => {
    const commit = await git.commit('queries', 'main', {
      'sql/load.sql': 'create table from_git as select {{ A }} as id',
    })
    git.token = 'token of the queries'
    await fixture.keepSecrets({ 'git-token': git.token })
    const repository = { url: git.urlOf('queries'), branch: 'main', token: 'git-token' }
    const id = await fixture.run({
      load: sql('', { query: { from: 'repository', repository, filePath: 'sql/load.sql' }, env: { A: '7' } }),
      none: sql('', { query: { from: 'repository', repository, filePath: 'sql/none.sql' } }),
      out: exportStep('from_git', { parents: ['load'] }),
    })
    expect(await reasonOf(id, 'none')).toContain('there is no file "sql/none.sql"')
    expect((await exported(id)).content).toBe('id\n7\n')
    const [line] = await readRecentLines(fixture.database.db, stepLogStream(id, 'load'), 10)
    expect(line?.text).toContain(`sql/load.sql of commit ${commit}`)
  })

  it('says what its statements did in its log', async () => {
    const id = await fixture.run({ a: sql('create table t (a int); insert into t select generate_series(1, 3)') })
    await fixture.finished(id)
    const lines = await readRecentLines(fixture.database.db, stepLogStream(id, 'a'), 10)
    expect(lines.map((line) => line.text)).toEqual(['query query.sql, version 1', 'CREATE TABLE', 'INSERT: 3 rows'])
  })

  it('stores nothing of a text of which a statement fails, and names its line', async () => {
    const id = await fixture.run({
      a: sql('create table half (a int);\nselect wrong from half'),
      b: sql('select from half', { parents: [], conditions: { parameters: [], statuses: [] } }),
    })
    expect(await reasonOf(id)).toBe('line 2: column "wrong" does not exist (SQLSTATE 42703)')
    expect(await reasonOf(id, 'b')).toContain('relation "half" does not exist')
  })

  it('ends its session when it is stopped, and when its time is over', async () => {
    const stopped = await fixture.run({ a: sql('select pg_sleep(600)') })
    await eventually(async () => expect(await openSessions()).toBe(1))
    await fixture.stop(stopped)
    expect((await fixture.finished(stopped)).status).toBe('stopped')
    expect(await openSessions()).toBe(0)
    const late = await fixture.run({ a: sql('select pg_sleep(600)', { timeoutSeconds: 1 }) })
    expect(await reasonOf(late)).toBe('timed out after 1 s')
    expect(await openSessions()).toBe(0)
  })

  it.each([
    ['a file of the server', 'select pg_read_file($$/etc/passwd$$)'],
    ['a program on the server', 'copy (select 1) to program $$touch /tmp/x$$'],
    ["Cairn's own tables", 'select * from api_token'],
    ['other roles', 'set role postgres'],
    ['settings of the server', 'alter system set log_statement = $$none$$'],
    ['another database', "create extension dblink; select dblink_connect('dbname=postgres')"],
  ])('does not reach %s', async (_what, statement) => {
    const id = await fixture.run({ a: sql(statement) })
    expect((await fixture.finished(id)).status).toBe('failed')
    expect(await reasonOf(id)).toMatch(/permission denied|must be superuser|does not exist|is not available/)
  })
})

describe('an export step', () => {
  it('sorts by its column in either order, and writes gzip when it is asked to', async () => {
    const id = await fixture.run({
      load: sql('create table numbers as select generate_series(1, 100000) as id'),
      out: exportStep('numbers', { parents: ['load'], sortOrder: 'desc', compression: true }),
    })
    expect((await fixture.finished(id)).status).toBe('success')
    const { name, rowCount, content } = await exported(id)
    expect([name.endsWith('/out/numbers.csv.gz'), rowCount]).toEqual([true, 100_000])
    const lines = content.trimEnd().split('\n')
    expect([lines.length, lines[0], lines[1], lines.at(-1)]).toEqual([100_001, 'id', '100000', '1'])
  })

  it('fails for a table and for a column that are not there, with their names', async () => {
    const id = await fixture.run({ load: sql('create table bare (other int)'), a: exportStep('nowhere') })
    expect(await reasonOf(id)).toContain('relation "public.nowhere" does not exist')
    const column = await fixture.run({ a: exportStep('bare', { sortBy: 'bare' }) })
    expect(await reasonOf(column)).toBe('sortBy: table "public"."bare" has no column "bare"')
  })
})

describe('a step in the warehouse whose session breaks', () => {
  it('is run again, and what the session had not committed is not there', async () => {
    const id = await fixture.run({
      a: sql('create table if not exists runs (at timestamptz); insert into runs values (now()); select pg_sleep(2)'),
    })
    // The session is there a moment before it is recorded.
    const pid = await eventually(async () => {
      const { rows } = await fixture.database.pool.query<{ pid: number }>(
        'select backend_pid as pid from warehouse_session',
      )
      expect(rows).toHaveLength(1)
      return rows[0]?.pid
    })
    await fixture.database.pool.query('select pg_terminate_backend($1)', [pid])
    const finished = await fixture.finished(id)
    expect([finished.status, finished.byName.get('a')?.attempt]).toEqual(['success', 2])
    const count = await fixture.run({
      load: sql('create table counted as select 1 as id, count(*) as n from runs'),
      out: exportStep('counted', { parents: ['load'] }),
    })
    await fixture.finished(count)
    expect((await exported(count)).content).toBe('id,n\n1,1\n')
  })
})
