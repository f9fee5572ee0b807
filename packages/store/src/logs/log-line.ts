/** One line of a build, step or service log. */
export interface LogLine {
  /** When it was written, in epoch milliseconds. */
  readonly at: number
  /** Without the line break. */
  readonly text: string
}

/** A line as it stands in `log_chunk.lines`. */
export type StoredLine = readonly [at: number, text: string]

export const encodeLines = (lines: readonly LogLine[]): string =>
  JSON.stringify(lines.map(({ at, text }): StoredLine => [at, text]))

/** @throws when the text was not written by {@link encodeLines} */
export function decodeLines(encoded: string): LogLine[] {
  const values: unknown = JSON.parse(encoded)
  if (!Array.isArray(values) || !values.every(isStoredLine))
    throw new Error('a stored log chunk is not a list of lines')
  return values.map(([at, text]) => ({ at, text }))
}

const isStoredLine = (value: unknown): value is StoredLine =>
  Array.isArray(value) && value.length === 2 && typeof value[0] === 'number' && typeof value[1] === 'string'
