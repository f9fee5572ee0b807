-- As whom a provider of identities knows a user: its issuer, and the subject there. null = never signed in by one.
alter table tenant_user
  add column provider_issuer text,
  add column provider_subject text,
  add constraint provider_is_whole check ((provider_issuer is null) = (provider_subject is null));
create unique index on tenant_user (tenant_id, provider_issuer, provider_subject) where provider_subject is not null;
