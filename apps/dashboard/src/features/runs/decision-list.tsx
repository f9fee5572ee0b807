import type { RunDecision } from '@cairn/sdk'
import type { ReactElement } from 'react'
import { Moment } from '../../components/moment.tsx'

const words: Partial<Readonly<Record<RunDecision['kind'], string>>> = {
  left_out: 'left out',
  timed_out: 'timed out',
}

/** Why something is where it is, oldest first. */
export function DecisionList({ decisions }: { readonly decisions: readonly RunDecision[] }): ReactElement {
  if (decisions.length === 0) return <p className="text-faint">Nothing was decided yet.</p>
  return (
    <ol className="divide-y divide-line rounded-lg border border-line bg-surface text-[13px]">
      {decisions.map(({ at, kind, text }, index) => (
        <li key={index} className="flex flex-wrap gap-x-3 gap-y-0.5 px-3 py-2">
          <span className="w-20 shrink-0 text-faint">
            <Moment at={at} />
          </span>
          <span className="w-20 shrink-0 font-medium">{words[kind] ?? kind}</span>
          <span className="min-w-0 flex-1 basis-60 [overflow-wrap:anywhere]">{text}</span>
        </li>
      ))}
    </ol>
  )
}
