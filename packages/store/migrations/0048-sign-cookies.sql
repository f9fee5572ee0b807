-- Signs the cookies that gateways hand out; the same for every gateway of the installation.
create table gateway_key (
  only_row boolean primary key default true check (only_row),
  key bytea not null check (length(key) = 32)
);
