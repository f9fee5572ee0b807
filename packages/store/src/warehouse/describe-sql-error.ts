/** Errors of the warehouse and tags of statements, in words for the step's log and the run's reason. */
import { type RenderedSql, templateLineAt } from '@cairn/domain'
import type { SqlError } from './open-session.ts'

/** Active transaction: the statement refuses to run with others. */
const needsToRunAlone = '25001'

/**
 * One line for the reason.
 *
 * @param source the text as written and as it was sent, to tell the line; null = the user wrote none
 */
export function describeSqlError(
  error: SqlError,
  source: { readonly template: string; readonly rendered: RenderedSql } | null,
): string {
  const line =
    source === null || error.position === null
      ? ''
      : `line ${templateLineAt(source.template, source.rendered, error.position)}: `
  const hint = error.hint === null ? '' : `; hint: ${error.hint}`
  const alone =
    error.state === needsToRunAlone ? '; all statements of a text are one transaction: give it a step of its own' : ''
  return `${line}${error.message} (SQLSTATE ${error.state})${hint}${alone}`
}

/** `INSERT 0 5` → `INSERT: 5 rows`. */
export function describeTag(tag: string): string {
  const [, command, rows] = /^([A-Z]+)(?: \d+)? (\d+)$/.exec(tag) ?? []
  return command === undefined ? tag : `${command}: ${rows} ${rows === '1' ? 'row' : 'rows'}`
}
