import { type Static, Type } from 'typebox'
import { DateFilter, nullable, Timestamp } from './bounds.ts'

/** Most points of one answer. */
export const mostMetricPoints = 1440

export const ServiceMetricsQuery = Type.Object({
  /** Begin of the time looked at; an hour before its end unless given. Kept for a day. */
  dateFrom: Type.Optional(DateFilter),
  /** End of the time looked at; now unless given. */
  dateTo: Type.Optional(DateFilter),
  /** Seconds that one point stands for. Services are looked at twice a minute. */
  stepSeconds: Type.Optional(Type.Integer({ minimum: 30, maximum: 86_400, default: 60 })),
})
export type ServiceMetricsQuery = Static<typeof ServiceMetricsQuery>

const Percentiles = Type.Object({ p50: Type.Number(), p90: Type.Number(), p99: Type.Number() })

/** A service over the time of one step. */
export const ServiceMetricPoint = Type.Object({
  /** Begin of the step. */
  at: Timestamp,
  /** Instances that were running; 0 while the service sleeps or is stopped. */
  instances: Type.Integer(),
  /** CPUs in use, of all instances; null = not known yet. */
  cpuCores: nullable(Type.Number()),
  /** Bytes in use, of all instances, without file cache that can be given up. */
  memoryBytes: Type.Integer(),
  /** Bytes that they may use together; null = no limit is known. */
  memoryLimitBytes: nullable(Type.Integer()),
  /** Requests that were open, on average. */
  openRequests: Type.Number(),
  /** null = the first step that is known. */
  requestsPerSecond: nullable(Type.Number()),
  /** Those with a status of 500 or more, or that broke off. */
  failedPerSecond: nullable(Type.Number()),
  /** Milliseconds, estimated from a histogram; null = there were no requests. */
  latencyMs: nullable(Percentiles),
})
export type ServiceMetricPoint = Static<typeof ServiceMetricPoint>

export const ServiceMetrics = Type.Object({
  stepSeconds: Type.Integer(),
  /** In order of time. Steps in which nobody looked are left out. */
  points: Type.Array(ServiceMetricPoint),
})
export type ServiceMetrics = Static<typeof ServiceMetrics>
