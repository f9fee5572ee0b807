import { CairnApiError } from '@cairn/sdk'
import { CircleAlert } from 'lucide-react'
import type { ReactElement } from 'react'
import { Button } from './button.tsx'
import { errorWords } from './error-words.ts'

/** What went wrong, in the server's words, with the id under which its log has it. */
export function ErrorNote({
  error,
  onRetry,
  className = '',
}: {
  readonly error: Error
  readonly onRetry?: () => void
  readonly className?: string
}): ReactElement {
  return (
    <div
      role="alert"
      className={`flex items-start gap-2.5 rounded-lg border border-bad/40 bg-bad-soft px-3 py-2.5 text-bad ${className}`}
    >
      <CircleAlert size={16} aria-hidden className="mt-0.5 shrink-0" />
      <div className="min-w-0 flex-1 [overflow-wrap:anywhere]">
        <p>{errorWords(error)}</p>
        {error instanceof CairnApiError && error.requestId !== null ? (
          <p className="mt-0.5 text-[12px] opacity-90">Request {error.requestId}</p>
        ) : null}
      </div>
      {onRetry === undefined ? null : (
        <Button isSmall onClick={onRetry} className="text-ink">
          Try again
        </Button>
      )}
    </div>
  )
}
