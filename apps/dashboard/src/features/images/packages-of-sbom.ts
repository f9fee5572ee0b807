export interface ImagePackage {
  readonly name: string
  readonly version: string
  /** As its package URL has it, e.g. `deb`, `pypi`. */
  readonly type: string
  readonly license: string | null
}

type Json = Readonly<Record<string, unknown>>

const isObject = (value: unknown): value is Json => typeof value === 'object' && value !== null && !Array.isArray(value)
const textOf = (value: unknown): string | null => (typeof value === 'string' ? value : null)
const listOf = (value: unknown): readonly Json[] => (Array.isArray(value) ? value.filter(isObject) : [])

function licenseOf(component: Json): string | null {
  const named = listOf(component['licenses']).flatMap((each) => {
    const license = isObject(each['license']) ? each['license'] : {}
    return textOf(each['expression']) ?? textOf(license['id']) ?? textOf(license['name']) ?? []
  })
  return named.length === 0 ? null : named.join(', ')
}

/** The packages of a CycloneDX document, by name. What is no such document has none. */
export function packagesOf(document: unknown): readonly ImagePackage[] {
  const components = isObject(document) ? listOf(document['components']) : []
  return components
    .map((component) => ({
      name: textOf(component['name']) ?? '?',
      version: textOf(component['version']) ?? '',
      type: /^pkg:([^/]+)\//.exec(textOf(component['purl']) ?? '')?.[1] ?? textOf(component['type']) ?? '',
      license: licenseOf(component),
    }))
    .toSorted((left, right) => left.name.localeCompare(right.name))
}
