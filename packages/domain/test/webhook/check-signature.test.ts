import { createHmac } from 'node:crypto'
import { describe, expect, it, test } from 'vitest'
import { checkSignature, generateSigningSecret, signatureOf, type SignatureHeaders } from '../../src/index.ts'

const now = Date.UTC(2026, 0, 31, 18)
const seconds = now / 1000
const body = Buffer.from('{"event":"push"}')
const secret = generateSigningSecret()

function sign(id: string, timestamp: string, content: Buffer = body, key: string = secret): string {
  const bytes = key.startsWith('whsec_') ? Buffer.from(key.slice(6), 'base64') : Buffer.from(key)
  return `v1,${createHmac('sha256', bytes).update(`${id}.${timestamp}.`).update(content).digest('base64')}`
}
const headersOf = (id: string, timestamp: string, key?: string): SignatureHeaders => ({
  id,
  timestamp,
  signature: sign(id, timestamp, body, key),
})
const check = (headers: SignatureHeaders, content = body, key = secret) => checkSignature(key, headers, content, now)

test('the example of Standard Webhooks is right', () => {
  const headers = {
    id: 'msg_p5jXN8AQM9LWM0D4loKWxJek',
    timestamp: '1614265330',
    signature: 'v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=',
  }
  const example = Buffer.from('{"test": 2432232314}')
  const at = 1_614_265_330_000
  const { id, timestamp, signature } = headers
  expect(signatureOf('whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw', { id, timestamp, body: example })).toBe(signature)
  expect(signatureOf('whsec_', { id, timestamp, body: example })).toBeNull()
  expect(checkSignature('whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw', headers, example, at)).toEqual({
    kind: 'valid',
    call: { messageId: headers.id, signedAt: 1_614_265_330 },
  })
})

test.each([secret, 'a secret without a prefix'])('a call that is signed with %s is that of its sender', (key) => {
  expect(check(headersOf('msg_1', String(seconds), key), body, key)).toEqual({
    kind: 'valid',
    call: { messageId: 'msg_1', signedAt: seconds },
  })
})

test('one right signature among others will do, as while a secret is changed', () => {
  const headers = headersOf('msg_1', String(seconds))
  expect(check({ ...headers, signature: `v1a,x v1,AAAA ${headers.signature}` }).kind).toBe('valid')
})

describe('a call is refused', () => {
  const right = headersOf('msg_1', String(seconds))
  const stale = (offset: number) => headersOf('msg_1', String(seconds + offset))
  it.each<[string, SignatureHeaders, string]>([
    ['without an id', { ...right, id: null }, 'webhook-id'],
    ['with a dot in its id, which could move into the time', { ...right, id: 'a.1' }, 'webhook-id'],
    ['with its id twice', { ...right, id: 'msg_1, msg_1' }, 'webhook-id'],
    ['without a time', { ...right, timestamp: null }, 'webhook-timestamp'],
    ['with a time that is no whole number', { ...right, timestamp: '1e9' }, 'webhook-timestamp'],
    ['without a signature', { ...right, signature: null }, 'webhook-signature'],
    ['with a signature of another version only', { ...right, signature: 'v2,AAAA' }, 'webhook-signature'],
    ['with an empty signature', { ...right, signature: 'v1,' }, 'webhook-signature'],
    ['with a huge signature', { ...right, signature: 'v1,AAAA '.repeat(1000) }, 'webhook-signature'],
    ['with the signature of another id', { ...right, id: 'msg_2' }, 'webhook-signature'],
    ['with the signature of another time', { ...right, timestamp: String(seconds + 1) }, 'webhook-signature'],
    ['that is more than five minutes old', stale(-301), 'webhook-timestamp'],
    ['that is more than five minutes ahead', stale(301), 'webhook-timestamp'],
  ])('%s', (_case, headers, header) => {
    expect(check(headers)).toMatchObject({ kind: 'refused', header })
  })

  it('with the signature of another body, or by another secret', () => {
    expect(check(right, Buffer.from('{"event":"pull"}')).kind).toBe('refused')
    expect(check(right, body, generateSigningSecret()).kind).toBe('refused')
  })

  it.each(['', 'whsec_', 'whsec_***'])('by the empty secret %j, with which anybody could sign', (key) => {
    expect(check(headersOf('msg_1', String(seconds), key), body, key).kind).toBe('refused')
  })

  it('within five minutes either way it passes', () => {
    expect([stale(-300), stale(300)].map((headers) => check(headers).kind)).toEqual(['valid', 'valid'])
  })
})
