create index on schedule_tick (tenant_id, tick desc);
