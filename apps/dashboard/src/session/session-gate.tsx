import { type CairnClient, UnauthorizedError } from '@cairn/sdk'
import { useQueryClient } from '@tanstack/react-query'
import { lazy, type ReactElement, type ReactNode, Suspense, useEffect, useState } from 'react'
import { ClientContext } from './client-context.ts'
import { restoreSession, signOut } from './session.ts'
import { SignOutContext } from './sign-out-context.ts'

const SignInPage = lazy(async () => ({ default: (await import('../features/sign-in/sign-in-page.tsx')).SignInPage }))

type Session =
  | { readonly state: 'unknown' }
  | { readonly state: 'out'; readonly note: string | null }
  | { readonly state: 'in'; readonly client: CairnClient }

/** Shows the sign-in page until somebody is signed in, and again as soon as the server refuses who was. */
export function SessionGate({ children }: { readonly children: ReactNode }): ReactElement | null {
  const [session, setSession] = useState<Session>({ state: 'unknown' })
  const queries = useQueryClient()
  useEffect(() => {
    void restoreSession().then((client) =>
      setSession(client === null ? { state: 'out', note: null } : { state: 'in', client }),
    )
  }, [])
  const leave = async (note: string | null): Promise<void> => {
    await signOut().catch(() => undefined)
    queries.clear()
    setSession({ state: 'out', note })
  }
  useEffect(
    () =>
      queries.getQueryCache().subscribe(({ type, query }) => {
        if (type === 'updated' && query.state.error instanceof UnauthorizedError) {
          void leave('Your session has ended. Sign in again to go on where you were.')
        }
      }),
    [queries],
  )
  if (session.state === 'unknown') return null
  if (session.state === 'out') {
    return (
      <Suspense>
        <SignInPage note={session.note} onSignedIn={(client) => setSession({ state: 'in', client })} />
      </Suspense>
    )
  }
  return (
    <ClientContext value={session.client}>
      <SignOutContext value={() => void leave(null)}>{children}</SignOutContext>
    </ClientContext>
  )
}
