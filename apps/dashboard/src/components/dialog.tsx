import { X } from 'lucide-react'
import { type ReactElement, type ReactNode, useEffect, useRef, useState } from 'react'
import { IconButton } from './button.tsx'
import { useModal } from './use-modal.ts'

const firstField = 'input:not([type=hidden], [type=file], :disabled), textarea:not(:disabled), select:not(:disabled)'

/** A window over the page that holds the focus until it is closed, by Escape as well. */
export function Dialog({
  title,
  onClose,
  children,
  isWide = false,
}: {
  readonly title: string
  readonly onClose: () => void
  readonly children: ReactNode
  readonly isWide?: boolean
}): ReactElement {
  const dialog = useModal()
  // What measures itself has to come when the window is there.
  const [isShown, setShown] = useState(false)
  const content = useRef<HTMLDivElement>(null)
  useEffect(() => setShown(true), [])
  // A form is written into from its first field on; the browser would give the focus to the sign that closes.
  useEffect(() => {
    if (isShown) content.current?.querySelector<HTMLElement>(firstField)?.focus()
  }, [isShown])
  return (
    <dialog
      ref={dialog}
      aria-label={title}
      onCancel={(event) => {
        event.preventDefault()
        onClose()
      }}
      onClick={(event) => {
        if (event.target === dialog.current) onClose()
      }}
      className={`m-auto max-h-[90dvh] w-[calc(100vw-2rem)] overflow-visible rounded-xl border border-line bg-surface p-0 text-ink shadow-2xl ${isWide ? 'max-w-4xl' : 'max-w-md'}`}
    >
      <div className="flex max-h-[90dvh] flex-col">
        <div className="flex items-center justify-between border-b border-line py-2 pr-2 pl-4">
          <h2 className="font-semibold">{title}</h2>
          <IconButton icon={X} label="Close" onClick={onClose} />
        </div>
        <div ref={content} className="overflow-y-auto p-4">
          {isShown ? children : null}
        </div>
      </div>
    </dialog>
  )
}
