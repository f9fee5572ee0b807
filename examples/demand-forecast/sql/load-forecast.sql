create table if not exists forecast (
  month text primary key,
  passengers numeric not null,
  run_id text not null
);

insert into forecast
select month, passengers, {{ CAIRN_RUN_ID }}
from jsonb_to_recordset({{ FORECAST }}::jsonb -> 'points') as point (month text, passengers numeric)
on conflict (month) do update set passengers = excluded.passengers, run_id = excluded.run_id;
