import type { PastFiring, ScheduleFirings } from '@cairn/sdk'
import { useQuery } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import { CalendarClock } from 'lucide-react'
import type { ReactElement } from 'react'
import { type Column, DataTable } from '../../components/data-table.tsx'
import { EmptyState } from '../../components/empty-state.tsx'
import { Moment } from '../../components/moment.tsx'
import { PageHeader } from '../../components/page-header.tsx'
import { Panel } from '../../components/panel.tsx'
import { Reading } from '../../components/reading.tsx'
import { SkeletonBlock } from '../../components/skeleton.tsx'
import { SnippetButton } from '../../components/snippet-button.tsx'
import { StatusBadge } from '../../components/status-badge.tsx'
import { refreshMs } from '../../live/refresh.ts'
import { useClient } from '../../session/client-context.ts'
import { PastFirings } from './past-firings.tsx'
import { WeekTable } from './week-table.tsx'
import { calendarOf, daysFrom, firingsOf } from './week.ts'

const mostSchedules = 200
const mostPast = 500
const days = 7

const columns: readonly Column<ScheduleFirings>[] = [
  {
    id: 'workflow',
    label: 'Workflow',
    cell: ({ workflowId, workflowName }) => (
      <Link to="/workflows/$workflowId" params={{ workflowId }} className="row-link font-medium hover:underline">
        {workflowName}
      </Link>
    ),
  },
  { id: 'cron', label: 'Schedule', cell: ({ cron }) => <code>{cron}</code> },
  { id: 'zone', label: 'Zone', from: 'sm', cell: ({ timezone }) => timezone },
  {
    id: 'next',
    label: 'Fires next',
    cell: ({ isPaused, firings }) => (isPaused ? <StatusBadge status="Paused" /> : <Moment at={firings[0] ?? null} />),
  },
  {
    id: 'week',
    label: 'In seven days',
    align: 'end',
    from: 'sm',
    cell: ({ firings, hasMore }) => `${firings.length}${hasMore ? '+' : ''}`,
  },
]

function Schedules({
  schedules,
  past,
}: {
  readonly schedules: readonly ScheduleFirings[]
  readonly past: readonly PastFiring[]
}): ReactElement {
  const crowded = schedules.filter(({ hasMore }) => hasMore)
  const shown = schedules.filter(({ hasMore }) => !hasMore)
  const week = calendarOf(firingsOf(shown, past), daysFrom(Date.now(), days))
  return (
    <>
      <Panel title="Today and the next six days">
        <WeekTable week={week} />
        {crowded.length === 0 ? null : (
          <p className="mt-2 text-[13px] text-faint">
            Too often to be shown: {crowded.map(({ workflowName, cron }) => `${workflowName} (${cron})`).join(', ')}
          </p>
        )}
      </Panel>
      <Panel title="Schedules">
        <DataTable
          name="Schedules"
          columns={columns}
          rows={schedules}
          rowKey={({ workflowId, cron, timezone }) => `${workflowId} ${cron} ${timezone}`}
        />
      </Panel>
      <PastFirings firings={past} />
    </>
  )
}

const sample = `body:
  triggers:
    - cron: '0 6 * * 1-5'
      timezone: Europe/Berlin`

export function SchedulesPage(): ReactElement {
  const client = useClient()
  const reading = useQuery({
    queryKey: ['schedule', 'calendar'],
    queryFn: ({ signal }) =>
      client.system.listScheduleCalendar({ pageSize: mostSchedules }, { signal }).all({ limit: mostSchedules }),
    refetchInterval: refreshMs.resting,
  })
  const past = useQuery({
    queryKey: ['schedule', 'past'],
    queryFn: ({ signal }) => client.system.listPastFirings({ pageSize: mostPast }, { signal }).all({ limit: mostPast }),
    refetchInterval: refreshMs.resting,
  })
  return (
    <>
      <PageHeader
        title="Schedules"
        text={`Times are of your zone: ${Intl.DateTimeFormat().resolvedOptions().timeZone}.`}
      >
        <SnippetButton
          snippets={{
            api: 'GET /system/api/v1/calendar',
            cli: 'cairn workflows calendar',
            sdk: 'const schedules = await client.system.listScheduleCalendar().all()',
          }}
        />
      </PageHeader>
      <Reading of={reading} skeleton={<SkeletonBlock height={320} />}>
        {(schedules) =>
          schedules.length === 0 ? (
            <EmptyState
              icon={CalendarClock}
              title="No schedule yet"
              text="A workflow with a cron trigger runs by itself, in the time zone that it names."
              sample={{ fileName: 'schedule.yaml', content: sample }}
              command="cairn workflows patch nightly schedule.yaml"
            />
          ) : (
            <Schedules schedules={schedules} past={past.data ?? []} />
          )
        }
      </Reading>
    </>
  )
}
