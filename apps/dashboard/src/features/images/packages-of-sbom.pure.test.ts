import { expect, it } from 'vitest'
import { packagesOf } from './packages-of-sbom.ts'

it('reads packages with their type and license, by name', () => {
  const document = {
    components: [
      { name: 'zlib1g', version: '1.3', purl: 'pkg:deb/debian/zlib1g@1.3', licenses: [{ license: { id: 'Zlib' } }] },
      { name: 'attrs', version: '25.1', purl: 'pkg:pypi/attrs@25.1', licenses: [{ expression: 'MIT' }] },
      { name: 'debian', type: 'operating-system' },
    ],
  }
  expect(packagesOf(document)).toEqual([
    { name: 'attrs', version: '25.1', type: 'pypi', license: 'MIT' },
    { name: 'debian', version: '', type: 'operating-system', license: null },
    { name: 'zlib1g', version: '1.3', type: 'deb', license: 'Zlib' },
  ])
})

it.each([null, 'text', [], { components: 'none' }])('finds none in %j', (document) => {
  expect(packagesOf(document)).toEqual([])
})
