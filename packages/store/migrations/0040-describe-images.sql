-- What the engine found in a version's image after its build.

alter table image_version
  -- the engine's image that the columns below describe; another one than engine_image_id = not described yet
  add column described_engine_id text,
  -- digests, the base first
  add column layers jsonb,
  -- CycloneDX JSON; null = it could not be made
  add column sbom_sha256 text references stored_object,
  -- {packages: {deb: 88, …}, incomplete: reason or null}
  add column sbom_summary jsonb;
create index on image_version (sbom_sha256) where sbom_sha256 is not null;

-- images of before are described too
insert into work (kind, key)
select distinct 'image', image_id::text from image_version where status = 'ready' and engine_image_id is not null
on conflict do nothing;
