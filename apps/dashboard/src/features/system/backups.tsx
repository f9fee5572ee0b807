import type { Backup, BackupPage } from '@cairn/sdk'
import { useQuery } from '@tanstack/react-query'
import { Archive } from 'lucide-react'
import type { ReactElement } from 'react'
import { Button } from '../../components/button.tsx'
import { type Column, DataTable } from '../../components/data-table.tsx'
import { EmptyState } from '../../components/empty-state.tsx'
import { Moment } from '../../components/moment.tsx'
import { Panel } from '../../components/panel.tsx'
import { Reading } from '../../components/reading.tsx'
import { StatusBadge } from '../../components/status-badge.tsx'
import type { ShownStatus } from '../../components/status-table.ts'
import { useChange } from '../../components/use-change.ts'
import { bytesText } from '../../format/bytes.ts'
import { useClient } from '../../session/client-context.ts'
import { backupsQuery } from './backup-queries.ts'

const shownAs: Readonly<Record<Backup['status'], ShownStatus>> = {
  queued: 'Queued',
  running: 'Running',
  completed: 'Success',
  failed: 'Failed',
}

function Proof({ proof }: { readonly proof: Backup['proof'] }): ReactElement {
  if (proof === null) return <span className="text-faint">not tried</span>
  if (proof.status === 'running') return <StatusBadge status="Running" />
  return <StatusBadge status={proof.status} />
}

/** What was read of it, or what went wrong with it. */
function Remark({ error, proof, isKept, status }: Backup): ReactElement {
  const trouble = error ?? proof?.error ?? null
  if (trouble !== null) return <span className="text-bad [overflow-wrap:anywhere]">{trouble}</span>
  if (status === 'completed' && !isKept) return <span className="text-faint">removed for newer ones</span>
  if (proof?.rows === null || proof?.rows === undefined) return <span className="text-faint">–</span>
  return (
    <span className="text-faint">
      {proof.rows.toLocaleString('en')} rows, {(proof.objects ?? 0).toLocaleString('en')} objects
    </span>
  )
}

const columns: readonly Column<Backup>[] = [
  { id: 'at', label: 'When', cell: ({ startedAt, createdAt }) => <Moment at={startedAt ?? createdAt} /> },
  { id: 'status', label: 'Made', cell: ({ status }) => <StatusBadge status={shownAs[status]} /> },
  { id: 'proof', label: 'Restored', cell: ({ proof }) => <Proof proof={proof} /> },
  {
    id: 'size',
    label: 'Size',
    align: 'end',
    from: 'sm',
    cell: ({ sizeBytes }) => (sizeBytes === null ? '–' : bytesText(sizeBytes)),
  },
  { id: 'remark', label: 'Read', cell: (backup) => <Remark {...backup} /> },
]

function Plan({ plan }: { readonly plan: NonNullable<BackupPage['plan']> }): ReactElement {
  return (
    <p className="mb-2 text-faint">
      <a href="/docs/operations#backup-and-restore" className="text-accent underline">
        Made
      </a>{' '}
      by the schedule <code>{plan.schedule}</code> (UTC), next <Moment at={plan.nextAt} />; the newest {plan.keep} are
      kept. {plan.isProven ? 'Each is restored aside and read whole.' : 'None is tried.'}
    </p>
  )
}

/** Copies of the installation, and whether they could be restored. */
export function Backups(): ReactElement {
  const client = useClient()
  const reading = useQuery(backupsQuery(client))
  const make = useChange({
    change: () => client.system.makeBackup(),
    keys: [['system', 'backups']],
    said: 'A backup is being made',
  })
  return (
    <Panel
      title="Backups"
      actions={
        reading.data?.plan == null ? undefined : (
          <Button isSmall icon={Archive} needs="manage" isBusy={make.isPending} onClick={() => make.mutate(undefined)}>
            Back up now
          </Button>
        )
      }
    >
      <Reading of={reading}>
        {({ plan, backups }) =>
          plan === null ? (
            <EmptyState
              icon={Archive}
              title="No backups are made here"
              text="Name a directory, best on another disk, and the server copies the database, the objects and the keys every night and tries each copy. An external database is backed up by its own tools."
              command="CAIRN_BACKUP_DIRECTORY=/backups npm start"
            />
          ) : (
            <>
              <Plan plan={plan} />
              <DataTable name="Backups" columns={columns} rows={backups} rowKey={({ id }) => String(id)} />
            </>
          )
        }
      </Reading>
    </Panel>
  )
}
