/** Statements that a connection parses and plans once: for those that run many times a second. */
import { type RawBuilder, sql } from 'kysely'

const opening = /^\/\* prepared ([a-z-]+) \*\//

/**
 * The statement under a name of its own. Its text must be the same in every call: what differs is a parameter.
 *
 * @example
 * const { rows } = await prepared<{ id: string }>('find-tenant', sql`select id from tenant where name = ${name}`).execute(db)
 */
export function prepared<Row>(name: string, statement: RawBuilder<unknown>): RawBuilder<Row> {
  return sql<Row>`${sql.raw(`/* prepared ${name} */`)} ${statement}`
}

/** The name of a statement of {@link prepared}; null = it has none. */
export function nameOfPrepared(text: string): string | null {
  return opening.exec(text)?.[1] ?? null
}
