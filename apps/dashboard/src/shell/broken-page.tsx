import { type ErrorComponentProps, useRouter } from '@tanstack/react-router'
import type { ReactElement } from 'react'
import { ErrorNote } from '../components/error-note.tsx'

/** In place of a page that could not be drawn, or whose code could not be loaded. */
export function BrokenPage({ error, reset }: ErrorComponentProps): ReactElement {
  const router = useRouter()
  return (
    <ErrorNote
      error={error instanceof Error ? error : new Error(String(error))}
      onRetry={() => {
        reset()
        void router.invalidate()
      }}
    />
  )
}
