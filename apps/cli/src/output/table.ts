/** Plain tables: columns of text, no frames, so that they can be cut and searched as well as read. */
import { stripVTControlCharacters } from 'node:util'
import stringWidth from 'string-width'

/** A column: its title, and the path of its value such as `latestVersion.status`, or how to make it. */
export interface Column {
  readonly title: string
  readonly value: string | ((item: unknown) => unknown)
}

/** A shorthand for columns of plain paths. */
export function columnsOf(titles: Readonly<Record<string, string>>): Column[] {
  return Object.entries(titles).map(([value, title]) => ({ title, value }))
}

export function valueAt(item: unknown, path: string): unknown {
  let value = item
  for (const key of path.split('.')) {
    if (typeof value !== 'object' || value === null) return undefined
    value = Reflect.get(value, key)
  }
  return value
}

/** Tags by their names, other lists and maps as JSON, nothing as `-`. */
export function cellText(value: unknown): string {
  if (value === undefined || value === null || value === '') return '-'
  if (typeof value === 'string') return value
  if (Array.isArray(value) && value.length > 0 && value.every(isTag)) return value.map(({ name }) => name).join(', ')
  if (Array.isArray(value) && value.length === 0) return '-'
  return JSON.stringify(value) ?? '-'
}

/** A name may hold what moves the cursor or turns the direction of writing: none of it reaches a cell. */
function oneLine(text: string): string {
  const printable = stripVTControlCharacters(text.replaceAll(/\s*[\n\r\t]\s*/g, ' '))
  return printable.replaceAll(/[\p{Cc}\p{Bidi_Control}]/gu, '\uFFFD')
}

function isTag(value: unknown): value is { readonly name: string } {
  if (typeof value !== 'object' || value === null) return false
  return (
    Object.keys(value).every((key) => key === 'name' || key === 'color') &&
    typeof Reflect.get(value, 'name') === 'string'
  )
}

function cut(text: string, width: number): string {
  if (stringWidth(text) <= width) return text
  let kept = ''
  for (const character of text) {
    if (stringWidth(kept + character) > width - 1) break
    kept += character
  }
  return `${kept}…`
}

const pad = (text: string, width: number): string => text + ' '.repeat(Math.max(0, width - stringWidth(text)))

/**
 * @param width columns of the terminal; null = rows are as wide as they have to be.
 */
export function tableText(columns: readonly Column[], items: readonly unknown[], width: number | null): string {
  const rows = items.map((item) =>
    columns.map(({ value }) => cellText(typeof value === 'string' ? valueAt(item, value) : value(item))),
  )
  return alignedText([columns.map(({ title }) => title.toUpperCase()), ...rows], width)
}

/** Cells that stand below each other, two blanks apart; where a terminal has no room for that, a line for each cell. */
export function alignedText(rows: readonly (readonly string[])[], width: number | null): string {
  const cells = rows.map((row) => row.map(oneLine))
  const widths = (cells[0] ?? []).map((_cell, index) =>
    cells.reduce((most, row) => Math.max(most, stringWidth(row[index] ?? '')), 0),
  )
  if (width !== null && !narrow(widths, width - 2 * (widths.length - 1))) return blocksText(cells)
  return cells
    .map((row) =>
      row
        .map((cell, index) => pad(cut(cell, widths[index] ?? 0), widths[index] ?? 0))
        .join('  ')
        .trimEnd(),
    )
    .join('\n')
}

/** Each row as a block of its titles and cells, so that nothing is cut. */
function blocksText([titles = [], ...rows]: readonly (readonly string[])[]): string {
  const width = Math.max(...titles.map((title) => stringWidth(title)))
  const blockOf = (row: readonly string[]): string =>
    row.map((cell, index) => `${pad(titles[index] ?? '', width)}  ${cell}`).join('\n')
  return rows.map(blockOf).join('\n\n')
}

/** Takes from the widest columns first; none gets narrower than 8. False when that is not enough. */
function narrow(widths: number[], room: number): boolean {
  let excess = widths.reduce((sum, width) => sum + width, 0) - room
  while (excess > 0) {
    const widest = Math.max(...widths)
    if (widest <= 8) return false
    widths[widths.indexOf(widest)] = widest - 1
    excess -= 1
  }
  return true
}

/** One thing as rows of key and value. */
export function detailsText(value: unknown, width: number | null): string {
  const rows = typeof value === 'object' && value !== null ? Object.entries(value) : [['value', value]]
  const items = rows.map(([key, item]) => ({ key, item }))
  return tableText(columnsOf({ key: 'Field', item: 'Value' }), items, width)
}
