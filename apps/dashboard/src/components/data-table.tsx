import { ArrowDown, ArrowUp } from 'lucide-react'
import type { ReactElement, ReactNode } from 'react'
import { sortRows } from './sort-rows.ts'

export interface Column<Row> {
  readonly id: string
  readonly label: string
  readonly cell: (row: Row) => ReactNode
  /** What rows are compared by; a column without it cannot be sorted by. */
  readonly sortBy?: (row: Row) => string | number
  readonly align?: 'end'
  /** The column is there from this width of the window on. */
  readonly from?: 'sm' | 'md' | 'lg'
  /** The label is for screen readers only. */
  readonly isLabelHidden?: true
}

const shownFrom = { sm: 'max-sm:hidden', md: 'max-md:hidden', lg: 'max-lg:hidden' } as const

function classOf<Row>({ from, align }: Column<Row>): string {
  return `${from === undefined ? '' : shownFrom[from]} ${align === 'end' ? 'text-right whitespace-nowrap' : 'text-left'}`
}

/**
 * A table that scrolls within itself on narrow screens. A link with the class `row-link` in a row makes the whole row lead
 * there; other links and buttons of such a row need `relative`.
 *
 * @param name what it is called for screen readers
 * @param sort as in {@link ListSearch}; columns can be pressed when `onSort` is there
 */
export function DataTable<Row>({
  name,
  columns,
  rows,
  rowKey,
  sort = '',
  onSort,
}: {
  readonly name: string
  readonly columns: readonly Column<Row>[]
  readonly rows: readonly Row[]
  readonly rowKey: (row: Row) => string
  readonly sort?: string | undefined
  readonly onSort?: (sort: string) => void
}): ReactElement {
  return (
    <div
      role="region"
      aria-label={name}
      tabIndex={0}
      className="relative overflow-x-auto rounded-lg border border-line bg-surface"
    >
      <table className="w-full border-collapse text-[13px]">
        <thead className="text-[12px] text-faint">
          <tr>
            {columns.map((column) => (
              <HeaderCell key={column.id} column={column} sort={sort} onSort={onSort} />
            ))}
          </tr>
        </thead>
        <tbody>
          {sortRows(rows, columns, sort).map((row) => (
            <tr key={rowKey(row)} className="relative border-t border-line hover:bg-raised/60">
              {columns.map((column) => (
                <td key={column.id} className={`px-3 py-2.5 align-middle ${classOf(column)}`}>
                  {column.cell(row)}
                </td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  )
}

function HeaderCell<Row>({
  column,
  sort,
  onSort,
}: {
  readonly column: Column<Row>
  readonly sort: string
  readonly onSort: ((sort: string) => void) | undefined
}): ReactElement {
  const { id, label, sortBy, isLabelHidden } = column
  const isUp = sort === id
  const isDown = sort === `-${id}`
  const order = isUp ? 'ascending' : isDown ? 'descending' : undefined
  const Arrow = isDown ? ArrowDown : ArrowUp
  const shown = isLabelHidden ? <span className="sr-only">{label}</span> : label
  return (
    <th scope="col" aria-sort={order} className={`px-3 py-2 font-medium whitespace-nowrap ${classOf(column)}`}>
      {sortBy === undefined || onSort === undefined ? (
        shown
      ) : (
        <button
          type="button"
          className="-m-1 inline-flex items-center gap-1 rounded p-1 hover:text-ink"
          onClick={() => onSort(isUp ? `-${id}` : id)}
        >
          {shown}
          <Arrow size={12} aria-hidden className={isUp || isDown ? '' : 'opacity-0'} />
        </button>
      )}
    </th>
  )
}
