import type { CairnClient } from '@cairn/sdk'
import { useMutation } from '@tanstack/react-query'
import { type ReactElement, useState } from 'react'
import { Failure } from '../../components/states.tsx'
import { signIn } from '../../session/session.ts'

export function SignInPage({ onSignedIn }: { readonly onSignedIn: (client: CairnClient) => void }): ReactElement {
  const [token, setToken] = useState('')
  const attempt = useMutation({ mutationFn: signIn, onSuccess: onSignedIn })
  return (
    <main className="mx-auto max-w-sm px-4 py-24">
      <h1 className="mb-1 text-xl font-semibold">Sign in to Cairn</h1>
      <p className="mb-6 text-faint">The token is kept until this tab is closed.</p>
      <form
        onSubmit={(event) => {
          event.preventDefault()
          attempt.mutate(token)
        }}
      >
        <label htmlFor="token" className="mb-1 block font-medium">
          API token
        </label>
        <input
          id="token"
          type="password"
          autoComplete="off"
          required
          value={token}
          onChange={(event) => setToken(event.target.value)}
          className="mb-4 w-full rounded-md border border-faint bg-ground px-3 py-2"
        />
        <button
          type="submit"
          disabled={attempt.isPending}
          className="w-full cursor-pointer rounded-md bg-accent px-3 py-2 font-medium text-ground"
        >
          Sign in
        </button>
      </form>
      {attempt.error === null ? null : <Failure error={attempt.error} />}
    </main>
  )
}
