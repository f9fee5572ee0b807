import { randomBytes } from 'node:crypto'
import { describe, expect, test } from 'vitest'
import { createSecretCipher, SecretUnreadable } from '../../src/index.ts'

const place = { tenantId: 'a', name: 'db-password' }
const key = randomBytes(32)
const cipher = createSecretCipher([key])

describe('a sealed value', () => {
  test.each(['four', 'é\n🔑', 'x'.repeat(65_536)])('opens as it was', (value) => {
    expect(cipher.open(cipher.seal(value, place), place)).toBe(value)
  })

  test('does not show its value and is another one each time', () => {
    const [one, two] = [cipher.seal('a value to hide', place), cipher.seal('a value to hide', place)]
    expect(one.sealed.includes('a value to hide')).toBe(false)
    expect(one.sealed.equals(two.sealed)).toBe(false)
  })

  test.each([
    ['another tenant', { ...place, tenantId: 'b' }],
    ['another name', { ...place, name: 'other' }],
    ['a tenant and name that read the same together', { tenantId: 'adb', name: '-password' }],
  ])('does not open as the value of %s', (_case, elsewhere) => {
    expect(() => cipher.open(cipher.seal('value', place), elsewhere)).toThrow(SecretUnreadable)
  })

  test('does not open once any part of it was changed, and the refusal does not hold the value', () => {
    const { keyId, sealed } = cipher.seal('value', place)
    for (const index of [0, 12, 28, sealed.length - 1]) {
      const changed = Buffer.from(sealed)
      changed[index] = (changed[index] ?? 0) ^ 1
      expect(() => cipher.open({ keyId, sealed: changed }, place)).toThrow(
        'secret "db-password" cannot be read: what is stored was changed or belongs elsewhere; store the value anew',
      )
    }
    for (const length of [0, 11, 27, sealed.length - 1]) {
      expect(() => cipher.open({ keyId, sealed: sealed.subarray(0, length) }, place)).toThrow(SecretUnreadable)
    }
  })
})

describe('several keys', () => {
  test('open what any of them sealed, and the first seals', () => {
    const both = createSecretCipher([randomBytes(32), key])
    expect(both.open(cipher.seal('value', place), place)).toBe('value')
    expect(both.seal('value', place).keyId).toBe(both.keyIds[0])
    expect(both.keyIds[1]).toBe(cipher.keyIds[0])
  })

  test('do not open what another one sealed, and say which is missing', () => {
    const other = createSecretCipher([randomBytes(32)])
    expect(() => other.open(cipher.seal('value', place), place)).toThrow(`no key "${cipher.keyIds[0]}"`)
  })

  test('have ids that follow from them and do not show them', () => {
    expect(createSecretCipher([key]).keyIds).toEqual(cipher.keyIds)
    expect(key.toString('hex')).not.toContain(cipher.keyIds[0])
  })
})
