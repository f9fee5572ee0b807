-- Writes that their callers named by an Idempotency-Key: one row for each key, for 24 hours. `request` is the sealed
-- fingerprint of what was asked, `answer` the sealed answer; null = on its way, or its end is not known.
create table named_call (
  tenant_id uuid not null references tenant (id) on delete cascade,
  key text not null check (length(key) between 1 and 255),
  request_key_id text not null,
  request bytea not null,
  answer_key_id text,
  answer bytea,
  created_at timestamptz not null default now(),
  primary key (tenant_id, key)
);
create index on named_call (created_at);
