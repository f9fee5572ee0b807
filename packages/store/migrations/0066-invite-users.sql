alter table tenant_user
  -- of the token in the link that sets a password; null = none is open
  add column invitation_hash bytea unique,
  add column invitation_expires_at timestamptz,
  add column last_sign_in_at timestamptz;
