import { type Static, Type } from 'typebox'
import { NumericId, nullable, obeyed, Timestamp } from './bounds.ts'
import { pageOf, pageQuery } from './page.ts'

/** Bytes (UTF-8) of the text of a query. */
export const queryTextBytes = 256 * 1024

const folderOrFile = String.raw`(?!\.{1,2}(?:/|$))[^/\\\x00-\x1f\x7f]+`

/** Path of a query: names separated by `/`, as `sqlQueryPath` of a step gives it. */
const QueryPath = Type.String({
  pattern: `^${folderOrFile}(?:/${folderOrFile})*$`,
  minLength: 1,
  maxLength: 1024,
  'x-rule': 'must be names separated by single `/`, none of them `.` or `..`, without `\\` and control characters',
})

/** Of a path that is there already, more is taken. */
const NewQueryPath = Type.Refine(
  QueryPath,
  (path: string) => !new RegExp(`[${obeyed}]`).test(path),
  () => 'must have no control characters and no marks that turn the direction of writing',
)

const QueryText = Type.Refine(
  Type.String({ minLength: 1, maxLength: queryTextBytes }),
  (text: string) => new TextEncoder().encode(text).length <= queryTextBytes,
  () => `must have at most ${queryTextBytes} bytes`,
)

export const ListQueriesQuery = Type.Object({
  ...pageQuery,
  /** Part of the path. */
  searchTerm: Type.Optional(Type.String({ maxLength: 256 })),
})
export type ListQueriesQuery = Static<typeof ListQueriesQuery>

export const PutQueryBody = Type.Object({ path: NewQueryPath, text: QueryText })
export type PutQueryBody = Static<typeof PutQueryBody>

/** `version` counts the texts that the path had; the same text again makes no new one. */
export const QuerySaved = Type.Object({ path: Type.String(), version: Type.Integer() })
export type QuerySaved = Static<typeof QuerySaved>

/** `version` absent = the newest. */
export const GetQueryQuery = Type.Object({ path: QueryPath, version: Type.Optional(NumericId) })
export type GetQueryQuery = Static<typeof GetQueryQuery>

/** Most rows that an answer has. */
export const queryRows = 1000

/**
 * One query, `select …`, `values …` or `table …`. `parameters` fill in its `{{ name }}`. `maxRows`: 200 when absent, at most 1,000.
 * `timeoutSeconds`: 30 when absent, at most 60.
 */
export const RunQueryBody = Type.Object({
  text: QueryText,
  parameters: Type.Optional(
    Type.Record(Type.String({ pattern: '^[A-Za-z_][A-Za-z0-9_]{0,127}$' }), Type.String({ maxLength: 65_536 }), {
      maxProperties: 100,
    }),
  ),
  maxRows: Type.Optional(Type.Integer({ minimum: 1, maximum: queryRows })),
  timeoutSeconds: Type.Optional(Type.Integer({ minimum: 1, maximum: 60 })),
})
export type RunQueryBody = Static<typeof RunQueryBody>

/** Values are texts as PostgreSQL writes them; null = none. `isTruncated`: there are more rows, or more than 4 MiB. */
export const QueryRows = Type.Object({
  columns: Type.Array(Type.String()),
  rows: Type.Array(Type.Array(nullable(Type.String()))),
  isTruncated: Type.Boolean(),
  /** Milliseconds from the session's opening to the last row. */
  tookMs: Type.Integer(),
})
export type QueryRows = Static<typeof QueryRows>

export const QueryVersionsQuery = Type.Object({ ...pageQuery, path: QueryPath })
export type QueryVersionsQuery = Static<typeof QueryVersionsQuery>

export const QueryPathQuery = Type.Object({ path: QueryPath })

const change = { createdAt: Timestamp, createdBy: Type.String() }

/** A version of a query without its text. */
export const QueryVersion = Type.Object({ version: Type.Integer(), sizeBytes: Type.Integer(), ...change })
export type QueryVersion = Static<typeof QueryVersion>

export const QueryVersionPage = pageOf({ versions: Type.Array(QueryVersion), versionCount: Type.Integer() })
export type QueryVersionPage = Static<typeof QueryVersionPage>

/** A version of a query with its text. */
export const QueryContent = Type.Object({
  path: Type.String(),
  ...QueryVersion.properties,
  text: Type.String(),
  /** Workflows with a step that runs it, the first 100. */
  usedBy: Type.Array(Type.Object({ id: Type.Integer(), name: Type.String() })),
})
export type QueryContent = Static<typeof QueryContent>

/** A query with its newest version; `updatedAt` and `updatedBy` are of that. */
export const QuerySummary = Type.Object({
  path: Type.String(),
  version: Type.Integer(),
  sizeBytes: Type.Integer(),
  ...change,
  updatedAt: Timestamp,
  updatedBy: Type.String(),
})
export type QuerySummary = Static<typeof QuerySummary>

export const QueryPage = pageOf({ queries: Type.Array(QuerySummary), queryCount: Type.Integer() })
export type QueryPage = Static<typeof QueryPage>
