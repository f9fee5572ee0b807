import { useMutation } from '@tanstack/react-query'
import { type ReactElement, type ReactNode, useState } from 'react'
import { Button } from '../components/button.tsx'
import { Dialog } from '../components/dialog.tsx'
import { ErrorNote } from '../components/error-note.tsx'
import { type SignedIn, signOut } from './session.ts'
import { SignOutContext } from './sign-out-context.ts'

/** Lets what is inside end the session, and says so when that did not work: the browser then still holds what proves who it is. */
export function SignOut({
  signedIn,
  onSignedOut,
  children,
}: {
  readonly signedIn: SignedIn
  readonly onSignedOut: () => void
  readonly children: ReactNode
}): ReactElement {
  const [failure, setFailure] = useState<Error | null>(null)
  const attempt = useMutation({
    mutationFn: () => signOut(signedIn.client),
    // Without a network it has to fail, not to wait for one.
    networkMode: 'always',
    onSuccess: (providerUrl) => {
      if (providerUrl === null) onSignedOut()
      else globalThis.location.assign(providerUrl)
    },
    onError: setFailure,
  })
  const close = (): void => setFailure(null)
  return (
    <SignOutContext value={() => attempt.mutate()}>
      {children}
      {failure === null ? null : (
        <Dialog title="You are still signed in" onClose={close}>
          <p className="mb-3">
            Signing out did not work. Until it does, whoever uses this browser can go on in your name.
          </p>
          <ErrorNote error={failure} />
          <div className="mt-4 flex justify-end gap-2">
            <Button onClick={close}>Stay signed in</Button>
            <Button tone="primary" isBusy={attempt.isPending} onClick={() => attempt.mutate()}>
              Try again
            </Button>
          </div>
        </Dialog>
      )}
    </SignOutContext>
  )
}
