/**
 * Which files of an image tell what is installed in it, and what they say. The texts come from images of users, so
 * nothing of them is trusted: what cannot be read is passed over, and every name and version is bounded.
 */

export const packageTypes = ['deb', 'apk', 'pypi', 'npm', 'cran'] as const
export type PackageType = (typeof packageTypes)[number]

export interface ImagePackage {
  readonly type: PackageType
  readonly name: string
  readonly version: string
  /** Of a package of the operating system. */
  readonly architecture: string | null
  /** As its author wrote it. */
  readonly license: string | null
  /** The file that says so. */
  readonly path: string
}

/** What the image calls its operating system, from os-release. */
export interface OperatingSystem {
  /** E.g. `debian`. */
  readonly id: string
  readonly version: string
}

const mebibyte = 1024 * 1024

interface Source {
  readonly pattern: RegExp
  readonly maxBytes: number
  read(text: string, path: string): readonly ImagePackage[]
}

const sources: readonly Source[] = [
  { pattern: /^var\/lib\/dpkg\/status$/u, maxBytes: 64 * mebibyte, read: readDpkg },
  // Images without a package manager (distroless) have a file per package.
  { pattern: /^var\/lib\/dpkg\/status\.d\/[^/]+$/u, maxBytes: mebibyte, read: readDpkg },
  { pattern: /^lib\/apk\/db\/installed$/u, maxBytes: 64 * mebibyte, read: readApk },
  { pattern: /\.dist-info\/METADATA$/u, maxBytes: 4 * mebibyte, read: readPython },
  { pattern: /\.egg-info(?:\/PKG-INFO)?$/u, maxBytes: 4 * mebibyte, read: readPython },
  { pattern: /(?:^|\/)node_modules\/(?:@[^/]+\/)?[^/]+\/package\.json$/u, maxBytes: mebibyte, read: readNode },
  { pattern: /\/(?:site-library|library)\/[^/]+\/DESCRIPTION$/u, maxBytes: mebibyte, read: readR },
]

const osRelease = /^(?:etc|usr\/lib)\/os-release$/u

/** Most bytes of this file that are of use; null = it tells nothing of packages. */
export function wantedOfImage(path: string): number | null {
  if (osRelease.test(path)) return mebibyte
  return sources.find(({ pattern }) => pattern.test(path))?.maxBytes ?? null
}

/** Answers null for a file that is no os-release. */
export function readOperatingSystem(path: string, text: string): OperatingSystem | null {
  if (!osRelease.test(path)) return null
  const fields = new Map<string, string>()
  for (const line of text.split('\n')) {
    const [, key, value] = /^([A-Z_]+)=["']?([^"'\n]*)["']?\s*$/u.exec(line) ?? []
    if (key !== undefined && value !== undefined) fields.set(key, value)
  }
  const id = bounded(fields.get('ID'))
  return id === null ? null : { id, version: bounded(fields.get('VERSION_ID')) ?? '' }
}

/** The packages that the file names; none for one that is not {@link wantedOfImage}. */
export function readPackages(path: string, text: string): readonly ImagePackage[] {
  return sources.find(({ pattern }) => pattern.test(path))?.read(text, path) ?? []
}

const maxNameLength = 256

/** null = absent, empty, too long, or with characters that no name has. */
function bounded(text: string | undefined): string | null {
  const value = text?.trim() ?? ''
  return value === '' || value.length > maxNameLength || /[\p{Cc}\p{Cs}]/u.test(value) ? null : value
}

type Fields = ReadonlyMap<string, string>

/** The fields of each stanza; continued lines are left out, as none of those that are read has any. */
function* stanzas(text: string, line: RegExp): Generator<Fields> {
  let fields = new Map<string, string>()
  for (const each of text.split('\n')) {
    if (each.trim() === '') {
      if (fields.size > 0) yield fields
      fields = new Map()
      continue
    }
    const [, key, value] = line.exec(each) ?? []
    if (key !== undefined && value !== undefined && !fields.has(key)) fields.set(key, value)
  }
  if (fields.size > 0) yield fields
}

const header = /^([A-Za-z][A-Za-z0-9-]*):[ \t]*(.*)$/u
const letter = /^([A-Za-z]):(.*)$/u

interface Names {
  readonly type: PackageType
  readonly name: string | undefined
  readonly version: string | undefined
  readonly architecture?: string | undefined
  readonly license?: string | undefined
}

function packageOf(names: Names, path: string): ImagePackage[] {
  const [name, version] = [bounded(names.name), bounded(names.version)]
  if (name === null || version === null) return []
  const { type } = names
  const [architecture, license] = [bounded(names.architecture), bounded(names.license)]
  return [{ type, name, version, architecture, license, path }]
}

function readDpkg(text: string, path: string): ImagePackage[] {
  const found: ImagePackage[] = []
  for (const fields of stanzas(text, header)) {
    // Removed packages keep their stanza as long as their configuration stays.
    const status = fields.get('Status')
    if (status !== undefined && !status.trim().endsWith(' installed')) continue
    const [name, version] = [fields.get('Package'), fields.get('Version')]
    found.push(...packageOf({ type: 'deb', name, version, architecture: fields.get('Architecture') }, path))
  }
  return found
}

function readApk(text: string, path: string): ImagePackage[] {
  const found: ImagePackage[] = []
  for (const fields of stanzas(text, letter)) {
    const [name, version, architecture, license] = ['P', 'V', 'A', 'L'].map((key) => fields.get(key))
    found.push(...packageOf({ type: 'apk', name, version, architecture, license }, path))
  }
  return found
}

/** The headers end at the first empty line; a description follows. */
function readPython(text: string, path: string): ImagePackage[] {
  const [fields] = stanzas(text, header)
  if (fields === undefined) return []
  const license = fields.get('License-Expression') ?? fields.get('License')
  return packageOf({ type: 'pypi', name: fields.get('Name'), version: fields.get('Version'), license }, path)
}

/** One field to a line; a folder of this name without these is no package of R. */
function readR(text: string, path: string): ImagePackage[] {
  const [fields] = stanzas(text, header)
  if (fields?.get('Built') === undefined) return []
  const [name, version, license] = ['Package', 'Version', 'License'].map((key) => fields.get(key))
  return packageOf({ type: 'cran', name, version, license }, path)
}

function readNode(text: string, path: string): ImagePackage[] {
  const json = parseJson(text)
  if (typeof json !== 'object' || json === null) return []
  const textOf = (key: string): string | undefined => {
    const value: unknown = Reflect.get(json, key)
    return typeof value === 'string' ? value : undefined
  }
  return packageOf({ type: 'npm', name: textOf('name'), version: textOf('version'), license: textOf('license') }, path)
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    // A file of a test suite, say: no package.
    return null
  }
}
