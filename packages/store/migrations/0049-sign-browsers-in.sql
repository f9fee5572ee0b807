-- A browser on its way from Cairn's sign-in page to a private service. Taken away by its first use.
create table sign_in_code (
  code_hash bytea primary key,
  service_id uuid not null references service on delete cascade,
  -- of the value that only the browser knows that asked for the service
  state_hash bytea not null,
  token_id uuid not null references api_token on delete cascade,
  path text not null,
  expires_at timestamptz not null
);
create index on sign_in_code (expires_at);

-- A browser that is signed in at the host of one service; without a service: at Cairn's own sign-in page. Lives no longer
-- than the token that opened it.
create table browser_session (
  session_hash bytea primary key,
  service_id uuid references service on delete cascade,
  token_id uuid not null references api_token on delete cascade,
  expires_at timestamptz not null
);
create index on browser_session (expires_at);
