import { Check, Copy } from 'lucide-react'
import { type ReactElement, useEffect, useState } from 'react'
import { IconButton } from './button.tsx'
import { useToast } from './toasts.tsx'

/** Milliseconds for which it says that it copied. */
const praiseMs = 1_500

export function CopyButton({ text, label }: { readonly text: string; readonly label: string }): ReactElement {
  const [isCopied, setCopied] = useState(false)
  useEffect(() => {
    if (!isCopied) return undefined
    const timer = setTimeout(() => setCopied(false), praiseMs)
    return () => clearTimeout(timer)
  }, [isCopied])
  const say = useToast()
  const copy = async (): Promise<void> => {
    try {
      // Pages that came by http from another machine have no clipboard.
      await navigator.clipboard.writeText(text)
      setCopied(true)
    } catch {
      say('This browser does not let the page copy. Mark the text and copy it by hand.', 'bad')
    }
  }
  return <IconButton icon={isCopied ? Check : Copy} label={isCopied ? 'Copied' : label} onClick={() => void copy()} />
}
