import type { ImageVersionSummary } from '@cairn/sdk'
import type { ReactElement } from 'react'

export function TagList({ tags }: Pick<ImageVersionSummary, 'tags'>): ReactElement {
  if (tags.length === 0) return <span className="text-faint">–</span>
  return (
    <span className="inline-flex flex-wrap gap-1">
      {tags.map(({ name }) => (
        <span key={name} className="rounded bg-raised px-1.5 py-px text-[12px]">
          {name}
        </span>
      ))}
    </span>
  )
}
