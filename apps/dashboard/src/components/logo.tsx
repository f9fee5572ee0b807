import type { ReactElement } from 'react'

/** A cairn: three stones. */
export function Logo({ size }: { readonly size: number }): ReactElement {
  return (
    <svg width={size} height={size} viewBox="0 0 24 24" aria-hidden className="shrink-0 fill-accent">
      <ellipse cx="12" cy="19" rx="9" ry="3.6" />
      <ellipse cx="12.6" cy="12.2" rx="6.2" ry="3" />
      <ellipse cx="11.6" cy="6.2" rx="3.8" ry="2.4" />
    </svg>
  )
}
