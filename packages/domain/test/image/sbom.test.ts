import { describe, expect, it } from 'vitest'
import {
  countPackages,
  cycloneDx,
  distinctPackages,
  type ImagePackage,
  packageUrl,
  readOperatingSystem,
  readPackages,
  wantedOfImage,
} from '../../src/index.ts'

const named = (packages: readonly ImagePackage[]): string[] => packages.map(({ name, version }) => `${name} ${version}`)

describe('what is installed in an image', () => {
  it.each([
    ['var/lib/dpkg/status', true],
    ['var/lib/dpkg/status.d/base', true],
    ['var/lib/dpkg/status-old', false],
    ['lib/apk/db/installed', true],
    ['usr/lib/python3/dist-packages/numpy-1.24.2.dist-info/METADATA', true],
    ['opt/x/six.egg-info', true],
    ['usr/lib/python3/numpy-1.24.2.dist-info/RECORD', false],
    ['app/node_modules/express/package.json', true],
    ['app/node_modules/@scope/name/package.json', true],
    ['app/node_modules/express/test/package.json', false],
    ['app/package.json', false],
    ['usr/lib/R/site-library/shiny/DESCRIPTION', true],
    ['etc/os-release', true],
    ['etc/passwd', false],
  ])('is read from %s: %s', (path, wanted) => {
    expect(wantedOfImage(path) !== null).toBe(wanted)
  })

  it('is told by dpkg: installed packages, not those that left their configuration', () => {
    const text = `Package: libc6
Status: install ok installed
Architecture: amd64
Version: 2.36-9+deb12u9
Description: GNU C Library
 Version: in the text

Package: gone
Status: deinstall ok config-files
Version: 1

Package: broken
Status: install ok installed
`
    expect(readPackages('var/lib/dpkg/status', text)).toEqual([
      {
        type: 'deb',
        name: 'libc6',
        version: '2.36-9+deb12u9',
        architecture: 'amd64',
        license: null,
        path: 'var/lib/dpkg/status',
      },
    ])
  })

  it('is told by apk, pip, npm and R', () => {
    const apk = 'C:Q1x\nP:musl\nV:1.2.4-r2\nA:x86_64\nL:MIT\nF:lib\n\nP:busybox\nV:1.36.1-r5\n'
    expect(named(readPackages('lib/apk/db/installed', apk))).toEqual(['musl 1.2.4-r2', 'busybox 1.36.1-r5'])
    const python = 'Metadata-Version: 2.1\nName: Flask\nVersion: 3.0.0\nLicense: BSD\n\nName: not this\n'
    expect(named(readPackages('x/flask-3.0.0.dist-info/METADATA', python))).toEqual(['Flask 3.0.0'])
    const node = JSON.stringify({ name: '@scope/name', version: '1.0.0', license: 'MIT' })
    expect(named(readPackages('node_modules/@scope/name/package.json', node))).toEqual(['@scope/name 1.0.0'])
    const r = 'Package: shiny\nVersion: 1.7.4\nLicense: GPL-3\nBuilt: R 4.2.2\n'
    expect(named(readPackages('usr/lib/R/site-library/shiny/DESCRIPTION', r))).toEqual(['shiny 1.7.4'])
  })

  it.each([
    ['node_modules/x/package.json', '{"name": '],
    ['node_modules/x/package.json', 'null'],
    ['node_modules/x/package.json', '{"name": 7, "version": "1"}'],
    ['node_modules/x/package.json', JSON.stringify({ name: 'x'.repeat(300), version: '1' })],
    ['node_modules/x/package.json', JSON.stringify({ name: 'a\u0000b', version: '1' })],
    ['a.dist-info/METADATA', ''],
    ['a.dist-info/METADATA', 'Name: only'],
    ['usr/share/library/x/DESCRIPTION', 'Package: x\nVersion: 1\n'],
    ['lib/apk/db/installed', '\0\0\0'],
  ])('is passed over where a file says nothing of use: %s %j', (path, text) => {
    expect(readPackages(path, text)).toEqual([])
  })

  it('names its operating system', () => {
    expect(readOperatingSystem('usr/lib/os-release', 'NAME="Debian"\nID=debian\nVERSION_ID="12"\n')).toEqual({
      id: 'debian',
      version: '12',
    })
    expect(readOperatingSystem('etc/passwd', 'ID=debian')).toBeNull()
  })
})

describe('the bill of materials', () => {
  const libc = readPackages('var/lib/dpkg/status', 'Package: libc6\nVersion: 1:2+x\nArchitecture: amd64\n')
  const flask = readPackages('a.dist-info/METADATA', 'Name: Flask_Login\nVersion: 3\n')
  const again = readPackages('b.dist-info/METADATA', 'Name: flask.login\nVersion: 3\n')

  it('has package URLs', () => {
    const system = { id: 'debian', version: '12' }
    expect([...libc, ...flask].map((each) => packageUrl(each, system))).toEqual([
      'pkg:deb/debian/libc6@1%3A2%2Bx?arch=amd64&distro=debian-12',
      'pkg:pypi/flask-login@3',
    ])
  })

  it('is CycloneDX, the same for the same image, and lists each package once', () => {
    const packages = distinctPackages([...flask, ...libc, ...again])
    expect(countPackages(packages)).toEqual({ deb: 1, pypi: 1 })
    const subject = { imageName: 'forecast', version: '0.0.1', engineImageId: `sha256:${'a'.repeat(64)}` }
    const make = (incomplete: string | null) =>
      cycloneDx(subject, { packages, operatingSystem: { id: 'debian', version: '12' }, incomplete })
    expect(make(null)).toEqual(make(null))
    expect(make(null)).toMatchObject({
      bomFormat: 'CycloneDX',
      specVersion: '1.5',
      serialNumber: expect.stringMatching(
        /^urn:uuid:[0-9a-f]{8}-[0-9a-f]{4}-8[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/,
      ),
      metadata: { component: { type: 'container', name: 'forecast', version: '0.0.1' } },
      components: [{ type: 'operating-system', name: 'debian' }, { name: 'libc6' }, { type: 'library' }],
    })
    expect(make('it took too long')).toMatchObject({
      metadata: { properties: [{ name: 'cairn:incomplete', value: 'it took too long' }] },
    })
  })
})
