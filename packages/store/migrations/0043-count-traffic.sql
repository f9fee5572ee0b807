-- What each gateway process counted of each instance since it began. A gateway writes its own rows only, always with
-- whole counts, so that a write may be repeated. Counts of gateways and instances that are gone are added up in the row
-- of the service whose gateway_id is zero and whose workload_name is empty.
create table service_traffic (
  service_id uuid not null references service on delete cascade,
  gateway_id uuid not null,
  workload_name text not null,
  open_requests integer not null,
  open_tunnels integer not null,
  -- sticky sessions that were seen within the session time
  live_sessions integer not null,
  requests bigint not null,
  failed bigint not null,
  -- cumulative counts of requests, in the order of the domain's latency bounds, the last one without a bound
  latency bigint[] not null,
  latency_sum_ms double precision not null,
  last_request_at timestamptz,
  reported_at timestamptz not null default now(),
  primary key (service_id, gateway_id, workload_name)
) with (fillfactor = 50, autovacuum_vacuum_scale_factor = 0.05, autovacuum_vacuum_threshold = 50);
create index on service_traffic (gateway_id);
