import { useMutation } from '@tanstack/react-query'
import { type ReactElement, useState } from 'react'
import { Button } from '../../components/button.tsx'
import { ErrorNote } from '../../components/error-note.tsx'
import { TextField } from '../../components/field.tsx'
import { newClient } from '../../session/session.ts'
import { OutsideFrame } from '../sign-in/outside-frame.tsx'

const leastLength = 12

/** Sets the password of who opens the link of an invitation, and signs them in. */
export function InvitationPage(): ReactElement {
  const [token] = useState(() => globalThis.location.hash.slice(1))
  const [name, setName] = useState('')
  const [password, setPassword] = useState('')
  const accept = useMutation({
    mutationFn: () => newClient().people.acceptInvitation({ token, password, ...(name !== '' && { name }) }),
    // A fresh page: nothing of the link stays in this one.
    onSuccess: () => globalThis.location.replace('/'),
  })
  return (
    <OutsideFrame title="Welcome to Cairn">
      {token === '' ? (
        <p className="text-faint">This is not a whole link. Open it as it was given to you.</p>
      ) : (
        <form
          onSubmit={(event) => {
            event.preventDefault()
            accept.mutate()
          }}
        >
          <p className="mb-4 text-faint">Choose a password. You sign in with it and your e-mail from now on.</p>
          <TextField
            label="Your name"
            autoComplete="name"
            maxLength={256}
            value={name}
            onChange={setName}
            hint="As others see it. May be left empty."
          />
          <TextField
            label="Password"
            type="password"
            autoComplete="new-password"
            required
            minLength={leastLength}
            maxLength={256}
            value={password}
            onChange={setPassword}
            hint={`At least ${leastLength} characters.`}
          />
          <Button type="submit" tone="primary" isBusy={accept.isPending} className="mt-1 w-full">
            Set the password and sign in
          </Button>
        </form>
      )}
      {accept.error === null ? null : <ErrorNote error={accept.error} className="mt-4" />}
    </OutsideFrame>
  )
}
