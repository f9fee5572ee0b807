import { CircleCheck, CircleX } from 'lucide-react'
import { createContext, type ReactElement, type ReactNode, useCallback, useContext, useState } from 'react'

/** Milliseconds for which a message stays. */
const stayMs = 5_000

type Say = (text: string, tone?: 'good' | 'bad') => void

interface Toast {
  readonly id: number
  readonly text: string
  readonly tone: 'good' | 'bad'
}

const ToastContext = createContext<Say>(() => undefined)

/** Says in passing how something went. */
export function useToast(): Say {
  return useContext(ToastContext)
}

export function Toasts({ children }: { readonly children: ReactNode }): ReactElement {
  const [toasts, setToasts] = useState<readonly Toast[]>([])
  const say = useCallback<Say>((text, tone = 'good') => {
    const id = Math.random()
    setToasts((before) => [...before, { id, text, tone }])
    setTimeout(() => setToasts((before) => before.filter((toast) => toast.id !== id)), stayMs)
  }, [])
  return (
    <ToastContext value={say}>
      {children}
      <div role="status" className="pointer-events-none fixed right-4 bottom-4 z-50 flex flex-col items-end gap-2">
        {toasts.map(({ id, text, tone }) => (
          <p
            key={id}
            className="flex max-w-sm items-start gap-2 rounded-lg border border-line bg-surface px-3 py-2 shadow-lg [overflow-wrap:anywhere]"
          >
            {tone === 'good' ? (
              <CircleCheck size={16} aria-hidden className="mt-0.5 shrink-0 text-good" />
            ) : (
              <CircleX size={16} aria-hidden className="mt-0.5 shrink-0 text-bad" />
            )}
            {text}
          </p>
        ))}
      </div>
    </ToastContext>
  )
}
