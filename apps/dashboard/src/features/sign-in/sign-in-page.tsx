import { useMutation, useQuery } from '@tanstack/react-query'
import { type ReactElement, useState } from 'react'
import { Button, buttonClass } from '../../components/button.tsx'
import { ErrorNote } from '../../components/error-note.tsx'
import { Tabs } from '../../components/tabs.tsx'
import { TextField } from '../../components/field.tsx'
import { newClient, type SignedIn, signIn } from '../../session/session.ts'
import { OutsideFrame } from './outside-frame.tsx'

interface Entered {
  readonly token: string
  readonly email: string
  readonly password: string
}

interface FieldsProps {
  readonly entered: Entered
  readonly onEnter: (change: Partial<Entered>) => void
}

function TokenField({ entered, onEnter }: FieldsProps): ReactElement {
  return (
    <TextField
      label="API token"
      type="password"
      autoComplete="off"
      required
      value={entered.token}
      onChange={(token) => onEnter({ token })}
      hint="The server printed one when it started for the first time."
    />
  )
}

function PasswordFields({ entered, onEnter }: FieldsProps): ReactElement {
  return (
    <>
      <TextField
        label="E-mail"
        type="email"
        autoComplete="username"
        required
        value={entered.email}
        onChange={(email) => onEnter({ email })}
      />
      <TextField
        label="Password"
        type="password"
        autoComplete="current-password"
        required
        value={entered.password}
        onChange={(password) => onEnter({ password })}
        hint="An admin makes another link for who forgot it."
      />
    </>
  )
}

/** The way by the provider of identities, where the server has one; it comes back to this address. */
function ProviderLink(): ReactElement | null {
  const { data } = useQuery({ queryKey: ['sign-in-ways'], queryFn: () => newClient().people.listSignInWays() })
  const provider = data?.provider ?? null
  if (provider === null) return null
  const { pathname, search } = globalThis.location
  const query = new URLSearchParams({ path: `${pathname}${search}` })
  return (
    <a href={`${provider.path}?${query.toString()}`} className={`${buttonClass('plain')} mb-4 w-full`}>
      Sign in with {provider.name}
    </a>
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
  const [entered, setEntered] = useState<Entered>({ token: '', email: '', password: '' })
  const onEnter = (change: Partial<Entered>): void => setEntered({ ...entered, ...change })
  const { token, email, password } = entered
  const proof = by === 'token' ? { token: token.trim() } : { email: email.trim(), password }
  const attempt = useMutation({ mutationFn: () => signIn(proof), onSuccess: onSignedIn })
  const Fields = by === 'token' ? TokenField : PasswordFields
  return (
    <OutsideFrame title="Sign in to Cairn">
      {note === null ? null : <p className="mb-4 text-faint">{note}</p>}
      <ProviderLink />
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
          <Fields entered={entered} onEnter={onEnter} />
        </Tabs>
        <Button type="submit" tone="primary" isBusy={attempt.isPending} className="mt-1 w-full">
          Sign in
        </Button>
      </form>
      {attempt.error === null ? null : <ErrorNote error={attempt.error} className="mt-4" />}
    </OutsideFrame>
  )
}
