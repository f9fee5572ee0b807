-- Who asked for a build, what is known of it, and what follows it.
alter table build add column requested_by text not null default '';
-- the commit that a build of a repository was made from
alter table build add column source_commit text;
-- steps of the Dockerfile, and those of them that came from the builder's cache; null = not known
alter table build add column step_count integer;
alter table build add column cached_step_count integer;
-- set with the status `stopping`
alter table build add column stop_requested_by text;
alter table build add column stop_reason text;
-- what is redeployed once the build succeeded, as the contract's autodeployResources; and what became of each
alter table build add column autodeployment_id uuid;
alter table build add column autodeploy_resources jsonb not null default '[]';
alter table build add column autodeploy_results jsonb;
-- what a queue position and the builds ahead are counted in
create index build_unfinished on build (tenant_id, id) where status in ('queued', 'running', 'stopping');
