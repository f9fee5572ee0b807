import type { ServiceWake } from '@cairn/sdk'
import { useQuery } from '@tanstack/react-query'
import type { ReactElement } from 'react'
import { type Column, DataTable } from '../../components/data-table.tsx'
import { Moment } from '../../components/moment.tsx'
import { Panel } from '../../components/panel.tsx'
import { Reading } from '../../components/reading.tsx'
import { StatusBadge } from '../../components/status-badge.tsx'
import { durationText } from '../../format/time.ts'
import { refreshMs } from '../../live/refresh.ts'
import { useClient } from '../../session/client-context.ts'

const shownAtMost = 20

function outcomeOf({ outcome, durationMs, reason }: ServiceWake): string {
  if (outcome === 'failed') return `failed: ${reason ?? 'no reason is known'}`
  if (outcome === null) return `goes on${reason === null ? '' : `: ${reason}`}`
  return durationMs === null ? 'awake' : `awake after ${durationText(durationMs)}`
}

const columns: readonly Column<ServiceWake>[] = [
  { id: 'number', label: 'No.', cell: ({ number }) => number },
  { id: 'at', label: 'Asked', cell: ({ requestedAt }) => <Moment at={requestedAt} /> },
  { id: 'from', label: 'From', cell: ({ from }) => <StatusBadge status={from} /> },
  { id: 'how', label: 'How it went', cell: outcomeOf },
  { id: 'cause', label: 'Because of', from: 'md', cell: ({ cause }) => <code className="text-[12px]">{cause}</code> },
]

/** When and why a service that sleeps was woken. */
export function Wakes({ serviceId }: { readonly serviceId: string }): ReactElement {
  const client = useClient()
  const reading = useQuery({
    queryKey: ['service', serviceId, 'wakes'],
    queryFn: ({ signal }) =>
      client.services.listWakes(serviceId, { pageSize: shownAtMost }, { signal }).all({ limit: shownAtMost }),
    refetchInterval: refreshMs.resting,
  })
  return (
    <Panel title="Wakes">
      <Reading of={reading}>
        {(wakes) =>
          wakes.length === 0 ? (
            <p className="text-faint">It has not been woken yet.</p>
          ) : (
            <DataTable name="Wakes" columns={columns} rows={wakes} rowKey={({ number }) => String(number)} />
          )
        }
      </Reading>
    </Panel>
  )
}
