/** Another reader of SQL than the product's, to compare with: tokens with the text that PostgreSQL would read from them. */

export interface SqlToken {
  readonly kind: 'string' | 'name' | 'dollar' | 'bits' | 'word' | 'symbol' | 'comment'
  /** Without quotes and escapes. */
  readonly value: string
}

interface Found {
  readonly token: SqlToken | null
  readonly length: number
}

export function readTokens(text: string): SqlToken[] {
  const tokens: SqlToken[] = []
  for (let rest = text; rest !== ''; ) {
    const { token, length } = blockComment(rest) ?? string(rest) ?? simple(rest)
    if (token !== null) tokens.push(token)
    rest = rest.slice(length)
  }
  return tokens
}

const simpleTokens: readonly (readonly [SqlToken['kind'], RegExp])[] = [
  ['comment', /^--[^\n\r]*/],
  ['bits', /^[bBxX]'[^']*'/],
  ['name', /^"(?:[^"]|"")*"/],
  ['dollar', /^(\$(?:[A-Za-z_\u0080-\uffff][\w\u0080-\uffff]*)?\$)[^]*?\1/],
  ['word', /^[A-Za-z_\u0080-\uffff][\w$\u0080-\uffff]*/],
  ['word', /^[0-9][\w.]*/],
]

function simple(rest: string): Found {
  const blank = /^[ \t\n\r\f\v]+/.exec(rest)
  if (blank !== null) return { token: null, length: blank[0].length }
  for (const [kind, pattern] of simpleTokens) {
    const written = pattern.exec(rest)?.[0]
    if (written === undefined) continue
    const value = kind === 'name' ? written.slice(1, -1).replaceAll('""', '"') : written
    return { token: { kind, value }, length: written.length }
  }
  const [char = ''] = rest
  return { token: { kind: 'symbol', value: char }, length: char.length }
}

function string(rest: string): Found | null {
  const opening = /^(?:[eEnN]?)'/.exec(rest)?.[0]
  if (opening === undefined) return null
  const escapes = opening.toLowerCase().startsWith('e')
  let value = ''
  for (let at = opening.length; at < rest.length; ) {
    const char = rest.charAt(at)
    const next = rest.charAt(at + 1)
    const again = /^'(?:[ \t\f\v]|--[^\n\r]*)*[\n\r](?:[ \t\n\r\f\v]|--[^\n\r]*[\n\r])*'/.exec(rest.slice(at))?.[0]
    if (char === '\\' && escapes) {
      value += { n: '\n', t: '\t' }[next] ?? next
      at += 2
    } else if (char === "'" && next === "'") {
      value += "'"
      at += 2
    } else if (again !== undefined) {
      at += again.length
    } else if (char === "'") {
      return { token: { kind: 'string', value }, length: at + 1 }
    } else {
      value += char
      at += 1
    }
  }
  throw new Error('a string does not end')
}

function blockComment(rest: string): Found | null {
  if (!rest.startsWith('/*')) return null
  let depth = 0
  for (const { 0: mark, index } of rest.matchAll(/\/\*|\*\//g)) {
    depth += mark === '/*' ? 1 : -1
    const length = index + 2
    if (depth === 0) return { token: { kind: 'comment', value: rest.slice(0, length) }, length }
  }
  throw new Error('a comment does not end')
}
