import type { QueryRows } from '@cairn/sdk'
import type { ReactElement } from 'react'
import { durationText } from '../../format/time.ts'

function Value({ value }: { readonly value: string | null }): ReactElement {
  if (value === null) return <span className="text-faint italic">null</span>
  return <>{value}</>
}

/** The first rows of a query. */
export function QueryResult({
  result: { columns, rows, isTruncated, tookMs },
}: {
  readonly result: QueryRows
}): ReactElement {
  const count = `${isTruncated ? 'the first ' : ''}${rows.length} ${rows.length === 1 ? 'row' : 'rows'}`
  return (
    <section aria-label="Result" className="mb-6">
      <p role="status" className="mb-2 text-faint">
        {count} in {durationText(tookMs)}
      </p>
      <div
        className="max-h-[28rem] overflow-auto rounded-lg border border-line bg-surface"
        tabIndex={0}
        role="group"
        aria-label="Rows"
      >
        <table className="w-full text-left text-[13px]">
          <thead className="sticky top-0 bg-surface">
            <tr>
              {columns.map((column, at) => (
                <th
                  key={at}
                  scope="col"
                  className="border-b border-line px-3 py-2 font-medium whitespace-nowrap text-faint"
                >
                  {column}
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {rows.map((row, number) => (
              <tr key={number} className="border-b border-line last:border-0">
                {row.map((value, at) => (
                  <td
                    key={at}
                    className="max-w-96 truncate px-3 py-1.5 font-mono text-[12.5px]"
                    title={value ?? undefined}
                  >
                    <Value value={value} />
                  </td>
                ))}
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </section>
  )
}
