-- The people of a tenant, and robots that have tokens of their own.
create table tenant_user (
  id uuid primary key,
  tenant_id uuid not null references tenant,
  -- in lower case
  email text not null check (email = lower(email)),
  name text not null,
  role text not null check (role in ('viewer', 'editor', 'admin')),
  -- null = there is none: signs in by a token, an invitation or a provider
  password_hash text,
  -- null = may sign in
  disabled_at timestamptz,
  created_at timestamptz not null default now(),
  created_by text not null,
  unique (tenant_id, email)
);
create index on tenant_user (email);

-- Whoever had a token could do everything.
insert into tenant_user (id, tenant_id, email, name, role, created_by)
  select gen_random_uuid(), tenant_id, lower(user_email), lower(user_email), 'admin', 'cairn'
  from api_token group by tenant_id, lower(user_email);

alter table api_token
  add column user_id uuid references tenant_user on delete cascade,
  -- the most that the token may do, within what its user may
  add column scope text not null default 'write' check (scope in ('read', 'run', 'write')),
  -- told once a minute at most
  add column last_used_at timestamptz;
update api_token t set user_id = u.id from tenant_user u
  where u.tenant_id = t.tenant_id and u.email = lower(t.user_email);
alter table api_token alter column user_id set not null, drop column user_email;
create index on api_token (user_id);

-- A session is a user's; it ends with the token that opened it, where one did. Sessions of before are signed in again.
delete from sign_in_code;
delete from browser_session;
alter table sign_in_code alter column token_id drop not null,
  add column user_id uuid not null references tenant_user on delete cascade;
alter table browser_session alter column token_id drop not null,
  add column user_id uuid not null references tenant_user on delete cascade;
create index on browser_session (user_id);
