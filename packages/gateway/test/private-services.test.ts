import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { GatewayRig } from './gateway-rig.ts'

let rig: GatewayRig
beforeEach(async () => {
  rig = await new GatewayRig().open()
  rig.tokens.set('right', { tenantId: 't-1', userEmail: 'ann@example.com' })
  rig.tokens.set('foreign', { tenantId: 't-2', userEmail: 'eve@example.com' })
  await rig.serve((request, response) => response.end(JSON.stringify(request.rawHeaders)), { access: 'private' })
})
afterEach(() => rig.close())

const as = (authorization: string) => ({ headers: { authorization } })

describe('a private service', () => {
  test.each(['right', 'Bearer right', 'bearer   right '])('is open to a token of its tenant: %j', async (value) => {
    const answer = await rig.ask(as(value))
    expect(answer.status).toBe(200)
    expect(answer.body).toContain('ann@example.com')
    expect(answer.body).not.toContain('right')
  })

  test('asks for a token where there is none, or a wrong one', async () => {
    for (const asking of [{}, as(''), as('Bearer '), as('Bearer wrong'), as('Basic cmlnaHQ='), as('x'.repeat(2_000))]) {
      const answer = await rig.ask(asking)
      expect(answer).toMatchObject({ status: 401, headers: { 'www-authenticate': 'Bearer realm="cairn"' } })
    }
  })

  test('does not exist for other tenants', async () => {
    const answer = await rig.ask(as('foreign'))
    expect(answer.status).toBe(404)
    expect(answer.body).toBe((await rig.ask({ host: 'app.localhost:7420', ...as('foreign') })).body)
    expect(JSON.parse(answer.body)).toMatchObject({ message: 'no service answers at app.localhost:7420' })
  })

  test('learns who asks from the gateway only', async () => {
    const answer = await rig.ask({
      headers: { authorization: 'right', 'x-cairn-user': 'root', x_cairn_user: 'root', 'X-Cairn-Role': 'root' },
    })
    const headers = JSON.parse(answer.body) as string[]
    expect(headers.filter((_text, index) => index % 2 === 0).filter((name) => /cairn/i.test(name))).toEqual([
      'x-cairn-user',
    ])
    expect(answer.body).not.toContain('root')
  })

  test('is refused with 503 when the token cannot be checked', async () => {
    expect((await rig.ask(as('unsure'))).status).toBe(503)
    rig.tokens.set('unsure', { tenantId: 't-1', userEmail: 'x' })
    expect((await rig.ask(as('unsure'))).status).toBe(503)
  })
})

describe('a token', () => {
  test('is looked up once in 5 s', async () => {
    await Promise.all([rig.ask(as('right')), rig.ask(as('Bearer right')), rig.ask(as('right'))])
    expect(rig.authorizations).toBe(1)
    rig.clock.advance(5_001)
    await rig.ask(as('right'))
    expect(rig.authorizations).toBe(2)
  })

  test('that was revoked is refused after 5 s', async () => {
    await rig.ask(as('right'))
    rig.tokens.delete('right')
    expect((await rig.ask(as('right'))).status).toBe(200)
    rig.clock.advance(5_001)
    expect((await rig.ask(as('right'))).status).toBe(401)
  })

  test('that was refused is looked up again after 1 s', async () => {
    expect((await rig.ask(as('new'))).status).toBe(401)
    rig.tokens.set('new', { tenantId: 't-1', userEmail: 'x' })
    expect((await rig.ask(as('new'))).status).toBe(401)
    rig.clock.advance(1_001)
    expect((await rig.ask(as('new'))).status).toBe(200)
  })
})

test('a public service gets the Authorization that the client sent', async () => {
  await rig.serve((request, response) => response.end(request.headers.authorization))
  expect(await rig.ask(as('Basic abc'))).toMatchObject({ status: 200, body: 'Basic abc' })
  expect(rig.authorizations).toBe(0)
})
