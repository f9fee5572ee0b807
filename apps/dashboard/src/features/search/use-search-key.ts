import { useEffect, useState } from 'react'

export interface SearchKey {
  readonly isOpen: boolean
  readonly open: () => void
  readonly close: () => void
}

/** Control or Command with K opens the search over everything, and closes it. */
export function useSearchKey(): SearchKey {
  const [isOpen, setOpen] = useState(false)
  useEffect(() => {
    const press = (event: KeyboardEvent): void => {
      if (event.key.toLowerCase() !== 'k' || !(event.ctrlKey || event.metaKey)) return
      event.preventDefault()
      setOpen((before) => !before)
    }
    globalThis.addEventListener('keydown', press)
    return () => globalThis.removeEventListener('keydown', press)
  }, [])
  return { isOpen, open: () => setOpen(true), close: () => setOpen(false) }
}
