import type { ReactElement } from 'react'

/** Holds the place of rows that are on their way, as high as they will be. */
export function SkeletonRows({ rows, height = 41 }: { readonly rows: number; readonly height?: number }): ReactElement {
  return (
    <div role="status" aria-label="Loading" className="overflow-hidden rounded-lg border border-line bg-surface">
      {Array.from({ length: rows }, (_, row) => (
        <div
          key={row}
          style={{ height }}
          className="flex items-center gap-6 border-t border-line px-3 first:border-t-0"
        >
          <SkeletonLine width="28%" />
          <SkeletonLine width="12%" />
          <SkeletonLine width="18%" />
        </div>
      ))}
    </div>
  )
}

function SkeletonLine({ width }: { readonly width: string }): ReactElement {
  return <span style={{ width }} className="h-3 animate-pulse rounded bg-raised" />
}

/** Holds the place of something of a known height. */
export function SkeletonBlock({ height }: { readonly height: number }): ReactElement {
  return (
    <div
      role="status"
      aria-label="Loading"
      style={{ height }}
      className="animate-pulse rounded-lg border border-line bg-surface"
    />
  )
}
