import type { ReactElement, ReactNode } from 'react'
import { Button } from './button.tsx'
import { Dialog } from './dialog.tsx'
import { ErrorNote } from './error-note.tsx'

/** A window with something to fill in: what is wrong with it, and the buttons, stand under the fields. */
export function DialogForm({
  title,
  submitLabel,
  onClose,
  onSubmit,
  action: { isPending, error },
  canSubmit = true,
  progress = '',
  children,
}: {
  readonly title: string
  readonly submitLabel: string
  readonly onClose: () => void
  readonly onSubmit: () => void
  /** What sending it does. */
  readonly action: { readonly isPending: boolean; readonly error: Error | null }
  readonly canSubmit?: boolean
  /** How far it is, while it is under way. */
  readonly progress?: string
  readonly children: ReactNode
}): ReactElement {
  return (
    <Dialog title={title} onClose={onClose}>
      <form
        onSubmit={(event) => {
          event.preventDefault()
          onSubmit()
        }}
      >
        {children}
        {error === null ? null : <ErrorNote error={error} className="mb-3" />}
        <div className="flex items-center justify-end gap-2">
          <span role="status" className="mr-auto text-[13px] text-faint tabular-nums">
            {isPending ? progress : ''}
          </span>
          <Button onClick={onClose}>Cancel</Button>
          <Button type="submit" tone="primary" isBusy={isPending} disabled={!canSubmit}>
            {submitLabel}
          </Button>
        </div>
      </form>
    </Dialog>
  )
}
