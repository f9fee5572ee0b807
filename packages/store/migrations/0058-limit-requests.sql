-- Limits of a service's requests, as the contract words them; kept by gateways.

alter table service
  -- null = none of its own; within it, null = the default of that limit
  add column request_limits jsonb check (jsonb_typeof(request_limits) = 'object');
