import type { ReactElement } from 'react'
import { type ShownStatus, statusTable, toneSoft, toneText } from './status-table.ts'

/** An icon and a word, so that colour is never the only sign. */
export function StatusBadge({
  status,
  isPill = false,
}: {
  readonly status: ShownStatus
  readonly isPill?: boolean
}): ReactElement {
  const { label, tone, icon: Icon, turns } = statusTable[status]
  const look = isPill ? `rounded-full px-2.5 py-0.5 text-[13px] ${toneSoft[tone]}` : toneText[tone]
  return (
    <span className={`inline-flex items-center gap-1.5 align-bottom font-medium whitespace-nowrap ${look}`}>
      <Icon size={15} aria-hidden className={turns ? 'animate-spin [animation-duration:2s]' : ''} />
      {label}
    </span>
  )
}

/** The icon alone, named for screen readers and on pointing. */
export function StatusIcon({
  status,
  size = 15,
}: {
  readonly status: ShownStatus
  readonly size?: number
}): ReactElement {
  const { label, tone, icon: Icon, turns } = statusTable[status]
  return (
    <span title={label} className={`inline-flex shrink-0 ${toneText[tone]}`}>
      <Icon size={size} role="img" aria-label={label} className={turns ? 'animate-spin [animation-duration:2s]' : ''} />
    </span>
  )
}
