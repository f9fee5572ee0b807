-- A session at a service's host, and the code that opens it, are of the session at Cairn's own sign-in page that asked for
-- it: signing out of one ends all of that browser. Null = opened before there was this column.
alter table sign_in_code add column parent_hash bytea;
alter table browser_session add column parent_hash bytea;
create index on browser_session (parent_hash) where parent_hash is not null;
