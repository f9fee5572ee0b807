import type { SecretSummary } from '@cairn/sdk'
import { useQuery, useQueryClient } from '@tanstack/react-query'
import { KeyRound, Plus } from 'lucide-react'
import { type ReactElement, useState } from 'react'
import { Button } from '../../components/button.tsx'
import { ConfirmButton } from '../../components/confirm-button.tsx'
import type { Column } from '../../components/data-table.tsx'
import { EmptyState } from '../../components/empty-state.tsx'
import { ListTable } from '../../components/list-table.tsx'
import { Moment } from '../../components/moment.tsx'
import { PageHeader } from '../../components/page-header.tsx'
import { Reading } from '../../components/reading.tsx'
import { SnippetButton } from '../../components/snippet-button.tsx'
import { refreshMs } from '../../live/refresh.ts'
import { useClient } from '../../session/client-context.ts'
import { SecretDialog } from './secret-dialog.tsx'
import { SecretUsers } from './secret-users.tsx'

/** No more are read at once. */
const shownAtMost = 500

function SecretActions({ secret: { name, usedByCount } }: { readonly secret: SecretSummary }): ReactElement {
  const client = useClient()
  const queries = useQueryClient()
  const [isRotating, setRotating] = useState(false)
  return (
    <span className="flex justify-end gap-1">
      <Button needs="write" isSmall onClick={() => setRotating(true)}>
        Rotate
      </Button>
      <ConfirmButton
        needs="write"
        label="Delete"
        isSmall
        tone="danger"
        question={`Delete ${name}?`}
        onConfirm={async () => {
          await client.secrets.deleteSecret(name)
          await queries.invalidateQueries({ queryKey: ['secret'] })
        }}
      >
        {usedByCount === 0
          ? 'Nothing uses it. Its value cannot be got back.'
          : 'It is in use, so it will be refused until nothing names it.'}
      </ConfirmButton>
      {isRotating ? <SecretDialog name={name} onClose={() => setRotating(false)} /> : null}
    </span>
  )
}

const columns: readonly Column<SecretSummary>[] = [
  {
    id: 'name',
    label: 'Name',
    sortBy: ({ name }) => name,
    cell: ({ name }) => <code className="font-medium">{name}</code>,
  },
  {
    id: 'users',
    label: 'Used by',
    sortBy: ({ usedByCount }) => usedByCount,
    cell: (secret) => <SecretUsers secret={secret} />,
  },
  { id: 'version', label: 'Version', from: 'md', align: 'end', cell: ({ version }) => version },
  { id: 'by', label: 'Changed by', from: 'md', cell: ({ updatedBy }) => updatedBy },
  {
    id: 'changed',
    label: 'Changed',
    from: 'sm',
    sortBy: ({ updatedAt }) => updatedAt,
    cell: ({ updatedAt }) => <Moment at={updatedAt} />,
  },
  {
    id: 'actions',
    label: 'Actions',
    isLabelHidden: true,
    align: 'end',
    cell: (secret) => <SecretActions secret={secret} />,
  },
]

export function SecretsPage(): ReactElement {
  const client = useClient()
  const [isCreating, setCreating] = useState(false)
  const reading = useQuery({
    queryKey: ['secret', 'list'],
    queryFn: ({ signal }) =>
      client.secrets.listSecrets({ pageSize: shownAtMost }, { signal }).all({ limit: shownAtMost }),
    refetchInterval: refreshMs.resting,
  })
  return (
    <>
      <PageHeader
        title="Secrets"
        text="Values go in and never come out: steps, builds and services are given them by name."
      >
        <Button needs="write" tone="primary" icon={Plus} onClick={() => setCreating(true)}>
          New secret
        </Button>
        <SnippetButton
          snippets={{
            api: 'GET /secrets/api/v1/secrets',
            cli: 'cairn secrets list',
            sdk: 'const secrets = await client.secrets.listSecrets().all()',
          }}
        />
      </PageHeader>
      <Reading of={reading}>
        {(secrets) =>
          secrets.length === 0 ? (
            <EmptyState
              icon={KeyRound}
              title="No secret yet"
              text="A secret is a value that steps, builds and services get by its name, and that no log and no answer shows."
              command="cairn secrets set db-password"
            />
          ) : (
            <ListTable
              name="Secrets"
              columns={columns}
              rows={secrets}
              rowKey={({ name }) => name}
              textOf={({ name }) => name}
              readAtMost={shownAtMost}
            />
          )
        }
      </Reading>
      {isCreating ? <SecretDialog name={null} onClose={() => setCreating(false)} /> : null}
    </>
  )
}
