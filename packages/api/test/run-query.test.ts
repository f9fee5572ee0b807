import { openTestWarehouses, type TestWarehouses } from '@cairn/testkit'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type Answer, type ApiFixture, createApiFixture } from './api-fixture.ts'

let fixture: ApiFixture
let warehouses: TestWarehouses

beforeAll(async () => {
  fixture = await createApiFixture({
    openWarehouses: async (test) => {
      warehouses = await openTestWarehouses(test)
      return warehouses.warehouses
    },
  })
})
afterAll(async () => {
  await warehouses.drop()
  await fixture.close()
})

const run = (text: string, more: object = {}, token = fixture.tenant.token): Promise<Answer> =>
  fixture.call('runQuery', { token, body: { text, ...more } })

describe('a query that is run', () => {
  it('answers its columns and rows as texts, exactly, with what has no value told apart', async () => {
    const text = String.raw`
      select 9007199254740993 as big, null as none, '' as empty, e'a\tb\nc\\N\r' as odd, 'ü' as "Ü; --", 1.50 as n, 2 as n
      order by 1 -- the end
      ;
`
    expect((await run(text)).body).toMatchObject({
      columns: ['big', 'none', 'empty', 'odd', 'Ü; --', 'n', 'n'],
      rows: [['9007199254740993', null, '', 'a\tb\nc\\N\r', 'ü', '1.50', '2']],
      isTruncated: false,
      tookMs: expect.any(Number),
    })
    expect((await run('select 1 as a where false')).body).toMatchObject({ columns: ['a'], rows: [] })
  })

  it('fills in values, whatever they hold', async () => {
    const answer = await run("select {{ A }} as a, 'x{{ A }}' as b", { parameters: { A: "O'Hara; --" } })
    expect(answer.body['rows']).toEqual([["O'Hara; --", "xO'Hara; --"]])
    expect((await run('select {{ A }}')).status).toBe(400)
  })

  it('stops at so many rows or bytes, and says so', async () => {
    const many = await run('select generate_series(1, 100000) as i', { maxRows: 3 })
    expect(many.body).toMatchObject({ rows: [['1'], ['2'], ['3']], isTruncated: true })
    expect((await run('select generate_series(1, 3)', { maxRows: 3 })).body).toMatchObject({ isTruncated: false })
    const large = await run("select i, repeat('x', 1000000) from generate_series(1, 50) as i")
    expect(large.body).toMatchObject({ isTruncated: true })
    expect(JSON.stringify(large.body).length).toBeLessThan(5_000_000)
  })

  it('names the line of an error, and ends what takes too long', async () => {
    const wrong = await run('select 1,\n  nothing')
    expect([wrong.status, wrong.body['code']]).toEqual([422, 'unprocessable'])
    expect(wrong.text).toContain('line 2: column')
    const slow = await run('select pg_sleep(30)', { timeoutSeconds: 1 })
    expect([slow.status, slow.text]).toEqual([422, expect.stringContaining('statement timeout')])
    const lifted = 'select 1) as query) to stdout; set statement_timeout = 0; copy (select * from (select pg_sleep(30)'
    const held = await run(lifted, { timeoutSeconds: 1 })
    expect([held.status, held.text]).toEqual([422, expect.stringContaining('took more than 1 s')])
    expect((await run('delete from nowhere')).status).toBe(422)
  })

  it('is of the own tenant alone', async () => {
    await run('select 1')
    const { token } = fixture.otherTenant
    const names = async (of?: string) => (await run('select current_database(), current_user', {}, of)).text
    expect(await names(token)).not.toBe(await names())
  })

  it('is one of four of a tenant', async () => {
    const answers = await Promise.all(Array.from({ length: 6 }, () => run('select pg_sleep(0.5)')))
    expect(answers.map(({ status }) => status).toSorted((a, b) => a - b)).toEqual([200, 200, 200, 200, 429, 429])
  })
})
