import type { ReactElement } from 'react'
import { durationText, fullTime, relativeTime } from '../format/time.ts'
import { useNow } from './use-now.ts'

const freshMs = 90_000

/** `3 min ago`, with the time itself on pointing. */
export function Moment({ at }: { readonly at: string | null }): ReactElement {
  const time = at === null ? 0 : Date.parse(at)
  const isFresh = Math.abs(Date.now() - time) < freshMs
  const now = useNow(isFresh ? 1_000 : 15_000)
  if (at === null) return <span className="text-faint">–</span>
  return (
    <time dateTime={at} title={fullTime(time)} className="whitespace-nowrap tabular-nums">
      {relativeTime(time, now)}
    </time>
  )
}

/** How long something took, or takes so far. */
export function Duration({ from, to }: { readonly from: string | null; readonly to: string | null }): ReactElement {
  const now = useNow(from !== null && to === null ? 1_000 : null)
  if (from === null) return <span className="text-faint">–</span>
  const end = to === null ? now : Date.parse(to)
  return <span className="whitespace-nowrap tabular-nums">{durationText(end - Date.parse(from))}</span>
}
