-- Instances drain each for itself: for what is open on them, and since when.

alter table service
  -- longest time that an instance drains; null = the defaults, by what is open on it
  add column drain_seconds integer check (drain_seconds between 10 and 86400);

alter table service_instance
  -- since when it takes no new sessions; null = it takes them
  add column draining_since timestamptz;

update service_instance set draining_since = now()
from service_revision r
where r.service_id = service_instance.service_id and r.revision = service_instance.revision and r.status = 'draining';

alter table service_revision drop column drain_until;
