import type { ReactElement, ReactNode } from 'react'

export interface Row {
  readonly key: string
  readonly icon?: ReactNode
  /** A link with the class `row-link` makes the whole line lead there. */
  readonly name: ReactNode
  /** Under the name on narrow screens, beside it elsewhere. */
  readonly note?: ReactNode
  /** At the right. */
  readonly aside: ReactNode
}

/** Lines of a list. */
export function Rows({ rows, none }: { readonly rows: readonly Row[]; readonly none: string }): ReactElement {
  if (rows.length === 0) return <p className="rounded-lg border border-line bg-surface px-4 py-3 text-faint">{none}</p>
  return (
    <ul className="divide-y divide-line rounded-lg border border-line bg-surface">
      {rows.map(({ key, icon, name, note, aside }) => (
        <li key={key} className="relative flex items-start gap-3 px-4 py-2.5 hover:bg-raised/60">
          {icon === undefined ? null : <span className="mt-0.5 inline-flex">{icon}</span>}
          <span className="flex min-w-0 flex-1 flex-col gap-x-3 sm:flex-row">
            <span className="min-w-0 shrink-0 truncate font-medium sm:max-w-[60%]">{name}</span>
            {note === undefined ? null : <span className="min-w-0 truncate text-[13px] text-faint">{note}</span>}
          </span>
          <span className="shrink-0 text-right text-[13px] text-faint">{aside}</span>
        </li>
      ))}
    </ul>
  )
}
