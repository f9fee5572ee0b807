-- The run behind which one had to wait when it started, and when it was let go on: kept for whoever asks why.
alter table execution add column waited_behind uuid;
alter table execution add column admitted_at timestamptz;
