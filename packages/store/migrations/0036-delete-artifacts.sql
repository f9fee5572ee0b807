-- Numbers of versions are never used twice, also when the latest version was deleted.
alter table artifact add column last_version integer not null default 1 check (last_version >= 1);
update artifact set last_version = latest.version
  from (select artifact_id, max(version) as version from artifact_version group by artifact_id) as latest
  where latest.artifact_id = artifact.id;

-- What a first upload said it is for; `validate` checks versions against it.
alter table artifact add column source text;
-- As the contract's ArtifactScan; null = no scan was asked for.
alter table artifact_version add column scan jsonb;
-- The source whose rules the version keeps; null = no validation was asked for.
alter table artifact_version add column validated_as text;

-- The artifact version that an image version was built from, when it was named and not uploaded with the image.
alter table image_version add column artifact_id uuid;
alter table image_version add column artifact_version integer;
alter table image_version add constraint image_version_artifact
  foreign key (artifact_id, artifact_version) references artifact_version,
  add check ((artifact_id is null) = (artifact_version is null));
create index on image_version (artifact_id, artifact_version) where artifact_id is not null;
