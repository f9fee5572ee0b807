import type { Access } from '@cairn/sdk'
import { Lock } from 'lucide-react'
import type { ReactElement } from 'react'
import { useRefusal } from '../session/use-may.ts'

/** Says at the top of a form that it cannot be sent by who is signed in, and why; nothing when it can. */
export function RefusalNote({ needs }: { readonly needs: Access }): ReactElement | null {
  const refusal = useRefusal(needs)
  if (refusal === null) return null
  return (
    <p
      role="note"
      className="mb-4 flex items-start gap-2.5 rounded-lg border border-warn/40 bg-warn-soft px-3 py-2 text-warn"
    >
      <Lock size={16} aria-hidden className="mt-0.5 shrink-0" />
      You can look at this form, but not send it. {refusal}
    </p>
  )
}
