import type { ReactElement, ReactNode } from 'react'

export interface Row {
  readonly key: string
  readonly content: ReactNode
}

/** Lines of a list; a link with the class `row-link` in one makes the whole line lead there. */
export function Rows({ rows, none }: { readonly rows: readonly Row[]; readonly none: string }): ReactElement {
  if (rows.length === 0) return <p className="rounded-lg border border-line bg-surface px-4 py-3 text-faint">{none}</p>
  return (
    <ul className="divide-y divide-line rounded-lg border border-line bg-surface">
      {rows.map(({ key, content }) => (
        <li key={key} className="relative flex items-center gap-3 px-4 py-2.5 hover:bg-raised/60">
          {content}
        </li>
      ))}
    </ul>
  )
}
