-- What watchers are told, to whom, and how the telling went.

-- One per thing that happened. Its key (`finished:<run>`, `runtime:<run>:<minutes>`, `missed:<workflow>:<tick>`,
-- `test:<id>`) makes sure that it is told once, however often the work for it is repeated.
create table notification (
  id bigint generated always as identity primary key,
  tenant_id uuid not null references tenant,
  workflow_id bigint not null references workflow,
  -- no reference: a delivery may outlive its run
  execution_id uuid,
  key text not null unique,
  -- domain NotificationFacts
  facts jsonb not null,
  created_at timestamptz not null
);
create index on notification (created_at);

-- One per recipient of a notification.
create table delivery (
  id uuid primary key,
  notification_id bigint not null references notification on delete cascade,
  tenant_id uuid not null references tenant,
  workflow_id bigint not null references workflow,
  execution_id uuid,
  event text not null check (event in ('success', 'fail', 'runtimeExceeded', 'missed', 'recovered', 'test')),
  -- place of the watcher in the workflow's list, from 0, and its name, if it has one
  watcher integer not null check (watcher >= 0),
  watcher_name text,
  channel text not null check (channel in ('inbox', 'email', 'webhook')),
  -- e-mail address, or URL
  target text not null,
  -- webhooks: domain WebhookContent
  content jsonb,
  status text not null check (status in ('pending', 'delivered', 'failed')),
  -- raised by each request to deliver again; an attempt of an earlier round changes nothing but its own record
  round integer not null default 1,
  -- attempts of this round, and of all rounds
  tries integer not null default 0,
  attempts integer not null default 0,
  -- why the last attempt did not succeed, in words for the user
  last_error text,
  next_attempt_at timestamptz,
  give_up_at timestamptz not null,
  created_at timestamptz not null,
  delivered_at timestamptz,
  unique (notification_id, watcher, channel, target),
  check ((status = 'pending') = (next_attempt_at is not null))
);
create index on delivery (tenant_id, created_at desc);
create index on delivery (workflow_id, created_at desc);
create index on delivery (execution_id);
create index delivery_pending on delivery (id) where status = 'pending';

-- Begun before anything is sent, so that a process that dies in between leaves a trace of what may have arrived.
create table delivery_attempt (
  delivery_id uuid not null references delivery on delete cascade,
  attempt integer not null check (attempt >= 1),
  started_at timestamptz not null,
  -- null = under way
  finished_at timestamptz,
  duration_ms integer,
  -- status of the HTTP or SMTP answer; null = there was none
  answer integer,
  error text,
  primary key (delivery_id, attempt)
);

-- What a user reads in Cairn itself; the delivery of channel `inbox` that made it has the same id.
create table inbox_entry (
  delivery_id uuid primary key references delivery on delete cascade,
  tenant_id uuid not null references tenant,
  -- in lower case
  user_email text not null,
  created_at timestamptz not null,
  read_at timestamptz
);
create index on inbox_entry (tenant_id, user_email, created_at desc);
