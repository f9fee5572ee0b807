-- Deletion of images and their versions: marked by the API, carried out by the engine.

-- no version is added any more; the row goes with its last version
alter table image add column deleting boolean not null default false;

-- why a version could not be deleted, in words for the user
alter table image_version add column status_reason text;

-- the newest build of a version, and all of them
create index on build (version_id, id);

alter table work drop constraint work_kind_check;
alter table work add constraint work_kind_check
  check (kind in ('build', 'service', 'sweep', 'schedule', 'notification', 'image'));
