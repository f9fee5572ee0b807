import type { AuditEvent } from '@cairn/sdk'
import { CircleCheck, CircleSlash } from 'lucide-react'
import type { ReactElement } from 'react'
import { type Column, DataTable } from '../../components/data-table.tsx'
import { Moment } from '../../components/moment.tsx'

/** What people call otherwise than the API does. */
const ownWords: Readonly<Record<string, string>> = { createSession: 'sign in', endSession: 'sign out' }

/** `stopExecution` → `stop execution`. */
function wordsOf(operation: string): string {
  const own = ownWords[operation]
  if (own !== undefined) return own
  return operation.replaceAll(/[A-Z]/g, (letter) => ` ${letter.toLowerCase()}`)
}

function Result({ event: { errorCode, status } }: { readonly event: AuditEvent }): ReactElement {
  const Icon = errorCode === null ? CircleCheck : CircleSlash
  return (
    <span
      className={`inline-flex items-center gap-1.5 font-medium whitespace-nowrap ${errorCode === null ? 'text-good' : 'text-bad'}`}
    >
      <Icon size={15} aria-hidden />
      {errorCode === null ? 'Done' : errorCode.replaceAll('_', ' ')}
      <span className="font-normal text-faint">{status}</span>
    </span>
  )
}

const columns: readonly Column<AuditEvent>[] = [
  { id: 'at', label: 'When', cell: ({ at }) => <Moment at={at} /> },
  {
    id: 'who',
    label: 'Who',
    cell: ({ user, token }) => (
      <div className="max-w-56 min-w-32 break-words">
        <p className="font-medium">{user?.email ?? 'nobody'}</p>
        {token === null ? null : <p className="text-faint max-sm:hidden">by {token}</p>}
      </div>
    ),
  },
  { id: 'what', label: 'What', cell: ({ operation }) => wordsOf(operation) },
  {
    id: 'resource',
    label: 'On',
    from: 'sm',
    cell: ({ resource: { kind, id, name } }) => (
      <div className="max-w-xs [overflow-wrap:anywhere]">
        <p>
          {kind} {name ?? ''}
        </p>
        {id === null ? null : <p className="font-mono text-[12px] text-faint">{id}</p>}
      </div>
    ),
  },
  { id: 'result', label: 'Result', cell: (event) => <Result event={event} /> },
  { id: 'from', label: 'From', from: 'lg', cell: ({ address }) => <span className="font-mono">{address}</span> },
  {
    id: 'request',
    label: 'Request',
    from: 'lg',
    cell: ({ requestId }) => <span className="font-mono text-[12px] text-faint">{requestId.slice(0, 8)}</span>,
  },
]

export function AuditTable({ events }: { readonly events: readonly AuditEvent[] }): ReactElement {
  return <DataTable name="Audit log" columns={columns} rows={events} rowKey={({ id }) => String(id)} />
}
