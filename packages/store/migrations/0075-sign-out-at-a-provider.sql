-- The ID token of a sign-in by a provider of identities, under a key of secrets: by it the provider knows what to end.
alter table browser_session
  add column provider_token bytea,
  add column provider_key_id text,
  add constraint provider_token_is_whole check ((provider_token is null) = (provider_key_id is null));
