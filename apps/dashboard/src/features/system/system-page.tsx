import type { DiskAnswer, SystemReport } from '@cairn/sdk'
import { useQuery } from '@tanstack/react-query'
import { CircleCheck, CircleX } from 'lucide-react'
import type { ReactElement } from 'react'
import { DataTable } from '../../components/data-table.tsx'
import { Moment } from '../../components/moment.tsx'
import { PageHeader } from '../../components/page-header.tsx'
import { Facts, Panel } from '../../components/panel.tsx'
import { Reading } from '../../components/reading.tsx'
import { SnippetButton } from '../../components/snippet-button.tsx'
import { bytesText } from '../../format/bytes.ts'
import { refreshMs, refreshOf } from '../../live/refresh.ts'
import { useClient } from '../../session/client-context.ts'
import { useRefusal } from '../../session/use-may.ts'
import { Backups } from './backups.tsx'
import { DiskUse } from './disk-use.tsx'
import { Health } from './health.tsx'

/** Runs that are under way or wait, and work that is due. */
function isAtWork({ liveExecutions, queue }: SystemReport): boolean {
  return queue.length > 0 || Object.values(liveExecutions).some((count) => count > 0)
}

function Engines({ engines }: Pick<SystemReport, 'engines'>): ReactElement {
  if (engines.length === 0) {
    return (
      <p className="flex items-center gap-2 rounded-lg border border-line bg-bad-soft px-4 py-3 text-bad">
        <CircleX size={16} aria-hidden />
        No engine is alive: nothing starts until one is.
      </p>
    )
  }
  return (
    <DataTable
      name="Engines"
      columns={[
        { id: 'id', label: 'Id', cell: ({ id }) => <code>{id.slice(0, 8)}</code> },
        { id: 'started', label: 'Started', cell: ({ startedAt }) => <Moment at={startedAt} /> },
      ]}
      rows={engines}
      rowKey={({ id }) => id}
    />
  )
}

function Queue({ queue }: Pick<SystemReport, 'queue'>): ReactElement {
  if (queue.length === 0) {
    return (
      <p className="flex items-center gap-2 rounded-lg border border-line bg-surface px-4 py-3">
        <CircleCheck size={16} aria-hidden className="text-good" />
        Nothing waits for an engine.
      </p>
    )
  }
  return (
    <DataTable
      name="What is due"
      columns={[
        { id: 'kind', label: 'Kind', cell: ({ kind }) => kind },
        { id: 'due', label: 'Due', align: 'end', cell: ({ due }) => due },
        { id: 'oldest', label: 'Since', cell: ({ oldestDueAt }) => <Moment at={oldestDueAt} /> },
      ]}
      rows={queue}
      rowKey={({ kind }) => kind}
    />
  )
}

function Report({
  report,
  disk,
}: {
  readonly report: SystemReport
  readonly disk: DiskAnswer | undefined
}): ReactElement {
  const { server, database, machine, liveExecutions } = report
  const { waiting, queued, running, stopping } = liveExecutions
  return (
    <>
      <Facts
        entries={[
          ['Cairn', server.version],
          ['Started', <Moment key="started" at={server.startedAt} />],
          ['Runs now', running + stopping],
          ['Runs that wait', waiting + queued],
          ['Database', `PostgreSQL ${database.version}`],
          ['Size of the database', bytesText(database.sizeBytes)],
          ['Migrations', database.migrations],
          ['Machine', machine === null ? 'no answer' : `${machine.cpus} CPUs, ${bytesText(machine.memoryBytes)}`],
        ]}
      />
      <div className="grid gap-x-6 lg:grid-cols-2">
        <Panel title="Engines">
          <Engines engines={report.engines} />
        </Panel>
        <Panel title="Queue">
          <Queue queue={report.queue} />
        </Panel>
      </div>
      {disk === undefined ? null : <DiskUse disk={disk} />}
      <Backups />
    </>
  )
}

function WholeReport(): ReactElement {
  const client = useClient()
  const reading = useQuery({
    queryKey: ['system', 'report'],
    queryFn: ({ signal }) => client.system.getReport({ signal }),
    refetchInterval: ({ state: { data } }) => refreshOf(data && isAtWork(data)),
  })
  const disk = useQuery({
    queryKey: ['system', 'disk'],
    queryFn: ({ signal }) => client.images.getDisk({ signal }),
    refetchInterval: refreshMs.resting,
  })
  return <Reading of={reading}>{(report) => <Report report={report} disk={disk.data} />}</Reading>
}

const wholeSnippets = {
  api: 'GET /system/api/v1/report',
  cli: 'cairn system report',
  sdk: 'const report = await client.system.getReport()',
}
const healthSnippets = {
  api: 'GET /system/api/v1/health',
  cli: 'cairn system health',
  sdk: 'const health = await client.system.getHealth()',
}

/** Admins see the whole installation, everybody else whether it works. */
export function SystemPage(): ReactElement {
  const refusal = useRefusal('manage')
  return (
    <>
      <PageHeader title="System">
        <SnippetButton snippets={refusal === null ? wholeSnippets : healthSnippets} />
      </PageHeader>
      {refusal === null ? <WholeReport /> : <Health refusal={refusal} />}
    </>
  )
}
