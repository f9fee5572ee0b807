import type { CairnClient } from '@cairn/sdk'
import { useMutation } from '@tanstack/react-query'
import { type ReactElement, useState } from 'react'
import { Button } from '../../components/button.tsx'
import { ErrorNote } from '../../components/error-note.tsx'
import { Logo } from '../../components/logo.tsx'
import { signIn } from '../../session/session.ts'

export function SignInPage({
  note,
  onSignedIn,
}: {
  readonly note: string | null
  readonly onSignedIn: (client: CairnClient) => void
}): ReactElement {
  const [token, setToken] = useState('')
  const attempt = useMutation({ mutationFn: signIn, onSuccess: onSignedIn })
  return (
    <main className="mx-auto flex min-h-dvh max-w-sm flex-col justify-center px-5 pb-24">
      <title>Sign in · Cairn</title>
      <div className="mb-6 flex items-center gap-2.5">
        <Logo size={28} />
        <h1 className="text-lg font-semibold">Sign in to Cairn</h1>
      </div>
      {note === null ? null : <p className="mb-4 text-faint">{note}</p>}
      <form
        onSubmit={(event) => {
          event.preventDefault()
          attempt.mutate(token)
        }}
      >
        <label htmlFor="token" className="mb-1 block text-[13px] font-medium">
          API token
        </label>
        <input
          id="token"
          type="password"
          autoComplete="off"
          required
          value={token}
          onChange={(event) => setToken(event.target.value)}
          className="mb-1.5 h-9 w-full rounded-md border border-edge bg-surface px-3"
        />
        <p className="mb-4 text-[13px] text-faint">
          The server printed it when it started for the first time. It is kept until this tab is closed.
        </p>
        <Button type="submit" tone="primary" isBusy={attempt.isPending} className="w-full">
          Sign in
        </Button>
      </form>
      {attempt.error === null ? null : <ErrorNote error={attempt.error} className="mt-4" />}
    </main>
  )
}
