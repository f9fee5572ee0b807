/** `{{name}}` in the text of a query: each value is written so that PostgreSQL reads back exactly it, and nothing else. */
import { byteLength } from '../execution/limits.ts'
import { ownValue } from '../execution/own-value.ts'
import { lineOf, scanSql, type ScannedSql, type SqlSlot } from './scan-sql.ts'

/** Bytes (UTF-8) of a text with its values. */
const mostRenderedBytes = 16 * 1024 * 1024

/** PostgreSQL cuts longer names off, so two values could name one table. */
const mostNameBytes = 63

export interface RenderedSql {
  readonly kind: 'rendered'
  readonly text: string
  /** Stretches that the template and the text share: where each begins in both. */
  readonly stretches: readonly { readonly rendered: number; readonly template: number }[]
}

export type SqlRendering = RenderedSql | { readonly kind: 'refused'; readonly reason: string }

/**
 * Fills in every `{{name}}`: by itself as a literal, inside `'…'` and `E'…'` as text, inside `"…"` as part of the name.
 * A literal has no type of its own, so `limit {{N}}` and `{{N}} + 1` take numbers. Comments stay as they are.
 *
 * @example
 * renderSql('select * from "{{T}}" where name = {{N}}', { T: 'sales', N: "O'Hara" })
 * // { kind: 'rendered', text: `select * from "sales" where name = 'O''Hara'`, … }
 */
export function renderSql(template: string, values: Readonly<Record<string, string>>): SqlRendering {
  const scanned = scanSql(template)
  if (scanned.kind === 'refused') return refused(scanned.line, scanned.problem)
  const problem = findUnusable(template, scanned.slots, values)
  if (problem !== null) return problem
  const pieces: string[] = []
  const stretches = [{ rendered: 0, template: 0 }]
  let length = 0
  let from = 0
  for (const slot of scanned.slots) {
    const before = template.slice(from, slot.start)
    const value = writeValue(template, slot, ownValue(values, slot.name) ?? '')
    pieces.push(before, value)
    length += before.length + value.length
    // UTF-16 units, of which none has more than three bytes.
    if (length > mostRenderedBytes)
      return refused(lineOf(template, slot.start), `the text with its values has more than ${mostRenderedBytes} bytes`)
    stretches.push({ rendered: length, template: slot.end })
    from = slot.end
  }
  pieces.push(template.slice(from))
  const tooLong = findLongName(template, scanned, values)
  return tooLong ?? { kind: 'rendered', text: pieces.join(''), stretches }
}

/** Why nothing could ever be filled into the text, e.g. `line 2: a string that begins with ' does not end`; null = it can. */
export function sqlTextProblem(template: string): string | null {
  const scanned = scanSql(template)
  return scanned.kind === 'refused' ? `line ${scanned.line}: ${scanned.problem}` : null
}

function refused(line: number, problem: string): { readonly kind: 'refused'; readonly reason: string } {
  return { kind: 'refused', reason: `line ${line}: ${problem}` }
}

function findUnusable(template: string, slots: readonly SqlSlot[], values: Readonly<Record<string, string>>) {
  const checked = new Set<string>()
  for (const slot of slots) {
    if (checked.has(slot.name)) continue
    checked.add(slot.name)
    const problem = problemOf(slot.name, ownValue(values, slot.name))
    if (problem !== null) return refused(lineOf(template, slot.start), problem)
  }
  return null
}

function problemOf(name: string, value: string | undefined): string | null {
  if (value === undefined) return `the step has no parameter "${name}"`
  const isText = !value.includes('\0') && value.isWellFormed()
  return isText ? null : `parameter "${name}" is not text: it holds a NUL or half a character`
}

function writeValue(template: string, slot: SqlSlot, value: string): string {
  switch (slot.place) {
    case 'bare':
      // `U&'…'` would be read as one token.
      return template.charAt(slot.start - 1) === '&' ? ` ${literal(value)}` : literal(value)
    case 'string':
      return value.replaceAll("'", "''")
    case 'escape_string':
      return value.replaceAll('\\', '\\\\').replaceAll("'", "''")
    case 'identifier':
      return value.replaceAll('"', '""')
    default:
      return slot.place satisfies never
  }
}

/** With a backslash an `E'…'`, which is right whatever `standard_conforming_strings` says. */
function literal(value: string): string {
  const doubled = value.replaceAll("'", "''")
  return value.includes('\\') ? `E'${doubled.replaceAll('\\', '\\\\')}'` : `'${doubled}'`
}

function findLongName(
  template: string,
  scanned: Extract<ScannedSql, { kind: 'scanned' }>,
  values: Readonly<Record<string, string>>,
) {
  for (const { start, end, firstSlot, endSlot } of scanned.quotedNames) {
    let bytes = byteLength(template.slice(start, end).replaceAll('""', '"'))
    for (const slot of scanned.slots.slice(firstSlot, endSlot)) {
      bytes += byteLength(ownValue(values, slot.name) ?? '') - byteLength(template.slice(slot.start, slot.end))
    }
    if (bytes > mostNameBytes) {
      return refused(
        lineOf(template, start),
        `a name has at most ${mostNameBytes} bytes; with its values this one has ${bytes}`,
      )
    }
  }
  return null
}

/**
 * Line of the template at a position that PostgreSQL gives with an error: characters of the text, counted from 1. Inside a
 * value it is the line of its placeholder.
 */
export function templateLineAt(template: string, rendered: RenderedSql, position: number): number {
  let offset = 0
  for (let characters = 1; characters < position; characters += 1) {
    offset += (rendered.text.codePointAt(offset) ?? 0) > 0xffff ? 2 : 1
  }
  const index = rendered.stretches.findLastIndex((stretch) => stretch.rendered <= offset)
  const stretch = rendered.stretches[index] ?? { rendered: 0, template: 0 }
  const next = rendered.stretches[index + 1]
  const inTemplate = stretch.template + offset - stretch.rendered
  return lineOf(template, Math.min(inTemplate, (next?.template ?? template.length + 1) - 1))
}
