import { CloudOff } from 'lucide-react'
import type { ReactElement } from 'react'
import { Moment } from './moment.tsx'

/** Stands over data that was read before, while reading it again fails. */
export function StaleBanner({ error, readAt }: { readonly error: Error; readonly readAt: number }): ReactElement {
  return (
    <div
      role="status"
      className="mb-4 flex items-start gap-2.5 rounded-lg border border-warn/40 bg-warn-soft px-3 py-2 text-warn"
    >
      <CloudOff size={16} aria-hidden className="mt-0.5 shrink-0" />
      <p className="min-w-0 [overflow-wrap:anywhere]">
        This was read <Moment at={new Date(readAt).toISOString()} /> and may be old: {error.message}
      </p>
    </div>
  )
}
