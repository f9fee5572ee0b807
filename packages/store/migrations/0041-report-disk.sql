-- What the engine last measured of its disk; the API answers from it.
create table disk_report (
  only_row boolean primary key default true check (only_row),
  -- domain DiskReport
  report jsonb not null,
  measured_at timestamptz not null
);
