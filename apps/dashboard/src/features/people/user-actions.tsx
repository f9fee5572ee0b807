import type { Invitation, Role, UpdateUserBody, User } from '@cairn/sdk'
import { useQueryClient } from '@tanstack/react-query'
import type { ReactElement } from 'react'
import { ConfirmButton } from '../../components/confirm-button.tsx'
import { ChoiceField } from '../../components/search-field.tsx'
import { useChange } from '../../components/use-change.ts'
import { useClient, useSession } from '../../session/client-context.ts'

const roles: readonly (readonly [value: Role, label: string])[] = [
  ['viewer', 'Viewer'],
  ['editor', 'Editor'],
  ['admin', 'Admin'],
]

function useUpdate({ id, name }: User) {
  const client = useClient()
  return useChange({
    change: (change: UpdateUserBody) => client.people.updateUser(id, change),
    keys: [['user']],
    said: `${name} was changed.`,
  })
}

export function RoleField({ user }: { readonly user: User }): ReactElement {
  const change = useUpdate(user)
  return (
    <ChoiceField
      needs="manage"
      label={`Role of ${user.name}`}
      value={user.role}
      choices={roles}
      onChange={(next) => {
        const role = roles.find(([each]) => each === next)?.[0]
        if (role !== undefined) change.mutate({ role })
      }}
    />
  )
}

/** What an admin does with a user; not with oneself. */
export function UserActions({
  user,
  onLink,
}: {
  readonly user: User
  readonly onLink: (invitation: Invitation) => void
}): ReactElement | null {
  const client = useClient()
  const queries = useQueryClient()
  const own = useSession().user.id
  const change = useUpdate(user)
  if (user.id === own) return <span className="text-faint">you</span>
  const isOut = user.status === 'disabled'
  const remove = async (): Promise<void> => {
    await client.people.deleteUser(user.id)
    await queries.invalidateQueries({ queryKey: ['user'] })
  }
  return (
    <span className="relative inline-flex flex-wrap justify-end gap-1">
      {isOut ? null : (
        <ConfirmButton
          needs="manage"
          label="New link"
          isSmall
          question={`Make another link for ${user.name}?`}
          onConfirm={async () => onLink(await client.people.renewInvitation(user.id))}
        >
          It sets a new password, also for who forgot the old one. A link that is still open ends.
        </ConfirmButton>
      )}
      <ConfirmButton
        needs="manage"
        label={isOut ? 'Enable' : 'Disable'}
        isSmall
        question={isOut ? `Let ${user.name} in again?` : `Keep ${user.name} out?`}
        onConfirm={() => change.mutateAsync({ disabled: !isOut })}
      >
        {isOut
          ? 'Tokens count again; sessions and links have ended.'
          : 'No token counts from now on; sessions and links end.'}
      </ConfirmButton>
      <ConfirmButton
        needs="manage"
        label="Delete"
        isSmall
        tone="danger"
        question={`Delete ${user.name}?`}
        onConfirm={remove}
      >
        Tokens and sessions go as well. What {user.name} made stays.
      </ConfirmButton>
    </span>
  )
}
