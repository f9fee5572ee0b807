interface Sortable<Row> {
  readonly id: string
  readonly sortBy?: (row: Row) => string | number
}

function compare(left: string | number, right: string | number): number {
  if (typeof left === 'number' && typeof right === 'number') return left - right
  return String(left).localeCompare(String(right), 'en', { numeric: true, sensitivity: 'base' })
}

/** Rows by a column, as they are when there is no such column. Rows that are equal keep their order. */
export function sortRows<Row>(rows: readonly Row[], columns: readonly Sortable<Row>[], sort: string): readonly Row[] {
  const isDown = sort.startsWith('-')
  const sortBy = columns.find(({ id }) => id === (isDown ? sort.slice(1) : sort))?.sortBy
  if (sortBy === undefined) return rows
  const direction = isDown ? -1 : 1
  return rows.toSorted((left, right) => direction * compare(sortBy(left), sortBy(right)))
}
