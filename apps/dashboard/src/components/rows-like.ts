/** A filter beside the search: rows of which `of` is the chosen value; `''` = all. */
export interface ListFilter<Row> {
  readonly label: string
  readonly choices: readonly (readonly [value: string, label: string])[]
  readonly of: (row: Row) => string
}

/** Rows whose text holds what is searched, without regard to case, and of which the filter is the chosen one. */
export function rowsLike<Row>(
  rows: readonly Row[],
  { textOf, filter }: { readonly textOf: (row: Row) => string; readonly filter?: ListFilter<Row> | undefined },
  { q = '', status = '' }: { readonly q?: string; readonly status?: string },
): readonly Row[] {
  const term = q.toLowerCase()
  return rows.filter(
    (row) =>
      textOf(row).toLowerCase().includes(term) && (status === '' || filter === undefined || filter.of(row) === status),
  )
}
