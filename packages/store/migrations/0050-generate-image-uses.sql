-- The images that a workflow's body names, kept beside it by the database itself: lists of images ask for those of every
-- workflow, and reading all bodies for it took most of a second with 2,000 workflows.
create function image_uses_of(body json) returns jsonb
language sql immutable parallel safe
return (
  select coalesce(
    jsonb_agg(distinct jsonb_build_object(
      'imageId', (step.value ->> 'imageId')::bigint, 'versionId', (step.value ->> 'imageVersionId')::bigint
    )),
    '[]'
  )
  from json_each(body -> 'steps') as step
  where json_typeof(step.value -> 'imageId') = 'number'
);
alter table workflow_revision
  -- [{imageId, versionId}], each once; a null versionId = the latest
  add column image_uses jsonb generated always as (image_uses_of(body)) stored;
