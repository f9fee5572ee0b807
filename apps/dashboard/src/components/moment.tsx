import type { ReactElement } from 'react'

export function Moment({ at }: { readonly at: string | null }): ReactElement {
  if (at === null) return <span className="text-faint">–</span>
  return (
    <time dateTime={at} title={at} className="whitespace-nowrap">
      {new Date(at).toLocaleString()}
    </time>
  )
}
