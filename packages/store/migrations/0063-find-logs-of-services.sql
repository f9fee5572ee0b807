-- The log streams of a service in their order. Instances' rows go with their containers; these stay until the log goes.

create table service_instance_log (
  -- rises within a service too: instances are added under the service's lock
  number bigint generated always as identity primary key,
  tenant_id uuid not null references tenant,
  service_id uuid not null references service on delete cascade,
  workload_name text not null unique,
  revision integer not null,
  restart integer not null,
  created_at timestamptz not null,
  -- when the instance was forgotten; null = lines may come
  ended_at timestamptz
);
create index on service_instance_log (service_id, number);
create index on service_instance_log (service_id) where ended_at is null;
create index on service_instance_log (ended_at) where ended_at is not null;

-- Streams from before: of instances that are there, and of those whose wish was recorded and whose log is there.
insert into service_instance_log (tenant_id, service_id, workload_name, revision, restart, created_at, ended_at)
select tenant_id, service_id, workload_name, revision, restart, created_at, ended_at
from (
  select s.tenant_id, s.id as service_id, i.workload_name, i.revision, i.restart, i.started_at as created_at,
    null::timestamptz as ended_at
  from service_instance i
  join service s on s.id = i.service_id
  union all
  select distinct on (e.data ->> 'workload') s.tenant_id, s.id, e.data ->> 'workload',
    (e.data ->> 'revision')::integer, (e.data ->> 'restart')::integer, e.at, now()
  from service s
  join resource_event e on e.kind = 'service' and e.resource_id = s.id::text and e.type = 'instance.wanted'
  where not exists (select from service_instance i where i.workload_name = e.data ->> 'workload')
    and exists (select from log_chunk c where c.stream = 'service:' || s.id || ':' || (e.data ->> 'workload'))
  order by 3, 6 desc
) known
order by created_at;
