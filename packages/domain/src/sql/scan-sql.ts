/**
 * Finds the `{{name}}` of a SQL text and what surrounds each, by the lexical rules of PostgreSQL with
 * `standard_conforming_strings` on.
 *
 * Always true of what is scanned: whatever values are put into its slots as `renderSql` writes them, the tokens of the
 * text stay the same but for the literals and names that hold a slot. Where that cannot be promised, the text is refused.
 */
import {
  attachedTo,
  closingDollar,
  continuedString,
  identifierPattern,
  matchAt,
  numberPattern,
  slotPattern,
} from './sql-patterns.ts'

/** Where a slot stands: by itself, inside `'…'`, inside `E'…'`, or inside `"…"`. */
export type SlotPlace = 'bare' | 'string' | 'escape_string' | 'identifier'

/** A placeholder; `start` and `end` are offsets in the text. */
export interface SqlSlot {
  readonly name: string
  readonly place: SlotPlace
  readonly start: number
  readonly end: number
}

/** What lies between the quotes of a `"…"` that holds slots, and which: `slots[firstSlot]` up to before `slots[endSlot]`. */
export interface QuotedName {
  readonly start: number
  readonly end: number
  readonly firstSlot: number
  readonly endSlot: number
}

export type ScannedSql =
  | {
      readonly kind: 'scanned'
      /** In the order of the text. */
      readonly slots: readonly SqlSlot[]
      readonly quotedNames: readonly QuotedName[]
    }
  | { readonly kind: 'refused'; readonly line: number; readonly problem: string }

/** Line of an offset, counted from 1. */
export function lineOf(text: string, offset: number): number {
  let line = 1
  for (let at = text.indexOf('\n'); at !== -1 && at < offset; at = text.indexOf('\n', at + 1)) line += 1
  return line
}

export function scanSql(text: string): ScannedSql {
  const scanner = new Scanner(text)
  try {
    scanner.scan()
    return { kind: 'scanned', slots: scanner.slots, quotedNames: scanner.quotedNames }
  } catch (error) {
    if (!(error instanceof Refusal)) throw error
    return { kind: 'refused', line: lineOf(text, error.offset), problem: error.message }
  }
}

class Refusal extends Error {
  readonly offset: number

  constructor(offset: number, problem: string) {
    super(problem)
    this.offset = offset
  }
}

/** `bits`: `B'…'` and `X'…'`. `unicode`: `U&'…'` and `U&"…"`, whose escapes depend on what follows them. */
type StringKind = 'string' | 'escape_string' | 'bits' | 'unicode'

class Scanner {
  readonly slots: SqlSlot[] = []
  readonly quotedNames: QuotedName[] = []
  readonly #text: string
  #at = 0
  /** The token before, blanks and comments left out: adjacent strings are one string to PostgreSQL. */
  #before: 'string' | 'slot' | 'other' = 'other'

  constructor(text: string) {
    this.#text = text
  }

