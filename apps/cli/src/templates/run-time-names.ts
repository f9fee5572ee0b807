/**
 * Names that stand in double braces for the server: an http step writes `{{ data }}` for its own parameter `data`, and
 * `{{ TOKEN_CUSTOM }}` for a secret. They look like variables of the template; where no value is given for one, it is left
 * as it is written, so that the step finds it.
 */
const blockStart = /^(\s*)(?:env|inherit|outputParameters):\s*$/
const key = /^(\s*)["']?([A-Za-z_]\w*)["']?\s*:(.*)$/

/** The keys of every `env`, `inherit` and `outputParameters`. One whose own value is that variable is none: it is missing. */
function parameterNames(source: string): Set<string> {
  const names = new Set<string>()
  const missing = new Set<string>()
  let depth: number | null = null
  for (const line of source.split('\n')) {
    const start = blockStart.exec(line)
    const entry = key.exec(line)
    if (start !== null) depth = start[1]?.length ?? 0
    else if (entry !== null) {
      const [, indent = '', name = '', value = ''] = entry
      if (depth !== null && indent.length <= depth) depth = null
      if (depth !== null) names.add(name)
      if (new RegExp(`\\{\\{-?\\s*${name}\\b`).test(value)) missing.add(name)
    }
  }
  return new Set([...names].filter((name) => !missing.has(name)))
}

/** A value for each such name that has none: itself, in double braces. */
export function runTimeNames(source: string, given: Readonly<Record<string, unknown>>): Record<string, string> {
  const parameters = parameterNames(source)
  const used = [...source.matchAll(/\{\{\s*([A-Za-z_]\w*)\s*\}\}/g)].map(([, name = '']) => name)
  const left = used.filter((name) => !Object.hasOwn(given, name) && (parameters.has(name) || name.endsWith('_CUSTOM')))
  return Object.fromEntries(left.map((name) => [name, `{{${name}}}`]))
}
