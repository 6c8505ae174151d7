-- Callbacks, for as long as they are kept. Runs once in each world's schema, while the previous release may still run.

-- purged: how many of an endpoint's deliveries are no longer kept; with those that are, they are its sequence.
-- held_since, held_error: since when, and why, nothing can be sent for a fault of ours, which is none of the receiver's failures.
alter table endpoints add column purged bigint not null default 0;
alter table endpoints add column held_since timestamptz;
alter table endpoints add column held_error text;

-- What is purged, oldest first; and what was given up, in the order in which a replay goes through it.
create index deliveries_settled_by_age on deliveries (created_at) where state in ('delivered', 'dropped');
create index deliveries_dead_by_age on deliveries (created_at) where state = 'dead';
create index deliveries_dead_of_endpoint on deliveries (endpoint_id, sequence) where state = 'dead';

-- An event goes to its order's callback_url by way of one endpoint on that host: the one that comes to it first says so here, in the
-- transaction of its fan-out. Kept as long as the event.
create table callback_claims (
  reseller_id uuid not null,
  event_sequence bigint not null,
  endpoint_id uuid not null,
  primary key (reseller_id, event_sequence)
);
