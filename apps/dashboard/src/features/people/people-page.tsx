import type { Invitation, User } from '@cairn/sdk'
import { useQuery } from '@tanstack/react-query'
import { UserPlus } from 'lucide-react'
import { type ReactElement, useState } from 'react'
import { Button } from '../../components/button.tsx'
import type { Column } from '../../components/data-table.tsx'
import { ListTable } from '../../components/list-table.tsx'
import type { ListFilter } from '../../components/rows-like.ts'
import { Moment } from '../../components/moment.tsx'
import { PageHeader } from '../../components/page-header.tsx'
import { Reading } from '../../components/reading.tsx'
import { SnippetButton } from '../../components/snippet-button.tsx'
import { StatusBadge } from '../../components/status-badge.tsx'
import { useClient } from '../../session/client-context.ts'
import { InvitationLink } from './invitation-link.tsx'
import { InvitationMail } from './invitation-mail.tsx'
import { InviteDialog } from './invite-dialog.tsx'
import { mostUsers, userListQuery } from './people-queries.ts'
import { RoleField, UserActions } from './user-actions.tsx'

function columnsOf(onLink: (invitation: Invitation) => void): readonly Column<User>[] {
  return [
    {
      id: 'name',
      label: 'Name',
      sortBy: ({ name }) => name,
      cell: ({ name, email }) => (
        <div className="max-w-72 min-w-36 break-words">
          <p className="font-medium">{name}</p>
          {email === name ? null : <p className="text-faint">{email}</p>}
        </div>
      ),
    },
    { id: 'role', label: 'Role', sortBy: ({ role }) => role, cell: (user) => <RoleField user={user} /> },
    {
      id: 'status',
      label: 'Status',
      sortBy: ({ status }) => status,
      cell: ({ status, invitationMail }) => (
        <>
          <StatusBadge status={status} />
          {invitationMail === null ? null : <InvitationMail mail={invitationMail} />}
        </>
      ),
    },
    {
      id: 'seen',
      label: 'Last seen',
      from: 'md',
      sortBy: ({ lastSeenAt }) => lastSeenAt ?? '',
      cell: ({ lastSeenAt }) => <Moment at={lastSeenAt} />,
    },
    {
      id: 'actions',
      label: 'Actions',
      isLabelHidden: true,
      align: 'end',
      cell: (user) => <UserActions user={user} onLink={onLink} />,
    },
  ]
}

const statusChoices = [
  ['', 'Any status'],
  ['active', 'Active'],
  ['invited', 'Invited'],
  ['disabled', 'Disabled'],
] as const

const filter: ListFilter<User> = { label: 'Status', choices: statusChoices, of: ({ status }) => status }

export function PeoplePage(): ReactElement {
  const reading = useQuery(userListQuery(useClient()))
  const [isInviting, setInviting] = useState(false)
  const [invitation, setInvitation] = useState<Invitation | null>(null)
  return (
    <>
      <PageHeader title="People" text="Who uses this tenant, and what they may do.">
        <Button needs="manage" tone="primary" icon={UserPlus} onClick={() => setInviting(true)}>
          Invite
        </Button>
        <SnippetButton
          snippets={{
            api: 'GET /people/api/v1/users',
            cli: 'cairn users list -o table',
            sdk: 'const users = await client.people.listUsers().all()',
          }}
        />
      </PageHeader>
      {isInviting ? (
        <InviteDialog
          onClose={() => setInviting(false)}
          onInvited={(made) => {
            setInviting(false)
            setInvitation(made)
          }}
        />
      ) : null}
      {invitation === null ? null : <InvitationLink invitation={invitation} onClose={() => setInvitation(null)} />}
      <Reading of={reading}>
        {(users) => (
          <ListTable
            name="People"
            columns={columnsOf(setInvitation)}
            rows={users}
            rowKey={({ id }) => id}
            textOf={({ name, email }) => `${name} ${email}`}
            filter={filter}
            readAtMost={mostUsers}
          />
        )}
      </Reading>
    </>
  )
}
