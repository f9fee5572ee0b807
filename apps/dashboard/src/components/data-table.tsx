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
  const place = align === 'end' ? 'text-right whitespace-nowrap max-sm:text-left' : 'text-left'
  return `${from === undefined ? '' : shownFrom[from]} ${place}`
}

/**
 * A table; on narrow screens each of its rows is a card, in which every value but the first stands behind its label. A link with the class `row-link` in a row makes the whole row lead
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
  const canSort = onSort !== undefined && columns.some(({ sortBy }) => sortBy !== undefined)
  return (
    <div
      role="region"
      aria-label={name}
      tabIndex={0}
      className="relative overflow-x-auto rounded-lg border border-line bg-surface"
    >
      {/* The roles say what it is where cards are made of it, which takes them away. */}
      <table role="table" className="w-full border-collapse text-[13px] max-sm:block">
        <thead role="rowgroup" className={`text-[12px] text-faint ${canSort ? 'max-sm:block' : 'max-sm:hidden'}`}>
          <tr role="row" className="max-sm:flex max-sm:flex-wrap max-sm:gap-x-4 max-sm:px-3">
            {columns.map((column) => (
              <HeaderCell key={column.id} column={column} sort={sort} onSort={onSort} />
            ))}
          </tr>
        </thead>
        <tbody role="rowgroup" className="max-sm:block">
          {sortRows(rows, columns, sort).map((row) => (
            <tr
              key={rowKey(row)}
              role="row"
              className={`relative border-t border-line hover:bg-raised/60 max-sm:flex max-sm:flex-wrap max-sm:items-center max-sm:gap-x-4 max-sm:gap-y-1 max-sm:px-3 max-sm:py-2.5 ${canSort ? '' : 'max-sm:first:border-t-0'}`}
            >
              {columns.map((column, at) => (
                <BodyCell key={column.id} column={column} row={row} isFirst={at === 0} />
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  )
}

function BodyCell<Row>({
  column,
  row,
  isFirst,
}: {
  readonly column: Column<Row>
  readonly row: Row
  readonly isFirst: boolean
}): ReactElement {
  const isLabelled = !isFirst && column.isLabelHidden !== true
  // A column that is not there on narrow screens must not be given a place there.
  const inCard = column.from !== undefined ? '' : isFirst ? 'max-sm:basis-full' : 'max-sm:flex max-sm:gap-1.5'
  return (
    <td
      role="cell"
      className={`px-3 py-2.5 align-middle max-sm:max-w-full max-sm:min-w-0 max-sm:p-0 ${inCard} ${classOf(column)}`}
    >
      {isLabelled ? (
        <span className="text-[12px] leading-5 whitespace-nowrap text-faint sm:hidden">{column.label}</span>
      ) : null}
      <div className="min-w-0 sm:contents">{column.cell(row)}</div>
    </td>
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
  const canSort = sortBy !== undefined && onSort !== undefined
  return (
    <th
      scope="col"
      role="columnheader"
      aria-sort={order}
      className={`px-3 py-2 font-medium whitespace-nowrap max-sm:px-0 ${canSort ? '' : 'max-sm:hidden'} ${classOf(column)}`}
    >
      {!canSort ? (
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
