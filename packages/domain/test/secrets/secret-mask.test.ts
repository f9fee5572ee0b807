import { assert, array, integer, property, string, tuple, uint8Array } from 'fast-check'
import { describe, expect, it } from 'vitest'
import { createSecretMask, maskRanges, noSecretMask } from '../../src/index.ts'

const secret = 'p@ss/w"ord é=1'
const mask = createSecretMask([secret])
const bytes = Buffer.from(secret)

describe('a mask finds a secret', () => {
  it.each([
    ['as it is', secret],
    ['twice', `${secret}${secret}`],
    ['in base64', bytes.toString('base64')],
    ['in base64 without padding', bytes.toString('base64').replaceAll('=', '')],
    ['in the URL alphabet of base64', bytes.toString('base64url')],
    ['percent-encoded', encodeURIComponent(secret)],
    ['percent-encoded in small letters', encodeURIComponent(secret).replaceAll(/%../g, (e) => e.toLowerCase())],
    ['percent-encoded with slashes as they are', encodeURIComponent(secret).replaceAll('%2F', '/')],
    ['as a form field', new URLSearchParams({ a: secret }).toString().slice(2)],
    ['in a JSON text', JSON.stringify(secret).slice(1, -1)],
    ['in a JSON text of ASCII', String.raw`p@ss/w\"ord \u00e9=1`],
    ['in a JSON text with escaped slashes', JSON.stringify(secret).slice(1, -1).replaceAll('/', String.raw`\/`)],
    ['in a JSON text inside another', JSON.stringify(JSON.stringify(secret)).slice(3, -3)],
    ['in hexadecimal', bytes.toString('hex')],
    ['in hexadecimal capitals', bytes.toString('hex').toUpperCase()],
  ])('%s', (_case, text) => {
    expect(mask.mask(`before ${text} after`)).toBe('before *** after')
  })

  it('in base64 wherever it stands in the encoded text', () => {
    for (const before of ['', 'u', 'us', 'user', 'user:']) {
      for (const after of ['', '\n', ' and more']) {
        const encoded = Buffer.from(`${before}${secret}${after}`).toString('base64')
        const masked = mask.mask(encoded)
        expect(masked).toContain('***')
        // What is left decodes to nothing of it, not even its first or last bits.
        const longest = Math.ceil((before.length * 8) / 6) + Math.ceil((Buffer.byteLength(after) * 8) / 6) + 2
        expect(masked.replace('***', '').length).toBeLessThanOrEqual(longest)
      }
    }
  })

  it('in base64 that is broken into lines', () => {
    const long = 'a secret of more than fifty-seven bytes, so that base64 breaks it into lines: 0123456789'
    for (const width of [64, 76]) {
      const lines =
        Buffer.from(`${long}\n`)
          .toString('base64')
          .match(new RegExp(`.{1,${width}}`, 'g')) ?? []
      expect(lines.length).toBeGreaterThan(1)
      expect(lines.map((line) => createSecretMask([long]).mask(line)).join('')).toMatch(/^(\*\*\*)+.{0,12}$/)
    }
  })

  it('of several lines line by line, with blanks around them or not, and without its last line break', () => {
    const key = '-----BEGIN KEY-----\r\n  abcd1234\n-----END KEY-----\n'
    const ofKey = createSecretMask([key])
    expect(ofKey.mask('key: abcd1234.')).toBe('key: ***.')
    expect(ofKey.mask('-----END KEY-----')).toBe('***')
    expect(ofKey.mask(JSON.stringify({ key: key.trimEnd() }))).toBe('{"key":"***"}')
    expect(ofKey.mask(Buffer.from(key.trimEnd()).toString('base64'))).toBe('***')
  })
})

describe('a mask', () => {
  it('leaves everything else as it is', () => {
    const text = 'p@ss, word=1 \u001B[31mred\u001B[0m \r\n 100% done \uD800'
    expect(mask.mask(text)).toBe(text)
    expect(mask.find(text)).toEqual([])
    expect(noSecretMask.mask(secret)).toBe(secret)
    expect(noSecretMask.longest).toBe(0)
  })

  it('covers secrets that overlap or touch, as one', () => {
    const both = createSecretMask(['abcdef', 'defghi', 'abcdefghi-longer'])
    expect(both.mask('x abcdefghi y')).toBe('x *** y')
    expect(both.mask('abcdefdefghi')).toBe('***')
    expect(both.mask('x abcdefghi-longer y')).toBe('x *** y')
  })

  it('knows secrets of four bytes that are two characters', () => {
    expect(createSecretMask(['🔑', 'word']).mask('a 🔑 is a word')).toBe('a *** is a ***')
  })

  it('ignores lines that are too short to be told from other text', () => {
    expect(createSecretMask(['{\n  "token": "abcd"\n}']).mask('{ } "token": "abcd"')).toBe('{ } ***')
  })

  it('takes in more values', () => {
    expect(mask.with(['another']).mask(`${secret} another`)).toBe('*** ***')
  })

  it('finds what a search for each form finds, in any text', () => {
    const values = array(string({ unit: 'binary', minLength: 4, maxLength: 12 }), { minLength: 1, maxLength: 4 })
    const around = array(string({ unit: 'binary' }), { minLength: 5, maxLength: 5 })
    assert(
      property(values, around, (secrets, texts) => {
        const masked = createSecretMask(secrets).mask(
          texts.map((text, index) => text + (secrets[index] ?? '')).join(''),
        )
        for (const value of secrets) expect(masked.includes(value)).toBe(false)
      }),
    )
  })

  it('hides every byte of a value in base64, whatever is around it', () => {
    const value = uint8Array({ minLength: 6, maxLength: 40 })
    assert(
      property(tuple(value, integer({ min: 0, max: 2 })), ([random, before]) => {
        const text = Buffer.from(random).toString('hex')
        const encoded = Buffer.from(`${'x'.repeat(before)}${text}`).toString('base64')
        const left = createSecretMask([text]).mask(encoded).replaceAll('***', '')
        expect(left.length).toBeLessThanOrEqual(before)
      }),
    )
  })
})

it('replaces ranges', () => {
  expect(maskRanges('abcdef', [])).toBe('abcdef')
  expect(
    maskRanges('abcdef', [
      [0, 2],
      [5, 6],
    ]),
  ).toBe('***cde***')
})
