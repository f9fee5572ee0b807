/** One page of a list. Pages count from 1. */
export interface PageRequest {
  readonly pageNumber: number
  readonly pageSize: number
}

export interface Page<T> {
  readonly items: readonly T[]
  /** Items on all pages. */
  readonly total: number
}

export function pageOffset(page: PageRequest): number {
  return (page.pageNumber - 1) * page.pageSize
}

/**
 * The pattern for `ilike` that finds the term anywhere, its own `%`, `_` and `\` taken literally.
 *
 * @example
 * containing('50%') // '%50\\%%'
 */
export function containing(term: string): string {
  return `%${term.replaceAll(/[\\%_]/g, '\\$&')}%`
}
