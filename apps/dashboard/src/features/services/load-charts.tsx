import type { ServiceMetricPoint, ServiceMetrics } from '@cairn/sdk'
import { useQuery } from '@tanstack/react-query'
import { type ReactElement, useMemo, useState } from 'react'
import { Panel } from '../../components/panel.tsx'
import { Reading } from '../../components/reading.tsx'
import { ChoiceField } from '../../components/search-field.tsx'
import { SkeletonBlock } from '../../components/skeleton.tsx'
import { type Series, TimeChart } from '../../components/time-chart.tsx'
import { bytesText } from '../../format/bytes.ts'
import { refreshMs } from '../../live/refresh.ts'
import { useClient } from '../../session/client-context.ts'

const ranges = [
  ['1', 'Last hour'],
  ['6', 'Last 6 hours'],
  ['24', 'Last day'],
] as const
/** Seconds of a point for each hour that is shown: 120 points. */
const stepOfHour = 30

const perSecond = (value: number): string => `${Number(value.toPrecision(2))}/s`
const milliseconds = (value: number): string => `${Math.round(value)} ms`
const cores = (value: number): string => `${Number(value.toFixed(value < 0.1 ? 3 : 2))} CPU`
const count = (value: number): string => String(Number(value.toFixed(1)))

interface Chart {
  readonly title: string
  readonly least: number
  readonly series: readonly Series[]
  readonly text: (value: number) => string
}

function chartsOf(points: readonly ServiceMetricPoint[]): readonly Chart[] {
  const line = (label: string, color: string, valueOf: (point: ServiceMetricPoint) => number | null): Series => ({
    label,
    color,
    values: points.map(valueOf),
  })
  return [
    {
      title: 'Requests',
      least: 1,
      text: perSecond,
      series: [
        line('all', 'busy-bar', ({ requestsPerSecond }) => requestsPerSecond),
        line('failed', 'bad-bar', ({ failedPerSecond }) => failedPerSecond),
      ],
    },
    {
      title: 'Latency',
      least: 10,
      text: milliseconds,
      series: [
        line('median', 'good-bar', ({ latencyMs }) => latencyMs?.p50 ?? null),
        line('99 of 100', 'warn-bar', ({ latencyMs }) => latencyMs?.p99 ?? null),
      ],
    },
    { title: 'Processor', least: 0.1, text: cores, series: [line('in use', 'busy-bar', ({ cpuCores }) => cpuCores)] },
    {
      title: 'Memory',
      least: 1e7,
      text: bytesText,
      series: [
        line('in use', 'busy-bar', ({ memoryBytes }) => memoryBytes),
        line('limit', 'warn-bar', ({ memoryLimitBytes }) => memoryLimitBytes),
      ],
    },
    { title: 'Instances', least: 1, text: count, series: [line('running', 'good-bar', ({ instances }) => instances)] },
    {
      title: 'Open requests',
      least: 1,
      text: count,
      series: [line('on average', 'busy-bar', ({ openRequests }) => openRequests)],
    },
  ]
}

function Charts({
  metrics: { points },
  readAt,
  hours,
}: {
  readonly metrics: ServiceMetrics
  /** Epoch milliseconds. */
  readonly readAt: number
  readonly hours: number
}): ReactElement {
  const range = useMemo(() => [readAt / 1000 - hours * 3600, readAt / 1000] as const, [readAt, hours])
  const times = useMemo(() => points.map(({ at }) => Date.parse(at) / 1000), [points])
  const charts = useMemo(() => chartsOf(points), [points])
  if (points.length === 0)
    return <p className="text-faint">It has not been looked at yet. That is done twice a minute.</p>
  return (
    <div className="grid gap-3 md:grid-cols-2 xl:grid-cols-3">
      {charts.map((chart) => (
        <TimeChart key={chart.title} times={times} range={range} {...chart} />
      ))}
    </div>
  )
}

/** What a service does and takes, over time. */
export function LoadCharts({ serviceId }: { readonly serviceId: string }): ReactElement {
  const client = useClient()
  const [hours, setHours] = useState('1')
  const reading = useQuery({
    // Not read again at every event of the service: it is sampled twice a minute.
    queryKey: ['service-metrics', serviceId, hours],
    queryFn: ({ signal }) =>
      client.services.getServiceMetrics(
        serviceId,
        {
          dateFrom: new Date(Date.now() - Number(hours) * 3_600_000).toISOString(),
          stepSeconds: Number(hours) * stepOfHour,
        },
        { signal },
      ),
    refetchInterval: refreshMs.resting,
  })
  return (
    <Panel title="Load" actions={<ChoiceField label="Time" value={hours} choices={ranges} onChange={setHours} />}>
      <Reading of={reading} skeleton={<SkeletonBlock height={340} />}>
        {(metrics) => <Charts metrics={metrics} readAt={reading.dataUpdatedAt} hours={Number(hours)} />}
      </Reading>
    </Panel>
  )
}
