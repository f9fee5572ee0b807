-- Statuses are text with a CHECK (a list can be widened without a rewrite); packages/contract/src/statuses.ts has the
-- same lists and a test compares them. Times are timestamptz; the database's now() is the only clock for leases.

create table installation (
  only_row boolean primary key default true check (only_row),
  -- names everything that this installation owns on a container engine
  id text not null,
  created_at timestamptz not null default now()
);

create table tenant (
  id uuid primary key,
  name text not null unique,
  created_at timestamptz not null default now()
);

create table api_token (
  id uuid primary key,
  tenant_id uuid not null references tenant,
  -- the person or robot the token speaks for; shown as createdBy
  user_email text not null,
  label text not null,
  -- sha256 of the token; the token itself is never stored
  token_hash bytea not null unique,
  created_at timestamptz not null default now(),
  expires_at timestamptz,
  revoked_at timestamptz
);

-- Bytes of the object store, by content; a row is written after the bytes are durable.
create table stored_object (
  sha256 text primary key check (sha256 ~ '^[0-9a-f]{64}$'),
  size_bytes bigint not null,
  created_at timestamptz not null default now()
);

create table artifact (
  id uuid primary key,
  tenant_id uuid not null references tenant,
  name text not null,
  description text,
  created_at timestamptz not null default now(),
  created_by text not null,
  updated_at timestamptz not null default now()
);
create index on artifact (tenant_id, created_at desc);

create table artifact_version (
  artifact_id uuid not null references artifact on delete cascade,
  version integer not null check (version >= 1),
  sha256 text not null references stored_object,
  size_bytes bigint not null,
  entry_count integer not null,
  created_at timestamptz not null default now(),
  created_by text not null,
  primary key (artifact_id, version)
);
create index on artifact_version (sha256);

create table image (
  id bigint generated always as identity primary key,
  tenant_id uuid not null references tenant,
  name text not null,
  type text not null check (type in ('workflow', 'workspace-r', 'workspace-python', 'api', 'webapp')),
  scope text not null default 'custom' check (scope in ('custom', 'global')),
  created_at timestamptz not null default now(),
  created_by text not null,
  unique (tenant_id, name)
);

create table image_version (
  id bigint generated always as identity primary key,
  tenant_id uuid not null references tenant,
  image_id bigint not null references image,
  version text not null,
  description text not null default '',
  status text not null check (status in ('not-ready', 'ready', 'in-use', 'deleting', 'delete-failed')),
  -- as the contract's BuildDetails
  build_details jsonb not null,
  -- the uploaded context, when the source is upload
  context_sha256 text references stored_object,
  tags jsonb not null default '[]',
  -- set when a build succeeded
  engine_image_id text,
  engine_tag text,
  size_bytes bigint,
  exposed_ports jsonb,
  created_at timestamptz not null default now(),
  created_by text not null,
  updated_at timestamptz not null default now(),
  updated_by text not null,
  unique (image_id, version),
  check ((status = 'not-ready') or (engine_image_id is not null) or status in ('deleting', 'delete-failed'))
);
create index on image_version (context_sha256);

create table build (
  id bigint generated always as identity primary key,
  tenant_id uuid not null references tenant,
  image_id bigint not null references image,
  version_id bigint not null references image_version,
  status text not null check (status in ('queued', 'running', 'success', 'failed', 'stopping', 'stopped')),
  -- why it failed or stopped, in words for the user
  reason text,
  attempts integer not null default 0,
  created_at timestamptz not null default now(),
  started_at timestamptz,
  finished_at timestamptz,
  check ((status in ('success', 'failed', 'stopped')) = (finished_at is not null))
);
create index on build (image_id, created_at desc);
-- one live build per version
create unique index on build (version_id) where status in ('queued', 'running', 'stopping');

create table workflow (
  id bigint generated always as identity primary key,
  tenant_id uuid not null references tenant,
  name text not null,
  revision integer not null default 1,
  paused boolean not null default false,
  created_at timestamptz not null default now(),
  created_by text not null,
  updated_at timestamptz not null default now(),
  updated_by text not null,
  deleted_at timestamptz
);
create unique index on workflow (tenant_id, name) where deleted_at is null;

-- Immutable; a change of a workflow is a new revision.
create table workflow_revision (
  workflow_id bigint not null references workflow,
  revision integer not null,
  -- the normalised WorkflowBody; json, not jsonb, keeps the order in which its steps were written
  body json not null,
  created_at timestamptz not null default now(),
  created_by text not null,
  primary key (workflow_id, revision)
);

-- Immutable; shared by all runs of the same revision and pins. `body` is domain RunPlan.
create table run_plan (
  id bigint generated always as identity primary key,
  workflow_id bigint not null references workflow,
  revision integer not null,
  digest text not null,
  -- json keeps the order of the steps
  body json not null,
  created_at timestamptz not null default now(),
  unique (workflow_id, digest)
);

-- One row per engine process. Its id is the fencing token of everything that the process owns: a writer locks its own
-- row FOR SHARE and requires alive; whoever declares it dead locks the row FOR UPDATE first. So no write of an owner can
-- commit after its executions were taken over.
create table engine_process (
  id uuid primary key,
  host text not null,
  pid integer not null,
  started_at timestamptz not null default now(),
  lease_until timestamptz not null,
  alive boolean not null default true
);

