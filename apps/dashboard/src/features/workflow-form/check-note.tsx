import { CairnApiError } from '@cairn/sdk'
import { CircleAlert, CircleCheck, LoaderCircle, Pencil, TriangleAlert } from 'lucide-react'
import type { ReactElement } from 'react'

export interface CheckNoteProps {
  /** Of the form itself; null = none. */
  readonly problem: string | null
  /** What the server refuses. */
  readonly error: Error | null
  readonly warnings: readonly { readonly field: string; readonly rule: string }[]
  readonly isChecking: boolean
}

function refusals({ error }: CheckNoteProps): readonly string[] {
  if (error instanceof CairnApiError && error.errors.length > 0) {
    return error.errors.map(({ field, rule }) => `${field}: ${rule}`)
  }
  return error === null ? [] : [error.message]
}

/** Whether the workflow can be saved as it stands, and what has to change if not. */
export function CheckNote(props: CheckNoteProps): ReactElement {
  const { problem, warnings, isChecking } = props
  const lines = refusals(props)
  return (
    <div role="status" className="rounded-lg border border-line bg-surface px-4 py-3">
      {problem !== null ? (
        <p className="flex items-start gap-2">
          <Pencil size={15} aria-hidden className="mt-0.5 shrink-0 text-faint" />
          <span className="min-w-0 whitespace-pre-wrap [overflow-wrap:anywhere]">{problem}</span>
        </p>
      ) : lines.length > 0 ? (
        <ul className="flex flex-col gap-1.5">
          {lines.map((line) => (
            <li key={line} className="flex items-start gap-2">
              <CircleAlert size={15} aria-hidden className="mt-0.5 shrink-0 text-bad" />
              <span className="min-w-0 [overflow-wrap:anywhere]">{line}</span>
            </li>
          ))}
        </ul>
      ) : (
        <p className="flex items-center gap-2">
          {isChecking ? (
            <LoaderCircle size={15} aria-hidden className="animate-spin text-faint" />
          ) : (
            <CircleCheck size={15} aria-hidden className="text-good" />
          )}
          {isChecking ? 'Being checked' : 'It can be saved as it is.'}
        </p>
      )}
      {warnings.map(({ field, rule }) => (
        <p key={field} className="mt-1.5 flex items-start gap-2 text-[13px]">
          <TriangleAlert size={15} aria-hidden className="mt-0.5 shrink-0 text-warn" />
          <span className="min-w-0 [overflow-wrap:anywhere]">
            {field}: {rule}
          </span>
        </p>
      ))}
    </div>
  )
}
