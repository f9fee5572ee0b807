-- Domains under which services answer beside their own hosts. Whoever claims one has to prove it by a record in its DNS; a
-- claim that is not proven routes nothing and is in nobody's way.
create table service_domain (
  id uuid primary key,
  tenant_id uuid not null references tenant,
  service_id uuid not null references service on delete cascade,
  -- lower-case, in the letters of DNS, without a point at its end
  domain text not null,
  -- what the record has to say
  token text not null,
  status text not null check (status in ('pending', 'active', 'failed')),
  -- why it is not active, or what is wrong although it is
  reason text,
  created_by text not null,
  created_at timestamptz not null default now(),
  -- when its proof was last asked for, by whoever adds it or wants it looked at again
  asked_at timestamptz not null default now(),
  checked_at timestamptz,
  verified_at timestamptz,
  unique (service_id, domain)
);
create unique index on service_domain (domain) where status = 'active';

alter table work drop constraint work_kind_check;
alter table work add constraint work_kind_check
  check (kind in ('build', 'service', 'sweep', 'schedule', 'notification', 'image', 'push', 'sample', 'domain'));
