import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { checkServiceName, parseServiceHost, serviceHost } from '../../src/index.ts'

const word = fc.stringMatching(/^[a-z0-9]{1,8}$/)
const names = fc
  .array(word, { minLength: 1, maxLength: 4 })
  .map((words) => words.join('-'))
  .filter((name) => name !== 'xn')
const tenants = fc.stringMatching(/^[a-z0-9](?:[a-z0-9-]{0,18}[a-z0-9])?$/)
const domains = fc.constantFrom('localhost:7420', 'apps.example.com', 'cairn.example.com:8443')

describe('service names', () => {
  test.each(['a', 'forecast', 'demand-forecast-2', '2024-model', 'x'.repeat(40)])('%s is accepted', (name) => {
    expect(checkServiceName(name, 'default')).toEqual({ kind: 'ok' })
  })

  test.each(['', 'Forecast', '-a', 'a-', 'a--b', 'a_b', 'a.b', 'ä', 'a b', 'x'.repeat(41), 'a\n'])(
    '%j is refused and the rule is named',
    (name) => {
      const check = checkServiceName(name, 'default')
      expect(check.kind === 'refused' && check.rule).toMatch(/1 to 40 lower-case letters, digits and single hyphens/)
    },
  )

  test('a name that browsers would read as an encoded one is refused', () => {
    expect(checkServiceName('xn', 'acme').kind).toBe('refused')
  })

  test('a name that does not fit into a host label beside its tenant is refused with the length that would fit', () => {
    const check = checkServiceName('x'.repeat(40), 'a-tenant-with-a-long-name')
    expect(check).toEqual({ kind: 'refused', rule: expect.stringContaining('at most 36 characters') })
    expect(checkServiceName('x'.repeat(36), 'a-tenant-with-a-long-name')).toEqual({ kind: 'ok' })
  })
})

describe('service hosts', () => {
  test('a service of the default tenant has a host without a tenant', () => {
    expect(serviceHost('forecast', 'default', 'localhost:7420')).toBe('forecast.localhost:7420')
    expect(serviceHost('forecast', 'acme', 'apps.example.com')).toBe('forecast--acme.apps.example.com')
  })

  test('parsing is the inverse of naming, whatever the letters, the port and the trailing dot', () => {
    fc.assert(
      fc.property(names, tenants, domains, fc.boolean(), (name, tenant, domain, dotted) => {
        const [host = '', port = '80'] = serviceHost(name, tenant, domain).split(':')
        const sent = `${host.toUpperCase()}${dotted ? '.' : ''}:${port}`
        expect(parseServiceHost(sent, domain)).toEqual({ kind: 'service', serviceName: name, tenantName: tenant })
      }),
    )
  })

  test.each([
    ['localhost:7420', 'other'],
    ['example.com', 'other'],
    ['xlocalhost', 'other'],
    ['127.0.0.1:7420', 'other'],
    ['[::1]:7420', 'other'],
    ['', 'other'],
    ['.localhost', 'unknown'],
    ['a.b.localhost', 'unknown'],
    ['a--b.c.localhost', 'unknown'],
    ['a--.localhost', 'unknown'],
    ['a--default.localhost', 'unknown'],
    ['a_b.localhost', 'unknown'],
  ])('host %j is %s', (host, kind) => {
    expect(parseServiceHost(host, 'localhost:7420').kind).toBe(kind)
  })
})
