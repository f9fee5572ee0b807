-- What each service used and was asked for, every half minute, kept for a day. Counts are of the whole service since it was made, so
-- that a missing sample loses nothing but detail.
create table service_sample (
  service_id uuid not null references service on delete cascade,
  at timestamptz not null,
  -- those that were looked at
  instances integer not null,
  -- CPUs in use since the sample before; null = not known yet
  cpu_cores double precision,
  memory_bytes bigint not null,
  -- null = no limit is known
  memory_limit_bytes bigint,
  open_requests integer not null,
  requests bigint not null,
  failed bigint not null,
  -- by the domain's latency bounds, not cumulative; empty = none was counted yet
  latency bigint[] not null,
  primary key (service_id, at)
);
create index on service_sample (at);

alter table work drop constraint work_kind_check;
alter table work add constraint work_kind_check
  check (kind in ('build', 'service', 'sweep', 'schedule', 'notification', 'image', 'push', 'sample'));
