/**
 * Names that stand in double braces for the server: an http step writes `{{ data }}` for its own parameter `data`,
 * `{{ TOKEN_CUSTOM }}` for a secret, and fills its payload in. They look like variables of the template; where no value is
 * given for one, it is left as it is written, so that the step finds it.
 */
const parametersStart = /^(\s*)(?:env|inherit|outputParameters):\s*$/
const payloadStart = /^(\s*)payload\s*:/
const key = /^(\s*)["']?([A-Za-z_]\w*)["']?\s*:/
const bareName = /\{\{\s*([A-Za-z_]\w*)\s*\}\}/g

interface Names {
  /** Keys of every `env`, `inherit` and `outputParameters`. */
  readonly parameters: Set<string>
  /** Used for a parameter of the same name: there a value is missing, as anywhere outside of payloads. */
  readonly missing: Set<string>
  readonly inPayload: Set<string>
  readonly elsewhere: Set<string>
}

const depthOf = (line: string): number => line.length - line.trimStart().length

/** Sorts the names of a template by where they stand. */
function readNames(source: string): Names {
  const names: Names = { parameters: new Set(), missing: new Set(), inPayload: new Set(), elsewhere: new Set() }
  let block: { readonly kind: 'parameters' | 'payload'; readonly depth: number } | null = null
  for (const line of source.split('\n')) {
    if (line.trim() !== '' && block !== null && depthOf(line) <= block.depth) block = null
    if (parametersStart.test(line)) block = { kind: 'parameters', depth: depthOf(line) }
    else if (payloadStart.test(line)) block = { kind: 'payload', depth: depthOf(line) }
    const own = block?.kind === 'parameters' ? key.exec(line)?.[2] : undefined
    if (own !== undefined && block !== null && depthOf(line) > block.depth) names.parameters.add(own)
    for (const [, name = ''] of line.matchAll(bareName)) {
      if (name === own) names.missing.add(name)
      else if (block?.kind === 'payload') names.inPayload.add(name)
      else names.elsewhere.add(name)
    }
  }
  return names
}

/** A value for each such name that has none: itself, in double braces. */
export function runTimeNames(source: string, given: Readonly<Record<string, unknown>>): Record<string, string> {
  const { parameters, missing, inPayload, elsewhere } = readNames(source)
  const isLeft = (name: string): boolean => {
    if (Object.hasOwn(given, name) || missing.has(name)) return false
    return name.endsWith('_CUSTOM') || parameters.has(name) || !elsewhere.has(name)
  }
  const used = new Set([...inPayload, ...elsewhere])
  return Object.fromEntries([...used].filter(isLeft).map((name) => [name, `{{${name}}}`]))
}
