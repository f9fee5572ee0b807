import { useMutation } from '@tanstack/react-query'
import { type ReactElement, useState } from 'react'
import { Button } from '../../components/button.tsx'
import { ErrorNote } from '../../components/error-note.tsx'
import { Logo } from '../../components/logo.tsx'
import { Tabs } from '../../components/tabs.tsx'
import { type SignedIn, signIn } from '../../session/session.ts'

function Field({
  label,
  type,
  autoComplete,
  value,
  onChange,
}: {
  readonly label: string
  readonly type: 'email' | 'password'
  readonly autoComplete: string
  readonly value: string
  readonly onChange: (value: string) => void
}): ReactElement {
  return (
    <label className="mb-4 block text-[13px] font-medium">
      {label}
      <input
        type={type}
        autoComplete={autoComplete}
        required
        value={value}
        onChange={(event) => onChange(event.target.value)}
        className="mt-1 h-9 w-full rounded-md border border-edge bg-surface px-3 text-sm font-normal"
      />
    </label>
  )
}

export function SignInPage({
  note,
  onSignedIn,
}: {
  readonly note: string | null
  readonly onSignedIn: (signedIn: SignedIn) => void
}): ReactElement {
  const [by, setBy] = useState<'token' | 'password'>('token')
  const [token, setToken] = useState('')
  const [email, setEmail] = useState('')
  const [password, setPassword] = useState('')
  const proof = by === 'token' ? { token: token.trim() } : { email: email.trim(), password }
  const attempt = useMutation({ mutationFn: () => signIn(proof), onSuccess: onSignedIn })
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
          attempt.mutate()
        }}
      >
        <Tabs
          name="Sign in by"
          tabs={[
            { id: 'token', label: 'Token' },
            { id: 'password', label: 'Password' },
          ]}
          selected={by}
          onSelect={setBy}
        >
          {by === 'token' ? (
            <Field label="API token" type="password" autoComplete="off" value={token} onChange={setToken} />
          ) : (
            <>
              <Field label="E-mail" type="email" autoComplete="username" value={email} onChange={setEmail} />
              <Field
                label="Password"
                type="password"
                autoComplete="current-password"
                value={password}
                onChange={setPassword}
              />
            </>
          )}
        </Tabs>
        <Button type="submit" tone="primary" isBusy={attempt.isPending} className="w-full">
          Sign in
        </Button>
      </form>
      <p className="mt-3 text-[13px] text-faint">The server printed a token when it started for the first time.</p>
      {attempt.error === null ? null : <ErrorNote error={attempt.error} className="mt-4" />}
    </main>
  )
}
