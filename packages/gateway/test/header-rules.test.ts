import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { checkFraming, type RequestFacts, requestHeaders, responseHeaders } from '../src/header-rules.ts'

const facts: RequestFacts = { host: 'app.localhost:7420', clientAddress: '10.0.0.9', scheme: 'https', user: null }

/** Values by lower-case name. */
function fields(flat: readonly string[]): Record<string, string[]> {
  const found: Record<string, string[]> = {}
  for (let index = 0; index < flat.length; index += 2) {
    const name = (flat[index] ?? '').toLowerCase()
    found[name] = [...(found[name] ?? []), flat[index + 1] ?? '']
  }
  return found
}

describe('fields for the app', () => {
  test('keep their order, spelling and repetitions', () => {
    const sent = ['Accept', 'a', 'X-Thing', '1', 'cookie', 'c=1', 'X-Thing', '2', 'Content-Length', '3']
    const passed = requestHeaders(['Host', 'app.localhost:7420', ...sent], facts)
    expect(passed.slice(2, 12)).toEqual(sent)
  })

  test('hold the public host and who asked, whatever the client claims about it', () => {
    const claims = [
      ['Host', 'x'],
      ['X-Forwarded-For', '1.1.1.1'],
      ['x-forwarded-proto', 'gopher'],
      ['X_Forwarded_Host', 'evil'],
      ['X-Forwarded-Port', '1'],
      ['Forwarded', 'for=1.1.1.1'],
      ['X-Real-IP', '1.1.1.1'],
      ['x_real_ip', '1.1.1.1'],
    ]
    const passed = fields(requestHeaders(claims.flat(), facts))
    expect(passed).toEqual({
      host: ['app.localhost:7420'],
      'x-forwarded-for': ['10.0.0.9'],
      'x-forwarded-proto': ['https'],
      'x-forwarded-host': ['app.localhost:7420'],
    })
  })

  test('lose what speaks for Cairn, also when spelled with underscores', () => {
    const raw = ['X-Cairn-User', 'root', 'x_cairn_user', 'root', 'X-CAIRN-tenant', 't', 'x_Cairn-User', 'root']
    expect(Object.keys(fields(requestHeaders(raw, facts)))).toEqual([
      'host',
      'x-forwarded-for',
      'x-forwarded-proto',
      'x-forwarded-host',
    ])
  })

  test("name the user of a private service and lose the user's token", () => {
    const raw = ['Authorization', 'Bearer secret', 'Cookie', 'a=b', 'Connection', 'x-cairn-user, cookie2']
    const passed = fields(requestHeaders(raw, { ...facts, user: 'ann@example.com' }))
    expect(passed).toMatchObject({ 'x-cairn-user': ['ann@example.com'], cookie: ['a=b'] })
    expect(passed).not.toHaveProperty('authorization')
  })

  test('hold the Authorization of a public service, which is between the client and the app', () => {
    expect(fields(requestHeaders(['Authorization', 'Basic x'], facts))).toMatchObject({ authorization: ['Basic x'] })
  })

  test('cannot be broken by a user name', () => {
    const passed = fields(requestHeaders([], { ...facts, user: 'ann\r\nx-evil: 1' }))
    expect(passed['x-cairn-user']).toEqual(['ann%0D%0Ax-evil%3A%201'])
  })
})

const hopByHop = ['Connection', 'Keep-Alive', 'Proxy-Connection', 'TE', 'Trailer', 'Transfer-Encoding', 'Upgrade']

test('fields between neighbours, and those that Connection names, pass in neither direction', () => {
  const named = fc.constantFrom('x-hop', 'X-Hop', 'x-other')
  const raw = fc
    .array(fc.tuple(fc.constantFrom(...hopByHop, 'X-Hop', 'x-other', 'Accept'), fc.constantFrom('a', 'b')))
    .chain((pairs) => fc.tuple(fc.constant(pairs), fc.array(named)))
    .map(([pairs, names]) => [...pairs.flat(), 'connection', `close, ${names.join(' , ')}`])
  fc.assert(
    fc.property(raw, (flat) => {
      const removed = (flat.at(-1) ?? '')
        .split(',')
        .map((name) => name.trim().toLowerCase())
        .filter(Boolean)
      for (const passed of [fields(requestHeaders(flat, facts)), fields(responseHeaders(flat, null))]) {
        for (const name of hopByHop) expect(passed).not.toHaveProperty(name.toLowerCase())
        for (const name of removed) expect(passed).not.toHaveProperty(name)
      }
    }),
  )
})

test('Connection cannot take away what frames or routes the message', () => {
  const raw = ['Connection', 'content-length, host', 'Content-Length', '5', 'Host', 'x']
  expect(fields(requestHeaders(raw, facts))).toMatchObject({ 'content-length': ['5'], host: ['app.localhost:7420'] })
  expect(fields(responseHeaders(raw, null))).toMatchObject({ 'content-length': ['5'] })
})

describe('framing', () => {
  const host = ['Host', 'a']
  test.each<[string, string[], string, string]>([
    ['a path', host, '/a?b', 'ok'],
    ['chunked', [...host, 'Transfer-Encoding', 'Chunked'], '/', 'ok'],
    ['another coding before chunked', [...host, 'Transfer-Encoding', 'gzip, chunked'], '/', 'refused'],
    ['no host', [], '/', 'refused'],
    ['two hosts', [...host, 'host', 'b'], '/', 'refused'],
    ['an absolute target', host, 'http://b/', 'refused'],
    ['an asterisk', host, '*', 'refused'],
  ])('%s is %4$s', (_what, raw, target, kind) => {
    expect(checkFraming(raw, target).kind).toBe(kind)
  })
})
