-- Copies of the installation. A backup holds its own row as it was while it was made; whoever restores it finds it `running`.
create table backup (
  id bigint generated always as identity primary key,
  status text not null check (status in ('queued', 'running', 'completed', 'failed')),
  started_by text not null check (started_by in ('schedule', 'request')),
  created_at timestamptz not null default now(),
  started_at timestamptz,
  ended_at timestamptz,
  -- in the directory of the backups
  file text,
  size_bytes bigint,
  -- why it failed
  error text,
  -- of trying to restore it; null = not tried yet, or not to be tried
  proof_status text check (proof_status in ('running', 'proven', 'failed')),
  proof_ended_at timestamptz,
  proof_error text,
  -- what was read of the restored copy
  proof_rows bigint,
  proof_objects bigint,
  -- when its file was removed, since newer ones are there
  removed_at timestamptz
);
create unique index backup_that_goes_on on backup ((true)) where status in ('queued', 'running');
