import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { checkEgress, EgressRefused, parseEgressAllow } from '../../src/execution/http/egress-guard.ts'

const nothing = parseEgressAllow([])

describe('checkEgress', () => {
  it.each([
    '127.0.0.1',
    '127.255.255.254',
    '0.0.0.0',
    '10.0.0.1',
    '172.16.0.1',
    '192.168.1.1',
    '169.254.169.254',
    '100.64.0.1',
    '192.0.0.1',
    '198.18.0.1',
    '168.63.129.16',
    '::ffff:168.63.129.16',
    '224.0.0.1',
    '240.0.0.1',
    '255.255.255.255',
    '::',
    '::1',
    '::ffff:127.0.0.1',
    '::ffff:a9fe:a9fe',
    '::127.0.0.1',
    '64:ff9b::7f00:1',
    '64:ff9b:1::1',
    '2002:7f00:1::',
    '2001::1',
    '2001:db8::1',
    'fc00::1',
    'fd12:3456::1',
    'fe80::1',
    'fec0::1',
    'ff02::1',
    'not an address',
  ])('refuses %s', (address) => {
    expect(() => checkEgress('host.example', address, nothing)).toThrow(EgressRefused)
  })

  it.each(['1.1.1.1', '93.184.216.34', '2606:4700::1111', '::ffff:1.1.1.1'])('lets %s pass', (address) => {
    expect(() => checkEgress('host.example', address, nothing)).not.toThrow()
  })

  it('refuses each private IPv4 address in every IPv6 form that carries it', () => {
    const privateAddress = fc.tuple(fc.constantFrom('10', '127'), fc.nat(255), fc.nat(255), fc.nat(255))
    fc.assert(
      fc.property(privateAddress, (bytes) => {
        const hex = bytes.map((byte) => Number(byte).toString(16).padStart(2, '0'))
        const pair = `${hex[0]}${hex[1]}:${hex[2]}${hex[3]}`
        for (const form of [bytes.join('.'), `::ffff:${pair}`, `64:ff9b::${pair}`, `2002:${pair}::`, `::${pair}`]) {
          expect(() => checkEgress('h', form, nothing)).toThrow(EgressRefused)
        }
      }),
    )
  })

  it('lets pass what the operator allowed, by address, network or name, and nothing beside', () => {
    const allow = parseEgressAllow(['127.0.0.1', '10.1.0.0/16', 'Build.Internal', 'fd00::/8'])
    expect(() => checkEgress('x', '127.0.0.1', allow)).not.toThrow()
    expect(() => checkEgress('x', '::ffff:127.0.0.1', allow)).not.toThrow()
    expect(() => checkEgress('x', '127.0.0.2', allow)).toThrow(EgressRefused)
    expect(() => checkEgress('x', '10.1.2.3', allow)).not.toThrow()
    expect(() => checkEgress('x', '10.2.0.1', allow)).toThrow(EgressRefused)
    expect(() => checkEgress('x', 'fd00::1', allow)).not.toThrow()
    expect(() => checkEgress('build.internal.', '192.168.0.1', allow)).not.toThrow()
    expect(() => checkEgress('other.internal', '192.168.0.1', allow)).toThrow(EgressRefused)
  })

  it('refuses an allow-list entry that is none', () => {
    expect(() => parseEgressAllow(['10.0.0.0/99'])).toThrow('"10.0.0.0/99" is no host name, address or CIDR')
  })
})
