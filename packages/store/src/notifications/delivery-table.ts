import type { DeliveryChannel, DeliveryStatus, WatcherEvent } from '@cairn/contract'
import type { WebhookContent } from '@cairn/domain'
import type { ColumnType, Generated } from 'kysely'

export interface DeliveryTable {
  id: string
  notification_id: number
  tenant_id: string
  workflow_id: number
  execution_id: string | null
  event: WatcherEvent
  watcher: number
  watcher_name: string | null
  channel: DeliveryChannel
  target: string
  content: ColumnType<WebhookContent | null, string | null, never>
  status: DeliveryStatus
  round: Generated<number>
  tries: Generated<number>
  attempts: Generated<number>
  last_error: ColumnType<string | null, never, string | null>
  next_attempt_at: Date | null
  give_up_at: Date
  created_at: Date
  delivered_at: Date | null
}
