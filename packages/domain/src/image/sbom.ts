import { createHash } from 'node:crypto'
import { type ImagePackage, type OperatingSystem, packageTypes } from './package-databases.ts'

/** Whose contents are listed. */
export interface SbomSubject {
  readonly imageName: string
  readonly version: string
  /** Content id on the engine, `sha256:…`. */
  readonly engineImageId: string
}

export interface SbomContents {
  readonly packages: readonly ImagePackage[]
  readonly operatingSystem: OperatingSystem | null
  /** Why the list may lack packages; null = everything was read. */
  readonly incomplete: string | null
}

/** Numbers of packages by type; types that the image has none of are left out. */
export type PackageCounts = Readonly<Record<string, number>>

/** Without doubles (one package that two files name), by type, name and version. */
export function distinctPackages(packages: readonly ImagePackage[]): readonly ImagePackage[] {
  const byKey = new Map(packages.map((each) => [packageUrl(each, null), each]))
  return [...byKey].toSorted(([a], [b]) => (a < b ? -1 : 1)).map(([, each]) => each)
}

export function countPackages(packages: readonly ImagePackage[]): PackageCounts {
  const counts = packageTypes.map((type) => [type, packages.filter((each) => each.type === type).length] as const)
  return Object.fromEntries(counts.filter(([, count]) => count > 0))
}

/**
 * The list in CycloneDX 1.5 JSON. The same image and packages give the same text: it has no time stamp.
 *
 * @param contents with distinct packages
 */
export function cycloneDx(subject: SbomSubject, contents: SbomContents): object {
  const { packages, operatingSystem: system, incomplete } = contents
  const digest = subject.engineImageId.replace(/^sha256:/u, '')
  const root = `pkg:oci/${encodeURIComponent(subject.imageName.toLowerCase())}@sha256:${digest}`
  return {
    bomFormat: 'CycloneDX',
    specVersion: '1.5',
    serialNumber: `urn:uuid:${uuidOf(`${digest}/${packages.length}/${incomplete ?? ''}`)}`,
    version: 1,
    metadata: {
      tools: { components: [{ type: 'application', name: 'cairn' }] },
      component: {
        'bom-ref': root,
        type: 'container',
        name: subject.imageName,
        version: subject.version,
        hashes: [{ alg: 'SHA-256', content: digest }],
      },
      ...(incomplete !== null && { properties: [{ name: 'cairn:incomplete', value: incomplete }] }),
    },
    components: [
      ...(system === null
        ? []
        : [{ 'bom-ref': `os:${system.id}`, type: 'operating-system', name: system.id, version: system.version }]),
      ...packages.map((each) => componentOf(each, system)),
    ],
  }
}

function componentOf(each: ImagePackage, system: OperatingSystem | null): object {
  const purl = packageUrl(each, system)
  return {
    'bom-ref': purl,
    type: 'library',
    name: each.name,
    version: each.version,
    ...(each.license !== null && { licenses: [{ license: { name: each.license } }] }),
    purl,
    properties: [{ name: 'cairn:path', value: each.path }],
  }
}

/**
 * As the package URL specification has it.
 *
 * @example
 * packageUrl({ type: 'deb', name: 'libc6', version: '2.36-9', … }, { id: 'debian', version: '12' })
 * // pkg:deb/debian/libc6@2.36-9?arch=amd64&distro=debian-12
 */
export function packageUrl(each: ImagePackage, system: OperatingSystem | null): string {
  const version = encodeURIComponent(each.version)
  if (each.type === 'deb' || each.type === 'apk') {
    const vendor = system?.id ?? (each.type === 'deb' ? 'debian' : 'alpine')
    const qualifiers = [
      ...(each.architecture === null ? [] : [`arch=${encodeURIComponent(each.architecture)}`]),
      ...(system === null || system.version === ''
        ? []
        : [`distro=${encodeURIComponent(`${system.id}-${system.version}`)}`]),
    ]
    const query = qualifiers.length === 0 ? '' : `?${qualifiers.join('&')}`
    return `pkg:${each.type}/${encodeURIComponent(vendor)}/${encodeURIComponent(each.name)}@${version}${query}`
  }
  return `pkg:${each.type}/${nameInUrl(each)}@${version}`
}

function nameInUrl({ type, name }: ImagePackage): string {
  // Names on PyPI are the same in any case and with any of these signs.
  if (type === 'pypi') return encodeURIComponent(name.toLowerCase().replaceAll(/[-_.]+/gu, '-'))
  return name.split('/').map(encodeURIComponent).join('/')
}

function uuidOf(text: string): string {
  const hex = createHash('sha256').update(text).digest('hex')
  const variant = ((Number.parseInt(hex.slice(16, 17), 16) & 0x3) | 0x8).toString(16)
  return [
    hex.slice(0, 8),
    hex.slice(8, 12),
    `8${hex.slice(13, 16)}`,
    `${variant}${hex.slice(17, 20)}`,
    hex.slice(20, 32),
  ].join('-')
}
