import { expect, test } from 'vitest'
import { createSignedLinks } from './signed-links.ts'

const clock = { at: 1_000_000_000_000, now: () => clock.at }
const links = createSignedLinks({ key: Buffer.alloc(32, 1), clock, publicUrl: 'http://h:1', lifetimeSeconds: 600 })
const subject = { operationId: 'readBuildLogFile', tenantId: 't', ids: ['1', '2'] }

function proofOf(url: string) {
  const query = new URL(url).searchParams
  return { expires: Number(query.get('expires')), signature: query.get('signature') ?? '' }
}

test('a link names its subject, its end and its proof', () => {
  const url = new URL(links.sign(subject, '/a/b', { stepName: 'x y' }))
  expect(url.origin + url.pathname).toBe('http://h:1/a/b')
  expect(url.searchParams.get('stepName')).toBe('x y')
  expect(links.verify(subject, proofOf(url.href))).toBe(true)
})

test.each([
  ['another operation', { ...subject, operationId: 'readExecutionLogFile' }],
  ['another tenant', { ...subject, tenantId: 'u' }],
  ['another id', { ...subject, ids: ['1', '3'] }],
  ['ids cut elsewhere', { ...subject, ids: ['12'] }],
])('a link is no proof for %s', (_case, other) => {
  expect(links.verify(other, proofOf(links.sign(subject, '/', {})))).toBe(false)
})

test('a link ends at its time, which cannot be changed', () => {
  const proof = proofOf(links.sign(subject, '/', {}))
  expect(links.verify(subject, { ...proof, expires: proof.expires + 1 })).toBe(false)
  clock.at += 600_000
  expect(links.verify(subject, proof)).toBe(false)
})

test('a signature of another key or of no shape is no proof', () => {
  const other = createSignedLinks({ key: Buffer.alloc(32, 2), clock, publicUrl: 'http://h:1', lifetimeSeconds: 600 })
  expect(links.verify(subject, proofOf(other.sign(subject, '/', {})))).toBe(false)
  expect(links.verify(subject, { expires: 9e12, signature: '' })).toBe(false)
})
