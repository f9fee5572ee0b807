-- What starts runs by itself: cron schedules and calls from outside.

-- The schedules of a workflow's current revision. Their ticks up to handled_until have run or are recorded as missed.
create table workflow_schedule (
  workflow_id bigint not null references workflow,
  tenant_id uuid not null references tenant,
  cron text not null,
  timezone text not null,
  handled_until timestamptz not null default clock_timestamp(),
  primary key (workflow_id, cron, timezone)
);

-- What became of each tick. The primary key lets one run of a workflow start for an instant, whoever believes what.
create table schedule_tick (
  workflow_id bigint not null references workflow,
  tick timestamptz not null,
  tenant_id uuid not null references tenant,
  cron text not null,
  timezone text not null,
  outcome text not null check (outcome in ('fired', 'missed')),
  -- a row of many missed ticks: the last of them
  until timestamptz,
  -- no reference: the record outlives the run
  execution_id uuid,
  reason text,
  recorded_at timestamptz not null default clock_timestamp(),
  primary key (workflow_id, tick),
  check ((outcome = 'fired') = (execution_id is not null))
);
create index on schedule_tick (recorded_at);

-- The hooks of a workflow's current revision. Who knows a hook's token, which is in its URL, may call it.
create table workflow_webhook (
  id uuid primary key,
  workflow_id bigint not null references workflow,
  tenant_id uuid not null references tenant,
  -- SHA-256 of the token
  token_hash bytea not null unique,
  -- token and generated signing secret, sealed like secrets; null = a hook of before, whose token is its id
  sealed bytea,
  key_id text references secret_key,
  -- name of the secret that calls are signed with
  signing_secret text,
  -- calls are signed with a secret that was generated for the hook
  is_signed boolean not null default false,
  created_at timestamptz not null default now(),
  check ((sealed is null) = (key_id is null)),
  check (not is_signed or (sealed is not null and signing_secret is null))
);
create index on workflow_webhook (workflow_id);

-- Calls that started a run, by the id that their sender gave them, so that no call starts a second one.
create table webhook_message (
  webhook_id uuid not null references workflow_webhook on delete cascade,
  message_id text not null,
  -- SHA-256 of the body
  digest bytea not null,
  -- newest time that a call with this id was signed for, epoch seconds; null = it was not signed
  signed_at bigint,
  execution_id uuid not null,
  received_at timestamptz not null default clock_timestamp(),
  primary key (webhook_id, message_id)
);
create index on webhook_message (received_at);

-- Workflows of before.
insert into workflow_schedule (workflow_id, tenant_id, cron, timezone)
select workflow.id, workflow.tenant_id, trigger ->> 'cron', 'UTC'
from workflow
join workflow_revision as revision on revision.workflow_id = workflow.id and revision.revision = workflow.revision
cross join json_array_elements(revision.body -> 'triggers') as trigger
where workflow.deleted_at is null and trigger ->> 'cron' is not null
on conflict do nothing;

insert into workflow_webhook (id, workflow_id, tenant_id, token_hash)
select (trigger ->> 'webhook')::uuid, workflow.id, workflow.tenant_id,
  sha256(convert_to((trigger ->> 'webhook')::uuid::text, 'UTF8'))
from workflow
join workflow_revision as revision on revision.workflow_id = workflow.id and revision.revision = workflow.revision
cross join json_array_elements(revision.body -> 'triggers') as trigger
where workflow.deleted_at is null and trigger ->> 'webhook' is not null
on conflict do nothing;

insert into work (kind, key) select distinct 'schedule', workflow_id::text from workflow_schedule;
