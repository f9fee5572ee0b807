/**
 * The first rows of a query, as PostgreSQL writes them.
 *
 * Always true: no more than `mostBytes` and a piece of what the server sends are held, however large a row is. The server
 * writes the rows as `COPY` does, as the session drops others.
 */
import type { SqlError, StatementsOutcome, WarehouseSession } from './open-session.ts'

export interface RowLimits {
  readonly mostRows: number
  /** Bytes as the server sends them. */
  readonly mostBytes: number
  /** Milliseconds after which the server ends the query. */
  readonly timeoutMs: number
}

export type RowsOutcome =
  | {
      readonly kind: 'rows'
      readonly columns: readonly string[]
      /** A text for each column; null = it has no value. */
      readonly rows: readonly (readonly (string | null)[])[]
      /** Whether there are more. */
      readonly isTruncated: boolean
    }
  /** `position` counts in the query as it was given. */
  | { readonly kind: 'refused'; readonly error: SqlError }
  | { readonly kind: 'broken'; readonly reason: string }

const before = 'copy (select * from (\n'
const after = (mostRows: number): string => `\n) as query limit ${mostRows + 1}) to stdout with (format text, header)`

/** The session is of no use afterwards: close it. */
export async function readRows(session: WarehouseSession, query: string, limits: RowLimits): Promise<RowsOutcome> {
  const silent = { onNotice: () => undefined, onCommand: () => undefined }
  const limited = await session.run(`set statement_timeout = ${limits.timeoutMs}`, {
    ...silent,
    onCopyData: () => undefined,
  })
  if (limited.kind !== 'done') return failureOf(limited, 0)
  const pieces: Buffer[] = []
  let bytes = 0
  const statement = before + query.replace(/[;\s]+$/, '') + after(limits.mostRows)
  const outcome = await session.run(statement, {
    ...silent,
    onCopyData: (piece) => {
      bytes += piece.length
      if (bytes <= limits.mostBytes) pieces.push(piece)
      else session.close()
    },
  })
  const isCut = bytes > limits.mostBytes
  if (outcome.kind !== 'done' && !isCut) return failureOf(outcome, before.length)
  const [columns = [], ...rows] = linesOf(Buffer.concat(pieces).toString('utf8')).map(fieldsOf)
  return {
    kind: 'rows',
    columns: columns.map((column) => column ?? ''),
    rows: rows.slice(0, limits.mostRows),
    isTruncated: isCut || rows.length > limits.mostRows,
  }
}

function failureOf(outcome: Exclude<StatementsOutcome, { kind: 'done' }>, shift: number): RowsOutcome {
  switch (outcome.kind) {
    case 'refused': {
      const position = outcome.error.position === null ? null : outcome.error.position - shift
      return {
        kind: 'refused',
        error: { ...outcome.error, position: position !== null && position > 0 ? position : null },
      }
    }
    case 'open_transaction':
      return { kind: 'broken', reason: 'the text is more than one query' }
    case 'broken':
      return outcome
    default:
      return outcome satisfies never
  }
}

/** A line that was cut off is none. */
function linesOf(text: string): readonly string[] {
  return text.split('\n').slice(0, -1)
}

const escapes: Readonly<Record<string, string>> = { b: '\b', f: '\f', n: '\n', r: '\r', t: '\t', v: '\v' }

function fieldsOf(line: string): readonly (string | null)[] {
  return line
    .split('\t')
    .map((field) =>
      field === String.raw`\N` ? null : field.replaceAll(/\\(.)/g, (_all, mark: string) => escapes[mark] ?? mark),
    )
}
