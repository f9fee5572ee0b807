import type { Generated } from 'kysely'

export interface ServiceTrafficTable {
  service_id: string
  gateway_id: string
  workload_name: string
  open_requests: number
  open_tunnels: number
  live_sessions: number
  requests: number
  failed: number
  latency: number[]
  latency_sum_ms: number
  last_request_at: Date | null
  reported_at: Generated<Date>
}
