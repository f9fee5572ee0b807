import { type RefObject, useLayoutEffect, useRef } from 'react'

/** Of a dialog that is there as long as it is shown: the rest of the page waits, and gets the focus back where it was. */
export function useModal(): RefObject<HTMLDialogElement | null> {
  const dialog = useRef<HTMLDialogElement>(null)
  // Before the browser paints, and closed before it is taken out: a dialog that is gone already gives no focus back.
  useLayoutEffect(() => {
    const shown = dialog.current
    shown?.showModal()
    return () => shown?.close()
  }, [])
  return dialog
}
