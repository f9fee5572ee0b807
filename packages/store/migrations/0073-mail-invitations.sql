-- The mail that takes a user the link of an invitation; one for each user. It counts while its link is the one that is open.
create table invitation_mail (
  id uuid primary key,
  tenant_id uuid not null references tenant,
  user_id uuid not null unique references tenant_user on delete cascade,
  -- of the token in the link
  invitation_hash bytea not null,
  invited_by text not null,
  -- the link under a key of secrets; null = it is not needed any more
  link bytea,
  key_id text not null,
  status text not null default 'pending' check (status in ('pending', 'delivered', 'failed')),
  tries integer not null default 0,
  -- why the last attempt did not succeed, in words for the user
  last_error text,
  next_attempt_at timestamptz not null,
  give_up_at timestamptz not null,
  check ((status = 'pending') = (link is not null))
);
