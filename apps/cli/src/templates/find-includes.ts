/** Finds the includes of a template without running it. Comments and `raw` blocks are passed over. */

/** A `{% include … %}`. */
export interface IncludeTag {
  readonly start: number
  readonly end: number
  /** The name when it is written as one text; null when it is computed or a list. */
  readonly name: string | null
  readonly ignoresMissing: boolean
  readonly withoutContext: boolean
  /** `-` or `+` after `{%` and before `%}`, or nothing. */
  readonly trim: readonly [string, string]
}

const tagPattern = /\{#|\{%([-+]?)\s*([a-z_]+)((?:"(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*'|(?!%\}).)*?)([-+]?)%\}/gs
const rawEnd = /\{%[-+]?\s*endraw\s*[-+]?%\}/g

function unquote(text: string): string | null {
  const quoted = /^\s*(?:"((?:[^"\\]|\\.)*)"|'((?:[^'\\]|\\.)*)')\s*$/.exec(text)
  const inner = quoted?.[1] ?? quoted?.[2]
  return inner === undefined ? null : inner.replaceAll(/\\(.)/g, '$1')
}

function readInclude(match: RegExpExecArray): IncludeTag {
  const [whole, before = '', , rest = '', after = ''] = match
  const options = /^(.*?)(\s+ignore\s+missing)?(\s+with(?:out)?\s+context)?\s*$/s.exec(rest)
  return {
    start: match.index,
    end: match.index + whole.length,
    name: unquote(options?.[1] ?? rest),
    ignoresMissing: options?.[2] !== undefined,
    withoutContext: options?.[3]?.includes('without') ?? false,
    trim: [before, after],
  }
}

/** Where to go on after something that is passed over. */
function endOf(source: string, pattern: RegExp, from: number): number {
  pattern.lastIndex = from
  return pattern.exec(source) === null ? source.length : pattern.lastIndex
}

/** The includes of a template, in order. */
export function findIncludes(source: string): IncludeTag[] {
  const tags: IncludeTag[] = []
  const pattern = new RegExp(tagPattern)
  for (let match = pattern.exec(source); match !== null; match = pattern.exec(source)) {
    const [whole, , word] = match
    if (whole === '{#') pattern.lastIndex = endOf(source, /#\}/g, pattern.lastIndex)
    else if (word === 'raw') pattern.lastIndex = endOf(source, new RegExp(rawEnd), pattern.lastIndex)
    else if (word === 'include') tags.push(readInclude(match))
  }
  return tags
}
