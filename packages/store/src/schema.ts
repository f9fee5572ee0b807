/** The tables of `migrations/`, as Kysely sees them. Column names are those of the database. */
import type {
  ImageType,
  ImageVersionStatus,
  RevisionStatus,
  ServiceLimits,
  RunTrigger,
  SbomSummary,
  SecretUserKind,
  RevisionCause,
  ServiceStatus,
  ServiceType,
  StoredExecutionStatus,
  TickOutcome,
  TokenScope,
} from '@cairn/contract'
import type { DiskReport, NotificationFacts, RunParameters, RunPlan, ServiceSpec } from '@cairn/domain'
import type { ColumnType, Generated, GeneratedAlways, JSONColumnType } from 'kysely'
import type { BackupTable } from './backups/backup-table.ts'
import type { BuildTable } from './builds/build-table.ts'
import type { UserTable } from './people/user-table.ts'
import type { ServiceDomainTable } from './service-domains/domain-table.ts'
import type { ResourceChangeTable } from './changes/change-table.ts'
import type { WorkKind } from './work/work-kind.ts'
import type { ImagePushTable } from './images/push-table.ts'
import type { DeliveryTable } from './notifications/delivery-table.ts'
import type { ServiceInstanceLogTable } from './service-logs/service-log-table.ts'
import type { ServiceInstanceTable } from './service-state/instance-table.ts'
import type { ScaleColumns, ServiceWakeTable } from './scale/scale-table.ts'
import type { ServiceTrafficTable } from './traffic/traffic-table.ts'

/** bigint comes back as a number: ids and sizes stay below 2^53. */
type Created = ColumnType<Date, Date | undefined, never>
type Moment = ColumnType<Date, Date | undefined, Date>
type Json<T extends object> = JSONColumnType<T>

