-- What changed, for those who look at it live: a row for each change of a row that users see, written by the database itself in
-- the transaction of the change, so that no way of changing something is forgotten. Runs and their steps are not told here:
-- their events are a record already, and their transactions are the hot path. Rows are of use for minutes.
create table resource_change (
  id bigint generated always as identity primary key,
  tenant_id uuid not null,
  kind text not null check (kind in (
    'workflow', 'artifact', 'image', 'build', 'service', 'instance', 'secret', 'query', 'delivery', 'schedule'
  )),
  -- as the paths of the API name it
  resource_id text not null,
  parent_id text,
  change text not null check (change in ('created', 'updated', 'deleted')),
  at timestamptz not null default clock_timestamp()
);
create index on resource_change (at);

-- Arguments: kind; column of the id; column of the parent's id, or ''; `part` where the row is a part of what is named, so that
-- its coming and going is an update of that. Rows without a tenant are of the service or artifact that they name; none is there
-- while these are deleted, which is told for itself.
create function record_resource_change() returns trigger language plpgsql as $$
declare
  changed jsonb;
  tenant uuid;
  told text;
begin
  if tg_op = 'DELETE' then changed := to_jsonb(old); else changed := to_jsonb(new); end if;
  tenant := coalesce(
    (changed ->> 'tenant_id')::uuid,
    (select tenant_id from service where id = (changed ->> 'service_id')::uuid),
    (select tenant_id from artifact where id = (changed ->> 'artifact_id')::uuid)
  );
  if tenant is null then return null; end if;
  told := case
    when tg_argv[3] = 'part' then 'updated'
    when tg_op = 'DELETE' or changed ->> 'deleted_at' is not null then 'deleted'
    when tg_op = 'INSERT' then 'created'
    else 'updated'
  end;
  insert into resource_change (tenant_id, kind, resource_id, parent_id, change)
  values (tenant, tg_argv[0], changed ->> tg_argv[1], changed ->> nullif(tg_argv[2], ''), told);
  return null;
end $$;

create trigger tell_change after insert or delete on workflow
  for each row execute function record_resource_change('workflow', 'id', '', '');
create trigger tell_update after update on workflow
  for each row when (old.* is distinct from new.*) execute function record_resource_change('workflow', 'id', '', '');

create trigger tell_change after insert or delete on artifact
  for each row execute function record_resource_change('artifact', 'id', '', '');
create trigger tell_update after update on artifact
  for each row when (old.* is distinct from new.*) execute function record_resource_change('artifact', 'id', '', '');
create trigger tell_change after insert or delete on artifact_version
  for each row execute function record_resource_change('artifact', 'artifact_id', '', 'part');
create trigger tell_update after update on artifact_version
  for each row when (old.* is distinct from new.*)
  execute function record_resource_change('artifact', 'artifact_id', '', 'part');

create trigger tell_change after insert or delete on image
  for each row execute function record_resource_change('image', 'id', '', '');
create trigger tell_update after update on image
  for each row when (old.* is distinct from new.*) execute function record_resource_change('image', 'id', '', '');
create trigger tell_change after insert or delete on image_version
  for each row execute function record_resource_change('image', 'image_id', '', 'part');
create trigger tell_update after update on image_version
  for each row when (old.* is distinct from new.*) execute function record_resource_change('image', 'image_id', '', 'part');

create trigger tell_change after insert or delete on build
  for each row execute function record_resource_change('build', 'id', 'image_id', '');
create trigger tell_update after update on build
  for each row when (old.* is distinct from new.*) execute function record_resource_change('build', 'id', 'image_id', '');

create trigger tell_change after insert or delete on service
  for each row execute function record_resource_change('service', 'id', '', '');
create trigger tell_update after update on service
  for each row when (old.* is distinct from new.*) execute function record_resource_change('service', 'id', '', '');
create trigger tell_change after insert or delete on service_revision
  for each row execute function record_resource_change('service', 'service_id', '', 'part');
create trigger tell_update after update on service_revision
  for each row when (old.* is distinct from new.*)
  execute function record_resource_change('service', 'service_id', '', 'part');
create trigger tell_change after insert or delete on service_domain
  for each row execute function record_resource_change('service', 'service_id', '', 'part');
create trigger tell_update after update on service_domain
  for each row when ((old.status, old.reason, old.verified_at) is distinct from (new.status, new.reason, new.verified_at))
  execute function record_resource_change('service', 'service_id', '', 'part');
create trigger tell_change after insert or update on service_wake
  for each row execute function record_resource_change('service', 'service_id', '', 'part');

create trigger tell_change after insert or delete on service_instance
  for each row execute function record_resource_change('instance', 'workload_name', 'service_id', '');
-- not for each health check
create trigger tell_update after update on service_instance
  for each row when (
    (old.status, old.reason, old.ready_at, old.draining_since)
      is distinct from (new.status, new.reason, new.ready_at, new.draining_since)
  )
  execute function record_resource_change('instance', 'workload_name', 'service_id', '');

create trigger tell_change after insert or delete on secret
  for each row execute function record_resource_change('secret', 'name', '', '');
create trigger tell_update after update on secret
  for each row when (old.* is distinct from new.*) execute function record_resource_change('secret', 'name', '', '');

create trigger tell_change after insert or delete on query
  for each row execute function record_resource_change('query', 'path', '', '');
create trigger tell_update after update on query
  for each row when (old.* is distinct from new.*) execute function record_resource_change('query', 'path', '', '');

create trigger tell_change after insert on delivery
  for each row execute function record_resource_change('delivery', 'id', 'workflow_id', '');
create trigger tell_update after update on delivery
  for each row when (old.* is distinct from new.*) execute function record_resource_change('delivery', 'id', 'workflow_id', '');

create trigger tell_change after insert or delete on workflow_schedule
  for each row execute function record_resource_change('schedule', 'workflow_id', 'workflow_id', 'part');
create trigger tell_change after insert on schedule_tick
  for each row execute function record_resource_change('schedule', 'workflow_id', 'workflow_id', 'part');
