import type { ReactElement, ReactNode } from 'react'

export interface Row {
  readonly key: string
  readonly cells: readonly ReactNode[]
}

/** A table that scrolls within itself on narrow screens; `name` is what it is called for screen readers. */
export function DataTable({
  name,
  columns,
  rows,
}: {
  readonly name: string
  readonly columns: readonly string[]
  readonly rows: readonly Row[]
}): ReactElement {
  return (
    <div role="region" aria-label={name} tabIndex={0} className="overflow-x-auto rounded-lg border border-line">
      <table className="w-full border-collapse text-left">
        <thead className="bg-raised text-faint">
          <tr>
            {columns.map((column) => (
              <th key={column} scope="col" className="px-3 py-2 font-medium">
                {column}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {rows.map(({ key, cells }) => (
            <tr key={key} className="border-t border-line">
              {columns.map((column, at) => (
                <td key={column} className="px-3 py-2 align-top">
                  {cells[at]}
                </td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  )
}
