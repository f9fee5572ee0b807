import type { ReactElement } from 'react'
import { type Column, DataTable } from './data-table.tsx'
import { useListSearch } from './list-search.ts'
import { type ListFilter, rowsLike } from './rows-like.ts'
import { ChoiceField, SearchField } from './search-field.tsx'

/**
 * The table of a page that lists everything of a kind, with its search and filter, which the URL keeps.
 *
 * @param name what the rows are, e.g. `Workflows`
 * @param textOf what is searched in
 * @param readAtMost so many were asked for; when as many came there may be more, which is said
 */
export function ListTable<Row>({
  name,
  columns,
  rows,
  rowKey,
  textOf,
  filter,
  readAtMost,
}: {
  readonly name: string
  readonly columns: readonly Column<Row>[]
  readonly rows: readonly Row[]
  readonly rowKey: (row: Row) => string
  readonly textOf: (row: Row) => string
  readonly filter?: ListFilter<Row>
  readonly readAtMost: number
}): ReactElement {
  const [search, change] = useListSearch()
  const { q = '', status = '', sort } = search
  const shown = rowsLike(rows, { textOf, filter }, search)
  return (
    <>
      <div className="mb-3 flex flex-wrap gap-2">
        <SearchField label={`Search ${name.toLowerCase()}`} value={q} onChange={(next) => change({ q: next })} />
        {filter === undefined ? null : (
          <ChoiceField
            label={filter.label}
            value={status}
            choices={filter.choices}
            onChange={(next) => change({ status: next })}
          />
        )}
      </div>
      {rows.length === readAtMost ? <p className="mb-2 text-faint">The first {readAtMost} are shown.</p> : null}
      <DataTable
        name={name}
        columns={columns}
        rows={shown}
        rowKey={rowKey}
        sort={sort}
        onSort={(next) => change({ sort: next })}
      />
      {shown.length === 0 ? <p className="py-8 text-center text-faint">Nothing is like that.</p> : null}
    </>
  )
}
