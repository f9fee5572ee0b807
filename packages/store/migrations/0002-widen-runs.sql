-- Runs that wait for a place, that are stopped, that retry another or leave steps out.

alter table execution drop constraint execution_status_check;
alter table execution add constraint execution_status_check
  check (status in ('waiting', 'queued', 'running', 'stopping', 'success', 'failed', 'stopped'));

-- the run that this one retries
alter table execution add column rerun_of uuid references execution;
-- who started it: a person, a schedule, a webhook, or the retry of another run
alter table execution add column trigger text not null default 'manual'
  check (trigger in ('manual', 'schedule', 'webhook', 'retry'));
-- events that were inserted together with the run; its first owner reads them
alter table execution add column seeded boolean not null default false;
-- the wish to end it, kept until the owner has written run.stopping
alter table execution add column stop_requested_at timestamptz;
alter table execution add column stop_requested_by text;

-- what admits the next run of a workflow: nearly always empty
create index execution_waiting on execution (workflow_id, created_at) where status = 'waiting';
-- what an owner asks for to learn of stops
create index execution_stop_requested on execution (owner) where stop_requested_at is not null
  and status in ('queued', 'running', 'stopping');

drop index execution_live;
create index execution_live on execution (workflow_id, created_at)
  where status in ('waiting', 'queued', 'running', 'stopping');

drop index execution_event_one_outcome;
create unique index execution_event_one_outcome on execution_event (execution_id, coalesce(step, ''))
  where type in ('step.succeeded', 'step.failed', 'step.skipped', 'step.stopped', 'step.reused', 'run.finished');

alter table work drop constraint work_kind_check;
alter table work add constraint work_kind_check
  check (kind in ('build', 'service', 'sweep', 'schedule', 'notification'));

-- Plans of before: a step had neither conditions nor secrets. json_object_agg keeps the order of the steps.
update run_plan set body = json_build_object(
  'workflowName', body -> 'workflowName',
  'steps', (
    select json_object_agg(step.key, (
      jsonb_build_object(
        'alsoWaitsFor', '[]'::jsonb,
        'conditions', jsonb_build_object('parameters', '[]'::jsonb, 'statuses', '[]'::jsonb),
        'skip', null,
        'secrets', '[]'::jsonb
      )
      || case step.value ->> 'type'
           when 'http' then jsonb_build_object('secretHeaders', '{}'::jsonb, 'auth', jsonb_build_object('type', 'no-auth'))
           else jsonb_build_object('repository', null)
         end
      || step.value::jsonb
    )::json order by step.place)
    from json_each(body -> 'steps') with ordinality as step (key, value, place)
  ),
  'timeoutSeconds', null,
  'watched', false
);
