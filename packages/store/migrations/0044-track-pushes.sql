-- What of image versions is in a registry. A row outlives its version until the registry has let go of the image.
create table image_push (
  version_id bigint primary key,
  image_id bigint not null,
  tenant_id uuid not null references tenant,
  -- registry.example.com/cairn/k3x9/…/3, and the tag in it
  repository text not null,
  tag text not null,
  -- the engine's image that was pushed; another one than the version's = not pushed yet
  engine_image_id text,
  -- of its manifest; what stays there when the version is built anew, until that is pushed as well
  digest text,
  -- tries since the last success, and what the last of them failed with
  attempts integer not null default 0,
  reason text,
  updated_at timestamptz not null default now(),
  check ((engine_image_id is null) = (digest is null))
);
create index on image_push (image_id);
create index on image_push (engine_image_id) where engine_image_id is not null;

alter table work drop constraint work_kind_check;
alter table work add constraint work_kind_check
  check (kind in ('build', 'service', 'sweep', 'schedule', 'notification', 'image', 'push'));
