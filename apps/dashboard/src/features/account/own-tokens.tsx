import type { TokenSummary } from '@cairn/sdk'
import { useQuery, useQueryClient } from '@tanstack/react-query'
import { KeyRound, Plus } from 'lucide-react'
import { type ReactElement, useState } from 'react'
import { Button } from '../../components/button.tsx'
import { ConfirmButton } from '../../components/confirm-button.tsx'
import { type Column, DataTable } from '../../components/data-table.tsx'
import { EmptyState } from '../../components/empty-state.tsx'
import { Moment } from '../../components/moment.tsx'
import { Panel } from '../../components/panel.tsx'
import { Reading } from '../../components/reading.tsx'
import { useClient } from '../../session/client-context.ts'
import { tokenListQuery } from '../people/people-queries.ts'
import { CreateTokenDialog } from './create-token-dialog.tsx'

function Revoke({ token }: { readonly token: TokenSummary }): ReactElement {
  const client = useClient()
  const queries = useQueryClient()
  const revoke = async (): Promise<void> => {
    await client.people.revokeToken(token.id)
    await queries.invalidateQueries({ queryKey: ['token'] })
  }
  return (
    <ConfirmButton label="Revoke" isSmall tone="danger" question={`Revoke ${token.label}?`} onConfirm={revoke}>
      What uses it is refused from now on, and browsers that signed in with it are signed out.
    </ConfirmButton>
  )
}

const columns: readonly Column<TokenSummary>[] = [
  {
    id: 'label',
    label: 'For',
    cell: ({ label }) => <span className="font-medium [overflow-wrap:anywhere]">{label}</span>,
  },
  { id: 'scope', label: 'May', cell: ({ scope }) => scope },
  { id: 'used', label: 'Last used', cell: ({ lastUsedAt }) => <Moment at={lastUsedAt} /> },
  {
    id: 'ends',
    label: 'Ends',
    from: 'sm',
    cell: ({ expiresAt }) => (expiresAt === null ? 'never' : <Moment at={expiresAt} />),
  },
  { id: 'made', label: 'Made', from: 'md', cell: ({ createdAt }) => <Moment at={createdAt} /> },
  { id: 'actions', label: 'Actions', isLabelHidden: true, align: 'end', cell: (token) => <Revoke token={token} /> },
]

export function OwnTokens(): ReactElement {
  const reading = useQuery(tokenListQuery(useClient(), null))
  const [isMaking, setMaking] = useState(false)
  return (
    <Panel
      title="Tokens"
      actions={
        <Button isSmall icon={Plus} onClick={() => setMaking(true)}>
          New token
        </Button>
      }
    >
      {isMaking ? <CreateTokenDialog onClose={() => setMaking(false)} /> : null}
      <Reading of={reading}>
        {(tokens) =>
          tokens.length === 0 ? (
            <EmptyState
              icon={KeyRound}
              title="No token yet"
              text="A token speaks for you in scripts, on the command line and in the SDK, and may be limited to less."
              command="cairn tokens create nightly --scope run --expires-in-days 90"
            />
          ) : (
            <DataTable name="Tokens" columns={columns} rows={tokens} rowKey={({ id }) => id} />
          )
        }
      </Reading>
    </Panel>
  )
}
