import { expect, it } from 'vitest'
import { keepSignIn, pathHere, readSignIn } from './started-cookie.ts'

const kept = { started: { state: 's', nonce: 'n', verifier: 'v' }, path: '/sign-in?service=é' }

it('reads what it kept', () => {
  expect(readSignIn(`other=1; ${keepSignIn(kept, 'https').split(';')[0]}`, 'https')).toEqual(kept)
})

it.each(['', 'cairn-oidc=', 'cairn-oidc=bm9uc2Vuc2U', 'cairn-oidc=WyJvbmUiXQ', 'cairn-oidc=WzEsMiwzLDRd'])(
  'takes %j for nothing',
  (cookies) => {
    expect(readSignIn(cookies, 'http')).toBeNull()
  },
)

it('goes to paths of this host only', () => {
  const url = 'http://cairn.example:7420'
  expect(pathHere('/workflows/7?tab=runs', url)).toBe('/workflows/7?tab=runs')
  for (const path of [
    '//evil.example',
    '/\\evil.example',
    '/.//evil.example',
    '/a/..//evil.example',
    'https://evil.example/',
    'evil',
    '',
    null,
  ]) {
    expect([path, pathHere(path, url)]).toEqual([path, '/'])
  }
})