export interface Schema {
  installation: { only_row: Generated<boolean>; id: string; created_at: Created }
  backup: BackupTable
  tenant: { id: string; name: string; created_at: Created }
  api_token: {
    id: string
    tenant_id: string
    user_id: string
    label: string
    token_hash: Buffer
    created_at: Created
    expires_at: Date | null
    revoked_at: Date | null
    scope: TokenScope
    last_used_at: Generated<Date | null>
  }
  tenant_user: UserTable
  stored_object: { sha256: string; size_bytes: number; created_at: Created }
  artifact: {
    id: string
    tenant_id: string
    name: string
    description: string | null
    created_at: Created
    created_by: string
    updated_at: Moment
    last_version: Generated<number>
    source: Generated<string | null>
  }
  artifact_version: {
    artifact_id: string
    version: number
    sha256: string
    size_bytes: number
    entry_count: number
    created_at: Created
    created_by: string
    scan: ColumnType<object | null, string | null | undefined, never>
    validation: ColumnType<object | null, string | null | undefined, never>
  }
  image: {
    id: GeneratedAlways<number>
    tenant_id: string
    name: string
    type: ImageType
    scope: Generated<'custom' | 'global'>
    deleting: Generated<boolean>
    created_at: Created
    created_by: string
  }
  image_push: ImagePushTable
  service_domain: ServiceDomainTable
  image_version: {
    id: GeneratedAlways<number>
    tenant_id: string
    image_id: number
    version: string
    description: Generated<string>
    status: ImageVersionStatus
    status_reason: ColumnType<string | null, string | null | undefined, string | null>
    build_details: Json<object>
    context_sha256: string | null
    artifact_id: ColumnType<string | null, string | null | undefined, string | null>
    artifact_version: ColumnType<number | null, number | null | undefined, number | null>
    tags: ColumnType<{ name: string; color?: string }[], string | undefined, string>
    engine_image_id: string | null
    engine_tag: string | null
    size_bytes: number | null
    described_engine_id: ColumnType<string | null, string | null | undefined, string | null>
    layers: ColumnType<string[] | null, string | null | undefined, string | null>
    sbom_sha256: ColumnType<string | null, string | null | undefined, string | null>
    sbom_summary: ColumnType<SbomSummary | null, string | null | undefined, string | null>
    exposed_ports: ColumnType<number[] | null, string | null | undefined, string | null>
    created_at: Created
    created_by: string
    updated_at: Moment
    updated_by: string
  }
  build: BuildTable
  workflow: {
    id: GeneratedAlways<number>
    tenant_id: string
    name: string
    revision: Generated<number>
    paused: Generated<boolean>
    created_at: Created
    created_by: string
    updated_at: Moment
    updated_by: string
    deleted_at: Date | null
  }
  workflow_revision: {
    workflow_id: number
    revision: number
    body: Json<object>
    created_at: Created
    created_by: string
  }
  run_plan: {
    id: GeneratedAlways<number>
    workflow_id: number
    revision: number
    digest: string
    body: Json<RunPlan>
    created_at: Created
  }
  engine_process: {
    id: string
    host: string
    pid: number
    started_at: Created
    lease_until: Date
    alive: Generated<boolean>
  }
  execution: {
    id: string
    tenant_id: string
    workflow_id: number
    plan_id: number
    status: StoredExecutionStatus
    parameters: Json<RunParameters>
    started_by: string
    trigger: Generated<RunTrigger>
    waited_behind: ColumnType<string | null, string | null | undefined, never>
    admitted_at: ColumnType<Date | null, undefined, Date>
    rerun_of: ColumnType<string | null, string | null | undefined, never>
    seeded: Generated<boolean>
    stop_requested_at: ColumnType<Date | null, Date | null | undefined, Date>
    stop_requested_by: ColumnType<string | null, string | null | undefined, string>
    stop_reason: ColumnType<string | null, string | null | undefined, string>
    reason: string | null
    owner: string | null
    created_at: Created
    finished_at: Date | null
  }
  execution_event: {
    execution_id: string
    sequence: number
    at: Date
    type: string
    step: string | null
    attempt: number | null
    data: ColumnType<object | null, string | null, never>
  }
  service: {
    id: string
    tenant_id: string
    name: string
    service_type: ServiceType
    title: string | null
    description: string | null
    access: Generated<'private' | 'public'>
    tags: ColumnType<{ name: string }[], string | undefined, string>
    generation: Generated<number>
    observed_generation: Generated<number>
    status: ServiceStatus
    status_reason: string | null
    active_revision: number | null
    min_instances: number
    scaled_instances: number | null
    stopped_by: string | null
    stopped_at: Date | null
    drain_seconds: number | null
    request_limits: ColumnType<ServiceLimits | null, string | null | undefined, string | null>
    created_at: Created
    created_by: string
    updated_at: Moment
    updated_by: string
  } & ScaleColumns
  service_wake: ServiceWakeTable
  service_revision: {
    service_id: string
    revision: number
    spec: Json<ServiceSpec>
    status: RevisionStatus
    reason: string | null
    created_at: Created
    created_by: string
    activated_at: Date | null
    cause: RevisionCause
    changed_fields: ColumnType<string[], string | undefined, never>
    rolled_back_to: number | null
    launched: Generated<number>
  }
  service_instance: ServiceInstanceTable
  service_instance_log: ServiceInstanceLogTable
  service_traffic: ServiceTrafficTable
  work: {
    kind: WorkKind
    key: string
    available_at: Generated<Date>
    token: string | null
    dirty: Generated<boolean>
    failures: Generated<number>
  }
  workflow_schedule: {
    workflow_id: number
    tenant_id: string
    cron: string
    timezone: string
    handled_until: Moment
  }
  schedule_tick: {
    workflow_id: number
    tick: Date
    tenant_id: string
    cron: string
    timezone: string
    outcome: TickOutcome
    until: Date | null
    execution_id: string | null
    reason: string | null
    recorded_at: Created
  }
  workflow_webhook: {
    id: string
    workflow_id: number
    tenant_id: string
    token_hash: Buffer
    sealed: Buffer | null
    key_id: string | null
    signing_secret: string | null
    is_signed: Generated<boolean>
    created_at: Created
  }
  webhook_message: {
    webhook_id: string
    message_id: string
    digest: Buffer
    signed_at: number | null
    execution_id: string
    received_at: Created
  }
  resource_event: {
    id: GeneratedAlways<number>
    tenant_id: string
    kind: string
    resource_id: string
    type: string
    reason: string | null
    data: ColumnType<object | null, string | null | undefined, never>
    at: Generated<Date>
  }
  resource_change: ResourceChangeTable
  disk_report: { only_row: Generated<boolean>; report: Json<DiskReport>; measured_at: Moment }
  secret_key: { id: string; created_at: Created }
  secret: {
    tenant_id: string
    name: string
    sealed: Buffer
    key_id: string
    version: Generated<number>
    created_at: Created
    created_by: string
    updated_at: Moment
    updated_by: string
  }
  retired_secret: {
    id: GeneratedAlways<number>
    tenant_id: string
    name: string
    sealed: Buffer
    key_id: string
    retired_at: Created
  }
  secret_use: { tenant_id: string; name: string; kind: SecretUserKind; resource_id: string }
  query: {
    id: GeneratedAlways<number>
    tenant_id: string
    path: string
    version: number
    created_at: Moment
    created_by: string
    updated_at: Moment
    updated_by: string
    deleted_at: ColumnType<Date | null, never, Date | null>
  }
  query_version: { query_id: number; version: number; text: string; created_at: Created; created_by: string }
  query_use: { query_id: number; workflow_id: number }
  warehouse: {
    tenant_id: string
    database_name: string
    role_name: string
    sealed: Buffer
    key_id: string
    created_at: Created
    updated_at: Moment
  }
  warehouse_session: {
    execution_id: string
    step: string
    attempt: number
    backend_pid: number
    backend_started_at: number
    started_at: Created
  }
  export_file: {
    id: string
    tenant_id: string
    workflow_id: number
    execution_id: string
    step: string
    name: string
    sha256: string
    size_bytes: number
    row_count: number
    created_at: Moment
  }
  log_chunk: {
    stream: string
    sequence: number
    first_at: Date
    last_at: Date
    line_count: number
    lines: string
  }
  notification: {
    id: GeneratedAlways<number>
    tenant_id: string
    workflow_id: number
    execution_id: string | null
    key: string
    facts: Json<NotificationFacts>
    created_at: Date
  }
  delivery: DeliveryTable
  delivery_attempt: {
    delivery_id: string
    attempt: number
    started_at: Date
    finished_at: ColumnType<Date | null, never, Date>
    duration_ms: ColumnType<number | null, never, number>
    answer: ColumnType<number | null, never, number | null>
    error: ColumnType<string | null, never, string | null>
  }
  inbox_entry: {
    delivery_id: string
    tenant_id: string
    user_email: string
    created_at: Date
    read_at: ColumnType<Date | null, never, Date>
  }
}
