-- How many instances a service keeps, who stopped it, and why each of its revisions was made.

alter table service
  -- what users want; no part of a revision, since it changes without a deploy
  add column min_instances integer not null default 1 check (min_instances >= 1),
  -- what scaling wants instead; null = min_instances, 0 = asleep
  add column scaled_instances integer check (scaled_instances >= 0),
  -- e-mail of who stopped it; null = it is not stopped
  add column stopped_by text,
  add column stopped_at timestamptz,
  add constraint service_stopped check ((stopped_by is null) = (stopped_at is null));

update service set min_instances = greatest(1, coalesce((
  select (spec ->> 'minInstances')::integer from service_revision
  where service_revision.service_id = service.id and service_revision.revision = service.generation
), 1));

alter table service_revision
  add column cause text not null default 'updated'
    check (cause in ('created', 'updated', 'restarted', 'rolled-back', 'image-built')),
  -- of the contract, in comparison with the revision before
  add column changed_fields jsonb not null default '[]',
  -- whose specification this one has again; set by a rollback
  add column rolled_back_to integer,
  -- how many instances it was given so far; the next one's number, so that no name comes twice
  add column launched integer not null default 0 check (launched >= 0),
  add constraint service_revision_rollback check ((cause = 'rolled-back') = (rolled_back_to is not null));

update service_revision set cause = 'created' where revision = 1;

update service_revision set launched = coalesce((
  select max(restart) + 1 from service_instance
  where service_instance.service_id = service_revision.service_id
    and service_instance.revision = service_revision.revision
), 0);
