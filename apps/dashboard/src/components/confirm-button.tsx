import type { Access } from '@cairn/sdk'
import { useMutation } from '@tanstack/react-query'
import type { LucideIcon } from 'lucide-react'
import { type ReactElement, type ReactNode, useState } from 'react'
import { Button, type ButtonTone } from './button.tsx'
import { Dialog } from './dialog.tsx'
import { ErrorNote } from './error-note.tsx'

/** A button that says what will happen and asks before it does it. */
export function ConfirmButton({
  label,
  question,
  children,
  icon,
  tone = 'plain',
  isSmall = false,
  needs,
  onConfirm,
}: {
  readonly label: string
  /** Title of the window. */
  readonly question: string
  /** What will happen. */
  readonly children: ReactNode
  readonly icon?: LucideIcon
  readonly tone?: ButtonTone
  readonly isSmall?: boolean
  /** Who may less cannot press it, and is told why. */
  readonly needs?: Access
  readonly onConfirm: () => Promise<unknown>
}): ReactElement {
  const [isAsking, setAsking] = useState(false)
  const action = useMutation({ mutationFn: onConfirm, onSuccess: () => setAsking(false) })
  return (
    <>
      <Button
        {...(icon !== undefined && { icon })}
        tone={tone}
        isSmall={isSmall}
        {...(needs !== undefined && { needs })}
        onClick={() => setAsking(true)}
      >
        {label}
      </Button>
      {isAsking ? (
        <Dialog title={question} onClose={() => setAsking(false)}>
          <div className="text-faint">{children}</div>
          {action.error === null ? null : <ErrorNote error={action.error} className="mt-3" />}
          <div className="mt-4 flex justify-end gap-2">
            <Button onClick={() => setAsking(false)}>Cancel</Button>
            <Button
              tone={tone === 'plain' ? 'primary' : tone}
              isBusy={action.isPending}
              onClick={() => action.mutate()}
            >
              {label}
            </Button>
          </div>
        </Dialog>
      ) : null}
    </>
  )
}