  scan(): void {
    while (this.#at < this.#text.length) if (!this.#skipBlank()) this.#token()
  }

  #skipBlank(): boolean {
    const text = this.#text
    if (/[ \t\n\r\f\v]/.test(text.charAt(this.#at))) this.#at += 1
    else if (text.startsWith('--', this.#at)) this.#at = matchAt(/[^\n\r]*/y, text, this.#at).end
    else if (text.startsWith('/*', this.#at)) this.#skipBlockComment()
    else return false
    return true
  }

  #skipBlockComment(): void {
    const start = this.#at
    let depth = 0
    do {
      const next = matchAt(/[^]*?(\/\*|\*\/)/y, this.#text, this.#at)
      if (next.group === null) throw new Refusal(start, 'a comment that begins with /* does not end')
      depth += next.group === '/*' ? 1 : -1
      this.#at = next.end
    } while (depth > 0)
  }

  #token(): void {
    const text = this.#text
    const char = text.charAt(this.#at)
    if (char === "'") this.#string('string', 1)
    else if (char === '"') this.#quotedName('identifier', 1)
    else if (text.startsWith('{{', this.#at)) this.#bareSlot()
    else if (char === '$') this.#dollar()
    else if (/[0-9]/.test(char)) this.#number()
    else if (!this.#prefixedString()) {
      this.#at = Math.max(matchAt(identifierPattern, text, this.#at).end, this.#at + 1)
      this.#before = 'other'
    }
  }

  #prefixedString(): boolean {
    const prefix = matchAt(/([ebxnEBXN])'|([uU]&)['"]/y, this.#text, this.#at)
    if (!prefix.matched) return false
    const name = this.#text.slice(this.#at, prefix.end - 1).toLowerCase()
    if (name === 'u&' && this.#text.charAt(prefix.end - 1) === '"') this.#quotedName('unicode', 3)
    else if (name === 'u&') this.#string('unicode', 3)
    else if (name === 'e') this.#string('escape_string', 2)
    else this.#string(name === 'n' ? 'string' : 'bits', 2)
    return true
  }

  #number(): void {
    this.#at = matchAt(numberPattern, this.#text, this.#at).end
    this.#before = 'other'
    if (this.#text.charAt(this.#at) === '$') throw new Refusal(this.#at, 'put a blank between a number and $')
  }

  #dollar(): void {
    const start = this.#at
    this.#before = 'other'
    const close = closingDollar(this.#text, start)
    if (close === 'none') this.#at += 1
    else if (close === null) throw new Refusal(start, 'a text that begins with $ does not end')
    else {
      this.#at = close.end
      const inside = new RegExp(slotPattern, 'g').exec(this.#text.slice(start, close.end))
      if (inside !== null) {
        throw new Refusal(
          start + inside.index,
          `${inside[0]} stands between dollar quotes, where a value cannot be told from code; use '…', or hand the value in by set_config()`,
        )
      }
    }
  }

  #bareSlot(): void {
    const { start, slot } = this.#slotHere()
    if (slot === null) throw new Refusal(start, '{{ opens no parameter here; write {{name}} with letters, digits and _')
    if (attachedTo(this.#text, start, slot.end)) {
      throw new Refusal(
        start,
        `${this.#text.slice(start, slot.end)} is attached to a name or number; by itself a value is a literal, and part of a name only inside "…"`,
      )
    }
    if (this.#before !== 'other') {
      throw new Refusal(
        start,
        `put an operator or a comma between ${this.#text.slice(start, slot.end)} and the literal before it`,
      )
    }
    this.slots.push({ name: slot.name, place: 'bare', start, end: slot.end })
    this.#at = slot.end
    this.#before = 'slot'
  }

  #slotHere(): { start: number; slot: { name: string; end: number } | null } {
    const start = this.#at
    const found = matchAt(slotPattern, this.#text, start)
    return { start, slot: found.group === null ? null : { name: found.group, end: found.end } }
  }

  /** From the opening quote, `opening` characters on, to behind the last closing one. */
  #string(kind: StringKind, opening: number): void {
    const start = this.#at
    if (this.#before === 'slot')
      throw new Refusal(start, 'put an operator or a comma between a parameter and the string after it')
    this.#at += opening
    for (;;) {
      const next = matchAt(/[^'\\{]*/y, this.#text, this.#at).end
      const char = this.#text.charAt(next)
      this.#at = next
      if (char === '') throw new Refusal(start, "a string that begins with ' does not end")
      if (char === '\\' && kind === 'escape_string') this.#escape()
      else if (char === '{') this.#slotInString(kind)
      else if (char === '\\') this.#at += 1
      else if (kind !== 'bits' && this.#text.startsWith("''", this.#at)) this.#at += 2
      else {
        const continued = matchAt(continuedString, this.#text, this.#at)
        this.#at = continued.matched ? continued.end : this.#at + 1
        if (!continued.matched) break
      }
    }
    this.#before = 'string'
  }

  /** A numeric escape takes in the digits behind it, so a value must not follow one directly. */
  #escape(): void {
    const start = this.#at
    const numeric = matchAt(/\\(?:[0-7]+|[xuU][0-9A-Fa-f]*)/y, this.#text, start)
    const openUntil = numeric.matched ? numeric.end : start + 1
    if (matchAt(slotPattern, this.#text, openUntil).matched) {
      throw new Refusal(start, 'a parameter stands directly behind a backslash escape')
    }
    this.#at = numeric.matched ? numeric.end : start + 2
  }

  #slotInString(kind: StringKind): void {
    const { start, slot } = this.#slotHere()
    if (slot === null) {
      this.#at += 1
      return
    }
    if (kind === 'bits' || kind === 'unicode') {
      throw new Refusal(
        start,
        `no value can be put into ${kind === 'bits' ? "B'…' or X'…'" : "U&'…'"}; use a plain '…'`,
      )
    }
    this.slots.push({ name: slot.name, place: kind, start, end: slot.end })
    this.#at = slot.end
  }

  #quotedName(kind: 'identifier' | 'unicode', opening: number): void {
    const start = this.#at
    const content = start + opening
    const firstSlot = this.slots.length
    this.#at = content
    for (;;) {
      this.#at = matchAt(/[^"{]*/y, this.#text, this.#at).end
      const char = this.#text.charAt(this.#at)
      if (char === '') throw new Refusal(start, 'a name that begins with " does not end')
      if (char === '{') this.#slotInName(kind)
      else if (this.#text.startsWith('""', this.#at)) this.#at += 2
      else break
    }
    const endSlot = this.slots.length
    if (endSlot > firstSlot) this.quotedNames.push({ start: content, end: this.#at, firstSlot, endSlot })
    this.#at += 1
    this.#before = 'other'
  }

  #slotInName(kind: 'identifier' | 'unicode'): void {
    const { start, slot } = this.#slotHere()
    if (slot === null) {
      this.#at += 1
      return
    }
    if (kind === 'unicode') throw new Refusal(start, 'no value can be put into U&"…"; use a plain "…"')
    this.slots.push({ name: slot.name, place: 'identifier', start, end: slot.end })
    this.#at = slot.end
  }
}
