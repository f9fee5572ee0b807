-- Secrets of tenants. Values are sealed under a key that the database does not hold, with the tenant and the name as
-- additional data: a copy of the database tells none of them, and a sealed value is of use only in its own row.

-- The keys that secrets are or were sealed under, by an id that follows from the key. A server whose key file has none
-- of them has the wrong file.
create table secret_key (
  id text primary key check (id ~ '^[0-9a-f]{16}$'),
  created_at timestamptz not null default now()
);

create table secret (
  tenant_id uuid not null references tenant,
  name text not null,
  -- nonce (12 bytes), tag (16), ciphertext
  sealed bytea not null,
  key_id text not null references secret_key,
  -- counts the values that it had
  version integer not null default 1 check (version >= 1),
  created_at timestamptz not null default now(),
  created_by text not null,
  updated_at timestamptz not null default now(),
  updated_by text not null,
  primary key (tenant_id, name)
);

-- Values that were replaced or deleted. A live run may have begun with one and print it yet, so masks know them until
-- every run of that time has ended.
create table retired_secret (
  id bigint generated always as identity primary key,
  tenant_id uuid not null references tenant,
  name text not null,
  sealed bytea not null,
  key_id text not null references secret_key,
  retired_at timestamptz not null default clock_timestamp()
);
create index on retired_secret (tenant_id, name);

-- What names a secret now. The reference keeps a secret from being deleted while something is saved that names it.
create table secret_use (
  tenant_id uuid not null,
  name text not null,
  kind text not null check (kind in ('workflow', 'image', 'service')),
  resource_id text not null,
  primary key (tenant_id, name, kind, resource_id),
  foreign key (tenant_id, name) references secret (tenant_id, name)
);
create index on secret_use (kind, resource_id);
