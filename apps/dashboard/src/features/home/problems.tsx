import type { BackupPage, ServiceSummary, SystemHealth, WorkflowSummary } from '@cairn/sdk'
import { useQuery } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import { CircleAlert, CircleCheck } from 'lucide-react'
import type { ReactElement } from 'react'
import { Moment } from '../../components/moment.tsx'
import { Panel } from '../../components/panel.tsx'
import { StatusIcon } from '../../components/status-badge.tsx'
import { refreshMs } from '../../live/refresh.ts'
import { useClient } from '../../session/client-context.ts'
import { useMay } from '../../session/use-may.ts'
import { backupsQuery } from '../system/backup-queries.ts'
import { mostRecentRuns } from '../workflows/workflow-queries.ts'
import { type Failing, failingSince } from './failing-since.ts'
import { type Row, Rows } from './rows.tsx'
import { RunLink } from './run-link.tsx'

const mostServices = 200

/** How many runs in a row failed, where it was more than one. */
function runsOf({ runs, isOlder }: Failing, known: number): string {
  const mayBeMore = isOlder && known === mostRecentRuns
  return runs === 1 ? '' : `${runs} ${mayBeMore ? 'runs or more' : 'runs'}: `
}

/** Workflows of which the last run that ended failed, since when, and why. */
function failingWorkflows(workflows: readonly WorkflowSummary[]): readonly Row[] {
  return workflows.flatMap(({ id, name, recentRuns = [] }) => {
    const since = failingSince(recentRuns)
    const last = recentRuns.find(({ status }) => status === 'Failed')
    if (since === null || last === undefined) return []
    return {
      key: `workflow ${id}`,
      icon: <StatusIcon status="Failed" />,
      name: <RunLink workflowId={id} executionId={last.executionId} name={name} />,
      note: `${runsOf(since, recentRuns.length)}${last.reason ?? 'failed'}`,
      aside: (
        <>
          since <Moment at={since.since} />
        </>
      ),
    }
  })
}

function brokenServices(services: readonly ServiceSummary[]): readonly Row[] {
  return services
    .filter(({ status }) => status === 'CREATE_FAILED' || status === 'DELETE_FAILED')
    .map(({ id, name, status, updatedAt }) => ({
      key: `service ${id}`,
      icon: <StatusIcon status={status} />,
      name: (
        <Link to="/services/$serviceId" params={{ serviceId: id }} className="row-link hover:underline">
          {name}
        </Link>
      ),
      note: status === 'CREATE_FAILED' ? 'could not be made' : 'could not be deleted',
      aside: <Moment at={updatedAt} />,
    }))
}

function troubledBackups(page: BackupPage | undefined): readonly Row[] {
  if (page?.plan == null || page.trouble === null) return []
  const icon = <CircleAlert size={15} aria-hidden className="text-bad" />
  const name = (
    <Link to="/system" className="row-link hover:underline">
      Backups
    </Link>
  )
  return [{ key: 'backups', icon, name, note: page.trouble, aside: '' }]
}

function brokenParts(health: SystemHealth | undefined): readonly Row[] {
  if (health === undefined || health.liveEngines > 0) return []
  const icon = <CircleAlert size={15} aria-hidden className="text-bad" />
  return [{ key: 'engines', icon, name: 'No engine process is alive', note: 'nothing starts until one is', aside: '' }]
}

/** Is anything wrong, and since when. */
export function Problems({ workflows }: { readonly workflows: readonly WorkflowSummary[] }): ReactElement {
  const client = useClient()
  const services = useQuery({
    queryKey: ['service', 'list', 'home'],
    queryFn: ({ signal }) =>
      client.services.listServices({ pageSize: mostServices }, { signal }).all({ limit: mostServices }),
    refetchInterval: refreshMs.resting,
  })
  const health = useQuery({
    queryKey: ['system', 'health'],
    queryFn: ({ signal }) => client.system.getHealth({ signal }),
    refetchInterval: refreshMs.resting,
  })
  const backups = useQuery({ ...backupsQuery(client), enabled: useMay('manage') })
  const rows = [
    ...brokenParts(health.data),
    ...troubledBackups(backups.data),
    ...failingWorkflows(workflows),
    ...brokenServices(services.data ?? []),
  ]
  return (
    <Panel
      title={
        rows.length === 0
          ? 'All is well'
          : `${rows.length} ${rows.length === 1 ? 'thing needs' : 'things need'} attention`
      }
    >
      {rows.length === 0 ? (
        <p className="flex items-center gap-2 rounded-lg border border-line bg-surface px-4 py-3">
          <CircleCheck size={16} aria-hidden className="shrink-0 text-good" />
          No workflow failed in its last run, every service is as it should be, and an engine is alive.
        </p>
      ) : (
        <Rows rows={rows} none="" />
      )}
    </Panel>
  )
}
