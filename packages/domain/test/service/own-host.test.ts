import { expect, it } from 'vitest'
import { isOwnHost } from '../../src/index.ts'

const own = { domain: 'apps.example:7420', publicUrl: 'https://cairn.example:8443/' }

it.each([
  'cairn.example:8443',
  'Cairn.Example.',
  'apps.example',
  'gone.apps.example:7420',
  'localhost:7420',
  'app.localhost',
  '127.0.0.1:7420',
  '192.168.1.7',
  '[::1]:7420',
  '[::1]',
  'build-box:7420',
])('shows its own pages at %s', (host) => expect(isOwnHost(host, own)).toBe(true))

it.each([
  'evil.example',
  'cairn.example.evil.example:8443',
  'evilapps.example',
  'x.cairn.example',
  'notlocalhost.example',
  '1.2.3.4.evil.example',
  '127.0.0.1.nip.example',
  '',
])('shows none at %j', (host) => expect(isOwnHost(host, own)).toBe(false))
