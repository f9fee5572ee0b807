import { useMutation } from '@tanstack/react-query'
import { type ReactElement, useState } from 'react'
import { Button } from '../../components/button.tsx'
import { ErrorNote } from '../../components/error-note.tsx'
import { Panel } from '../../components/panel.tsx'
import { TextField } from '../../components/field.tsx'
import { useToast } from '../../components/toasts.tsx'
import { useClient } from '../../session/client-context.ts'

const leastLength = 12

export function ChangePassword(): ReactElement {
  const client = useClient()
  const say = useToast()
  const [currentPassword, setCurrent] = useState('')
  const [newPassword, setNew] = useState('')
  const change = useMutation({
    mutationFn: () => client.people.changePassword({ newPassword, ...(currentPassword !== '' && { currentPassword }) }),
    onSuccess: () => {
      setCurrent('')
      setNew('')
      say('The password is changed. All other sessions have ended.')
    },
  })
  return (
    <Panel title="Password">
      <form
        className="max-w-sm rounded-lg border border-line bg-surface p-4"
        onSubmit={(event) => {
          event.preventDefault()
          change.mutate()
        }}
      >
        <TextField
          label="Current password"
          type="password"
          autoComplete="current-password"
          value={currentPassword}
          onChange={setCurrent}
          hint="Leave it empty if you have none yet."
        />
        <TextField
          label="New password"
          type="password"
          autoComplete="new-password"
          required
          minLength={leastLength}
          maxLength={256}
          value={newPassword}
          onChange={setNew}
          hint={`At least ${leastLength} characters.`}
        />
        {change.error === null ? null : <ErrorNote error={change.error} className="mb-3" />}
        <Button type="submit" tone="primary" isBusy={change.isPending}>
          Change the password
        </Button>
      </form>
    </Panel>
  )
}
