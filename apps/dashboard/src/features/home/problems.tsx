import type { ServiceSummary, SystemReport, WorkflowSummary } from '@cairn/sdk'
import { useQueries, useQuery } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import { CircleAlert, CircleCheck } from 'lucide-react'
import type { ReactElement, ReactNode } from 'react'
import { Moment } from '../../components/moment.tsx'
import { Panel } from '../../components/panel.tsx'
import { StatusIcon } from '../../components/status-badge.tsx'
import { refreshMs } from '../../live/refresh.ts'
import { useClient } from '../../session/client-context.ts'
import { runListQuery } from '../workflows/workflow-queries.ts'
import { failingSince } from './failing-since.ts'
import { type Row, Rows } from './rows.tsx'

/** Workflows of which it is looked up since when they fail. */
const mostFailing = 10
const mostServices = 200

/** Workflows whose last run failed, and since when. */
function useFailing(workflows: readonly WorkflowSummary[]): readonly Row[] {
  const client = useClient()
  const failing = workflows.filter(({ lastExecution }) => lastExecution?.status === 'Failed').slice(0, mostFailing)
  const readings = useQueries({ queries: failing.map(({ id }) => runListQuery(client, id)) })
  return failing.map(({ id, name, lastExecution }, at) => {
    const since = failingSince(readings[at]?.data ?? [])
    return {
      key: `workflow ${id}`,
      content: (
        <>
          <StatusIcon status="Failed" />
          <Link
            to="/workflows/$workflowId/runs/$executionId"
            params={{ workflowId: id, executionId: lastExecution?.executionId ?? '' }}
            className="row-link min-w-0 flex-1 truncate font-medium"
          >
            {name}
          </Link>
          <span className="text-[13px] text-faint">
            {since !== null && since.runs > 1 ? `${since.runs} runs failed, the first ` : 'failed '}
            <Moment at={since?.since ?? lastExecution?.executedAt ?? null} />
          </span>
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
      content: (
        <>
          <StatusIcon status={status} />
          <Link
            to="/services/$serviceId"
            params={{ serviceId: id }}
            className="row-link min-w-0 flex-1 truncate font-medium"
          >
            {name}
          </Link>
          <span className="text-[13px] text-faint">
            <Moment at={updatedAt} />
          </span>
        </>
      ),
    }))
}

function brokenParts(report: SystemReport | undefined): readonly Row[] {
  if (report === undefined || report.engines.length > 0) return []
  const content: ReactNode = (
    <>
      <CircleAlert size={15} aria-hidden className="text-bad" />
      No engine process is alive: nothing starts until one is.
    </>
  )
  return [{ key: 'engines', content }]
}

/** Is anything wrong, and since when. */
export function Problems({ workflows }: { readonly workflows: readonly WorkflowSummary[] }): ReactElement {
  const client = useClient()
  const services = useQuery({
    queryKey: ['service', 'list', 'home'],
    queryFn: ({ signal }) => client.services.listServices({}, { signal }).all({ limit: mostServices }),
    refetchInterval: refreshMs.resting,
  })
  const report = useQuery({
    queryKey: ['system', 'report'],
    queryFn: ({ signal }) => client.system.getReport({ signal }),
    refetchInterval: refreshMs.resting,
  })
  const failing = useFailing(workflows)
  const rows = [...brokenParts(report.data), ...failing, ...brokenServices(services.data ?? [])]
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
