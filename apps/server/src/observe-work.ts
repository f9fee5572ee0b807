import { type Database, readBackupAges, type WorkCounts, countWork } from '@cairn/store'
import type { ServedRequest } from '@cairn/gateway'
import { collectDefaultMetrics, Gauge, Histogram, Registry } from 'prom-client'

const workKinds = ['build', 'service', 'schedule', 'notification', 'sweep', 'sample'] as const

/** Metrics of this process and of the work that waits in the database. */
export function createMetrics(database: Database): Registry {
  const metrics = new Registry()
  collectDefaultMetrics({ register: metrics })
  const queued = new Gauge({
    name: 'cairn_work_queue_depth',
    help: 'Keys that are due and that nobody works on.',
    labelNames: ['kind'] as const,
    registers: [metrics],
  })
  const live = new Gauge({
    name: 'cairn_executions_live',
    help: 'Runs that have not ended.',
    labelNames: ['status'] as const,
    registers: [],
    async collect() {
      const counts: WorkCounts = await countWork(database.db)
      for (const kind of workKinds) queued.set({ kind }, counts.queued[kind] ?? 0)
      for (const status of ['waiting', 'queued', 'running', 'stopping'] as const) {
        live.set({ status }, counts.liveExecutions[status] ?? 0)
      }
    },
  })
  metrics.registerMetric(live)
  const backups = new Gauge({
    name: 'cairn_backup_newest_start_timestamp_seconds',
    help: 'When the newest backup that is complete, and the newest that could be restored, were begun; absent = there is none.',
    labelNames: ['state'] as const,
    registers: [],
    async collect() {
      const ages = await readBackupAges(database.db)
      for (const state of ['completed', 'proven'] as const) {
        const at = ages[state]
        if (at !== null) backups.set({ state }, at.getTime() / 1000)
      }
    },
  })
  metrics.registerMetric(backups)
  return metrics
}

/** Observes what passes through the gateway. Services are not told apart: their names belong to their tenants. */
export function observeTraffic(metrics: Registry): (served: ServedRequest) => void {
  const duration = new Histogram({
    name: 'cairn_gateway_request_duration_seconds',
    help: 'Time of requests and tunnels to services.',
    labelNames: ['kind', 'status'] as const,
    buckets: [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 10, 60],
    registers: [metrics],
  })
  return ({ kind, status, durationMs }) => duration.observe({ kind, status: String(status) }, durationMs / 1000)
}
