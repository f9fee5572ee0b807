-- Where sql and export steps run, the query store, and the files that export steps wrote.

-- A path keeps its row, and counts on, when its query is deleted: a version never names two texts.
create table query (
  id bigint generated always as identity primary key,
  tenant_id uuid not null references tenant,
  path text collate "C" not null,
  -- the newest
  version integer not null check (version >= 1),
  created_at timestamptz not null default now(),
  created_by text not null,
  updated_at timestamptz not null default now(),
  updated_by text not null,
  deleted_at timestamptz,
  unique (tenant_id, path)
);

create table query_version (
  query_id bigint not null references query,
  version integer not null check (version >= 1),
  text text not null,
  created_at timestamptz not null default now(),
  created_by text not null,
  primary key (query_id, version)
);

-- Which queries the present revision of a workflow names.
create table query_use (
  query_id bigint not null references query,
  workflow_id bigint not null references workflow,
  primary key (query_id, workflow_id)
);
create index on query_use (workflow_id);

-- A tenant's database and role on the warehouse server; a row is written once both exist.
create table warehouse (
  tenant_id uuid primary key references tenant,
  database_name text not null unique,
  role_name text not null unique,
  -- the role's password: as `secret.sealed`
  sealed bytea not null,
  key_id text not null,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now()
);

-- Sessions of attempts on the warehouse server. A row is written before the session does anything, by a process that is
-- alive, and removed when it has ended; so whoever takes an attempt over knows what to end first.
create table warehouse_session (
  execution_id uuid not null,
  step text not null,
  attempt integer not null,
  backend_pid integer not null,
  -- microseconds since 1970: the pid alone may be another's by now
  backend_started_at bigint not null,
  started_at timestamptz not null default now(),
  primary key (execution_id, step, attempt)
);

create table export_file (
  id uuid primary key,
  tenant_id uuid not null references tenant,
  workflow_id bigint not null references workflow,
  execution_id uuid not null references execution,
  step text not null,
  -- exports/<workflow>/<execution>/<step>/<table>.csv[.gz]; shown, never a path on a disk
  name text not null,
  sha256 text not null references stored_object,
  size_bytes bigint not null,
  row_count bigint not null,
  created_at timestamptz not null default now(),
  unique (execution_id, step)
);
create index on export_file (tenant_id, created_at desc);
create index on export_file (workflow_id, created_at desc);
create index on export_file (sha256);