create table execution (
  id uuid primary key,
  tenant_id uuid not null references tenant,
  workflow_id bigint not null references workflow,
  plan_id bigint not null references run_plan,
  status text not null check (status in ('queued', 'running', 'stopping', 'success', 'failed', 'stopped')),
  -- domain RunParameters
  parameters jsonb not null,
  -- who asked for it, e.g. an e-mail or `schedule`
  started_by text not null,
  reason text,
  -- the engine process that owns the run; null = not claimed yet
  owner uuid references engine_process,
  created_at timestamptz not null default now(),
  finished_at timestamptz,
  check ((status in ('success', 'failed', 'stopped')) = (finished_at is not null))
);
create index on execution (workflow_id, created_at desc);
create index on execution (tenant_id, created_at desc);
-- what a claim reads: live runs only, so its cost does not grow with finished runs
create index execution_unowned on execution (created_at) where owner is null and status in ('queued', 'running', 'stopping');
create index execution_owned on execution (owner) where owner is not null and status in ('queued', 'running', 'stopping');
create index execution_live on execution (workflow_id) where status in ('queued', 'running', 'stopping');

-- Append-only; domain RecordedRunEvent.
create table execution_event (
  execution_id uuid not null,
  sequence integer not null check (sequence >= 1),
  at timestamptz not null,
  type text not null,
  step text,
  attempt integer,
  -- the event's other fields
  data jsonb,
  primary key (execution_id, sequence)
);
-- a recorded outcome is never overwritten, whatever a writer believes
create unique index execution_event_one_outcome on execution_event (execution_id, coalesce(step, ''))
  where type in ('step.succeeded', 'step.failed', 'step.skipped', 'step.stopped', 'run.finished');
create unique index execution_event_one_start on execution_event (execution_id, step, attempt)
  where type = 'attempt.started';

create table service (
  id uuid primary key,
  tenant_id uuid not null references tenant,
  name text not null,
  service_type text not null check (service_type in ('web-app', 'api', 'shiny')),
  title text,
  description text,
  access text not null default 'private' check (access in ('private', 'public')),
  tags jsonb not null default '[]',
  -- the wanted state, raised by each change that redeploys; the engine works until observed_generation equals it
  generation integer not null default 1,
  observed_generation integer not null default 0,
  status text not null
    check (status in ('CREATING', 'DEPLOYING', 'AVAILABLE', 'DELETING', 'CREATE_FAILED', 'DELETE_FAILED')),
  -- why it has this status, in words for the user
  status_reason text,
  active_revision integer,
  created_at timestamptz not null default now(),
  created_by text not null,
  updated_at timestamptz not null default now(),
  updated_by text not null
);
-- a host name belongs to one service of a tenant until the service is gone
create unique index on service (tenant_id, name);

-- Immutable but for status and reason. Revision n is generation n's specification.
create table service_revision (
  service_id uuid not null references service on delete cascade,
  revision integer not null,
  -- domain ServiceSpec
  spec jsonb not null,
  status text not null check (status in ('starting', 'active', 'draining', 'removed', 'failed')),
  reason text,
  created_at timestamptz not null default now(),
  created_by text not null,
  activated_at timestamptz,
  drain_until timestamptz,
  primary key (service_id, revision)
);
create unique index on service_revision (service_id) where status = 'active';

create table service_instance (
  workload_name text primary key,
  service_id uuid not null references service on delete cascade,
  revision integer not null,
  -- which of the revision's instances this is, from 0
  ordinal integer not null check (ordinal >= 0),
  -- counts the replacements of that instance; part of the workload's name
  restart integer not null check (restart >= 0),
  -- consecutive predecessors that ended early; 0 once one has served for a while
  crashes integer not null default 0,
  -- consecutive failed health checks
  failures integer not null default 0,
  status text not null check (status in ('starting', 'ready', 'unready', 'stopping')),
  host text,
  port integer,
  reason text,
  -- not started before this time (backoff of a crash loop)
  start_after timestamptz not null default now(),
  ready_at timestamptz,
  started_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  unique (service_id, revision, ordinal, restart)
);

-- The durable queue of keys. available_at is both the due time (token null) and the lease's end (token set).
create table work (
  kind text not null check (kind in ('build', 'service', 'sweep')),
  key text not null,
  available_at timestamptz not null default now(),
  token uuid,
  dirty boolean not null default false,
  failures integer not null default 0,
  primary key (kind, key)
) with (fillfactor = 70, autovacuum_vacuum_scale_factor = 0.05, autovacuum_vacuum_threshold = 50);
create index on work (kind, available_at);

-- The ledger of everything but runs (those have execution_event): who or what changed a resource, and why.
create table resource_event (
  id bigint generated always as identity primary key,
  tenant_id uuid not null references tenant,
  kind text not null,
  resource_id text not null,
  type text not null,
  reason text,
  data jsonb,
  at timestamptz not null default clock_timestamp()
);
create index on resource_event (kind, resource_id, id);

-- Logs, in chunks of whole lines, ordered by sequence within a stream. Streams are named `build:<id>`,
-- `step:<execution>:<step>` and `service:<id>:<workload>`.
create table log_chunk (
  stream text collate "C" not null,
  sequence integer not null check (sequence >= 1),
  first_at timestamptz not null,
  last_at timestamptz not null,
  line_count integer not null,
  -- JSON array of [epoch ms, text]
  lines text not null,
  primary key (stream, sequence)
);
