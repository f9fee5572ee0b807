import { describe, expect, it } from 'vitest'
import { checkCustomDomain } from '../../src/index.ts'

const reserved = { domain: 'apps.cairn.example:7420', publicUrl: 'https://cairn.example' }
const check = (text: string) => checkCustomDomain(text, reserved)

describe('a domain of a service', () => {
  it.each([
    ['app.example.com', 'app.example.com'],
    ['App.Example.COM.', 'app.example.com'],
    ['bücher.example', 'xn--bcher-kva.example'],
    // Looks like apple.com, and is stored as what it is.
    ['аррӏе.com', 'xn--80ak6aa92e.com'],
    ['example.com', 'example.com'],
    ['cairn.example.com', 'cairn.example.com'],
  ])('%s is kept as %s', (text, domain) => expect(check(text)).toEqual({ kind: 'domain', domain }))

  it.each([
    'localhost',
    'https://app.example.com',
    'app.example.com:80',
    'app.example.com/path',
    '*.example.com',
    'a b.example.com',
    'app.example.com\r\nX: y',
    '10.0.0.1',
    '0x7f.1',
    '2130706433',
    '[::1]',
    'user@example.com',
    '-a.example.com',
    'a..example.com',
    '.example.com',
    '_cairn.example.com',
    `${'a'.repeat(64)}.example.com`,
    `${'a.'.repeat(126)}example.com`,
    '%61.example.com',
  ])('%j is refused as no host name', (text) =>
    expect(check(text)).toMatchObject({ kind: 'refused', rule: expect.stringContaining('must be a host name') }),
  )

  it.each(['cairn.example', 'CAIRN.example.', 'apps.cairn.example', 'forecast.apps.cairn.example'])(
    '%s is refused as a host of Cairn itself',
    (text) => expect(check(text)).toMatchObject({ kind: 'refused', rule: expect.stringContaining('Cairn itself') }),
  )
})
