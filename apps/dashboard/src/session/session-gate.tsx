import { UnauthorizedError } from '@cairn/sdk'
import { useQueryClient } from '@tanstack/react-query'
import { lazy, type ReactElement, type ReactNode, Suspense, useCallback, useEffect, useState } from 'react'
import { ErrorNote } from '../components/error-note.tsx'
import { SignedInContext } from './client-context.ts'
import { restoreSession, type SignedIn } from './session.ts'
import { SignOut } from './sign-out.tsx'

const SignInPage = lazy(async () => ({ default: (await import('../features/sign-in/sign-in-page.tsx')).SignInPage }))

type State =
  | { readonly is: 'unknown'; readonly error: Error | null }
  | { readonly is: 'out'; readonly note: string | null }
  | { readonly is: 'in'; readonly signedIn: SignedIn }

/** Shows the sign-in page until somebody is signed in, and again as soon as the server refuses who was. */
export function SessionGate({ children }: { readonly children: ReactNode }): ReactElement | null {
  const [state, setState] = useState<State>({ is: 'unknown', error: null })
  const queries = useQueryClient()
  const restore = useCallback(() => {
    setState({ is: 'unknown', error: null })
    restoreSession().then(
      (signedIn) => setState(signedIn === null ? { is: 'out', note: null } : { is: 'in', signedIn }),
      (error: unknown) => setState({ is: 'unknown', error: error instanceof Error ? error : new Error(String(error)) }),
    )
  }, [])
  useEffect(restore, [restore])
  const leave = useCallback(
    (note: string | null): void => {
      queries.clear()
      setState({ is: 'out', note })
    },
    [queries],
  )
  useEffect(
    () =>
      queries.getQueryCache().subscribe(({ type, query }) => {
        if (type === 'updated' && query.state.error instanceof UnauthorizedError) {
          leave('Your session has ended. Sign in again to go on where you were.')
        }
      }),
    [queries, leave],
  )
  if (state.is === 'unknown') {
    return state.error === null ? null : <ErrorNote error={state.error} onRetry={restore} className="m-6" />
  }
  if (state.is === 'out') {
    return (
      <Suspense>
        <SignInPage note={state.note} onSignedIn={(signedIn) => setState({ is: 'in', signedIn })} />
      </Suspense>
    )
  }
  return (
    <SignedInContext value={state.signedIn}>
      <SignOut signedIn={state.signedIn} onSignedOut={() => leave(null)}>
        {children}
      </SignOut>
    </SignedInContext>
  )
}
