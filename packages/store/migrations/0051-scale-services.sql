-- Whether a service rests, how it was woken, and how far it scales on load.

alter table service
  -- frozen: instances without CPU; asleep: none; waking: a request waits for it
  add column scale_tier text not null default 'awake' check (scale_tier in ('awake', 'frozen', 'asleep', 'waking')),
  add column scale_since timestamptz not null default now(),
  -- raised by each wake, so that one sleep is told from the next
  add column wakes integer not null default 0,
  -- why the wake under way has not succeeded so far
  add column wake_failure text,
  -- null = min_instances, no scaling on load
  add column max_instances integer check (max_instances >= 1),
  -- requests that an instance is to have open at a time; null = the server's default
  add column target_concurrency integer check (target_concurrency >= 1);

-- gateways' wakes that no engine has answered yet
create index on service (id) where scale_tier = 'waking';

-- When, why and how a service was woken. The newest thousand of each service are kept.
create table service_wake (
  service_id uuid not null references service on delete cascade,
  tenant_id uuid not null references tenant,
  -- service.wakes after it
  number integer not null,
  -- what it was woken from
  tier text not null check (tier in ('frozen', 'asleep')),
  -- what asked for it, in words for the user
  cause text not null,
  asked_at timestamptz not null default now(),
  -- null = it goes on
  ended_at timestamptz,
  outcome text check (outcome in ('awake', 'failed')),
  -- why it failed, or had not succeeded when it was last told
  reason text,
  primary key (service_id, number),
  check ((ended_at is null) = (outcome is null))
);
