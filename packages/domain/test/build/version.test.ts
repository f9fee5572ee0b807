import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { compareVersions, nextVersion, parseVersion } from '../../src/build/version.ts'

const sign = (a: string, b: string): number => {
  const [left, right] = [parseVersion(a), parseVersion(b)]
  return left === null || right === null ? Number.NaN : Math.sign(compareVersions(left, right))
}

describe('A version', () => {
  test.each(['0.0.1', '10.20.30', '0.0.1-test', '1.2.0-rc.1', '1.0.0+build.5', '1.0.0-a-b+c'])('may be %s', (text) => {
    expect(parseVersion(text)).not.toBeNull()
  })

  test.each([
    '',
    '1',
    '1.2',
    '1.2.3.4',
    'v1.2.3',
    '1.2.x',
    '1.2.3-',
    '1.2.3-a..b',
    ' 1.2.3',
    '1.2.3\n',
    `1.2.3-${'a'.repeat(100)}`,
  ])('may not be %j', (text) => {
    expect(parseVersion(text)).toBeNull()
  })

  test('comes before another as semantic versioning orders them', () => {
    const ordered = [
      '0.0.9',
      '0.0.10',
      '0.1.0-1',
      '0.1.0-alpha',
      '0.1.0-alpha.1',
      '0.1.0-alpha.beta',
      '0.1.0-beta.2',
      '0.1.0-beta.11',
      '0.1.0-rc.1',
      '0.1.0',
      '1.0.0',
    ]
    for (const [index, version] of ordered.entries()) {
      for (const [other, text] of ordered.entries())
        expect(sign(version, text), `${version} ${text}`).toBe(Math.sign(index - other))
    }
  })
})

describe('The next version', () => {
  test.each([
    [[], '0.0.1'],
    [['0.0.1'], '0.0.2'],
    [['0.0.10', '0.0.9'], '0.0.11'],
    [['1.2.0-rc.1'], '1.2.1'],
    [['0.0.9', 'latest', '0.1.0'], '0.1.1'],
  ])('after %j is %s', (versions, next) => {
    expect(nextVersion(versions)).toBe(next)
  })

  test('is none that the image has, and higher than all', () => {
    const number = fc.nat(30)
    const version = fc
      .tuple(number, number, number, fc.constantFrom('', '-rc.1', '-test'))
      .map(([a, b, c, suffix]) => `${a}.${b}.${c}${suffix}`)
    fc.assert(
      fc.property(fc.array(version), (versions) => {
        const next = nextVersion(versions)
        expect(versions.every((known) => sign(next, known) === 1)).toBe(true)
      }),
    )
  })
})
