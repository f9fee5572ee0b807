/** The lexical rules of PostgreSQL that the scanner needs, as sticky patterns. Every character beyond ASCII is a letter. */

/** A name, from its first letter on; it may hold `$`. */
export const identifierPattern = /[A-Za-z_\u0080-\uffff][A-Za-z0-9_$\u0080-\uffff]*/y

/** A number and whatever letters stick to it, which PostgreSQL refuses or reads as a name. */
export const numberPattern = /[0-9][0-9A-Za-z_.\u0080-\uffff]*/y

export const slotPattern = /\{\{\s*([A-Za-z_][A-Za-z0-9_]*)\s*\}\}/y

/** From a closing quote over a line break to the quote that opens the rest of the same string. */
export const continuedString = /'(?:[ \t\f\v]|--[^\n\r]*)*[\n\r](?:[ \t\n\r\f\v]|--[^\n\r]*[\n\r])*'/y

const dollarPattern = /\$(?:[A-Za-z_\u0080-\uffff][A-Za-z0-9_\u0080-\uffff]*)?\$/y

export interface Match {
  readonly matched: boolean
  /** Behind the match; where it was looked for when there is none. */
  readonly end: number
  readonly group: string | null
}

export function matchAt(pattern: RegExp, text: string, at: number): Match {
  pattern.lastIndex = at
  const found = pattern.exec(text)
  return found === null
    ? { matched: false, end: at, group: null }
    : { matched: true, end: at + found[0].length, group: found[1] ?? null }
}

/** Where the dollar quote that opens at `start` ends; null = nowhere, `none` = no dollar quote opens there. */
export function closingDollar(text: string, start: number): { readonly end: number } | null | 'none' {
  const opening = matchAt(dollarPattern, text, start)
  if (!opening.matched) return 'none'
  const tag = text.slice(start, opening.end)
  const close = text.indexOf(tag, opening.end)
  return close === -1 ? null : { end: close + tag.length }
}

const partOfName = /[A-Za-z0-9_$.\u0080-\uffff]/

/** Whether a name, number or point touches the stretch from `start` to `end`. */
export function attachedTo(text: string, start: number, end: number): boolean {
  return (start > 0 && partOfName.test(text.charAt(start - 1))) || partOfName.test(text.charAt(end))
}
