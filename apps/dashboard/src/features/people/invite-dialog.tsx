import type { Invitation, Role } from '@cairn/sdk'
import { useMutation, useQueryClient } from '@tanstack/react-query'
import { type ReactElement, useState } from 'react'
import { DialogForm } from '../../components/dialog-form.tsx'
import { SelectField, TextField } from '../../components/field.tsx'
import { useClient } from '../../session/client-context.ts'
import { roleChoices } from './people-queries.ts'

/** Adds a user. */
export function InviteDialog({
  onClose,
  onInvited,
}: {
  readonly onClose: () => void
  readonly onInvited: (invitation: Invitation) => void
}): ReactElement {
  const client = useClient()
  const queries = useQueryClient()
  const [email, setEmail] = useState('')
  const [name, setName] = useState('')
  const [role, setRole] = useState<Role>('viewer')
  const invite = useMutation({
    mutationFn: () => client.people.inviteUser({ email, role, ...(name !== '' && { name }) }),
    onSuccess: (invitation) => {
      void queries.invalidateQueries({ queryKey: ['user'] })
      onInvited(invitation)
    },
  })
  return (
    <DialogForm
      title="Invite somebody"
      submitLabel="Make the link"
      onClose={onClose}
      onSubmit={() => invite.mutate()}
      action={invite}
    >
      <TextField label="E-mail" type="email" required autoComplete="off" value={email} onChange={setEmail} />
      <TextField label="Name" autoComplete="off" maxLength={256} value={name} onChange={setName} />
      <SelectField label="Role" value={role} choices={roleChoices} onChange={setRole} />
    </DialogForm>
  )
}
