-- The words of whoever asked for a stop, kept beside stop_requested_by until the owner has written run.stopping.
alter table execution add column stop_reason text;
