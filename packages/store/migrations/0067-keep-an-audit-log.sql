-- Who changed what, and every sign-in. Rows are added and never changed; only the sweep takes old ones away.
create table audit_event (
  id bigint generated always as identity primary key,
  tenant_id uuid not null references tenant,
  at timestamptz not null default now(),
  -- no reference: what a user did stays when the user is deleted; null = a webhook
  user_id uuid,
  user_email text,
  -- null = a session that no token opened
  token_label text,
  operation text not null,
  resource_kind text not null,
  resource_id text,
  resource_name text,
  address text not null,
  status integer not null,
  -- null = done
  error_code text,
  request_id text not null
);
create index on audit_event (tenant_id, id desc);
create index on audit_event (at);

create function refuse_to_change_audit() returns trigger language plpgsql as $$
begin
  if tg_op = 'DELETE' and current_setting('cairn.audit_retention', true) = 'on' then
    return old;
  end if;
  raise exception 'audit_event is append-only: % is refused', lower(tg_op);
end
$$;
create trigger audit_event_is_append_only before update or delete on audit_event
  for each row execute function refuse_to_change_audit();
create trigger audit_event_is_not_emptied before truncate on audit_event
  for each statement execute function refuse_to_change_audit();
