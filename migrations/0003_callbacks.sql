-- Callbacks: endpoints, deliveries, subscriptions. Runs once in each world's schema, while the previous release may still run.

-- Events older than the feed keeps are purged, oldest first: a reseller's events are those after event_floor, without a gap.
alter table resellers add column event_floor bigint not null default 0;
create unique index events_by_id on events (id);

-- An order may name where its own events go.
-- (orders.terms -> callback_url; no column.)

-- One row an endpoint. sequence counts its deliveries without a gap; fanned_to is the reseller's event up to which deliveries were
-- made. failing_since: the first of the failures since its last success; last_status
-- and last_error: the latest failure. A rotated secret signs beside the new one for a while.
-- A secret is the 32 bytes behind whsec_, wrapped (domain/callbacks/endpoint-secret.ts).
create table endpoints (
  reseller_id uuid not null references resellers,
  id uuid not null unique,
  url text not null,
  description text not null default '',
  types text[] not null default '{}',
  signatures text[] not null,
  sealed_secret bytea,
  master_key text,
  previous_secret bytea,
  previous_master_key text,
  previous_until timestamptz,
  state text not null check (state in ('enabled', 'paused', 'disabled')),
  state_reason text,
  sequence bigint not null default 0,
  fanned_to bigint not null,
  concurrency_max int not null default 10 check (concurrency_max between 1 and 100),
  per_second_max int not null default 100 check (per_second_max between 1 and 10000),
  -- The work. next_due_at: when to look for work next, never later than something is due; who makes a delivery due says so here.
  -- rate_used: how many were leased in the second that rate_at began. resume_at: before this, the receiver asked not to be called.
  next_due_at timestamptz,
  rate_at timestamptz not null default '-infinity',
  rate_used int not null default 0,
  resume_at timestamptz not null default '-infinity',
  failing_since timestamptz,
  failures int not null default 0,
  last_status int,
  last_error text,
  warned_at timestamptz,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  deleted_at timestamptz,
  primary key (reseller_id, id)
) with (fillfactor = 50);
create index endpoints_due on endpoints (next_due_at) where state = 'enabled' and deleted_at is null;

-- One row for each event and endpoint. url: another address than the endpoint's (an order's callback_url).
-- sample: the data of a simulated event, which is in no feed; event_sequence is then the reseller's newest, and names no event of its own.
-- Leased to the worker that sends it, until then; whoever settles it must still be that worker.
-- attempts counts all there ever were; attempts_before those before the last replay, so that the schedule began anew after them.
create table deliveries (
  endpoint_id uuid not null,
  sequence bigint not null,
  id uuid not null unique,
  reseller_id uuid not null,
  event_sequence bigint not null,
  event_id uuid not null,
  type text not null,
  url text,
  sample json,
  state text not null check (state in ('due', 'delivered', 'dead', 'dropped')),
  attempts int not null default 0,
  attempts_before int not null default 0,
  due_at timestamptz,
  leased_until timestamptz,
  leased_by text,
  last_status int,
  last_error text,
  delivered_at timestamptz,
  created_at timestamptz not null default now(),
  primary key (endpoint_id, sequence)
) with (fillfactor = 70);
create index deliveries_leased on deliveries (endpoint_id, leased_until) where leased_until is not null;
create index deliveries_due on deliveries (endpoint_id, due_at) where state = 'due';
create index deliveries_of_event on deliveries (reseller_id, event_sequence);
create index deliveries_dead on deliveries (reseller_id, event_sequence, id) where state = 'dead';

create table delivery_attempts (
  delivery_id uuid not null,
  attempt int not null,
  status int,
  error text,
  answer_head text not null default '',
  duration_ms int not null,
  started_at timestamptz not null,
  primary key (delivery_id, attempt)
);
create index delivery_attempts_by_age on delivery_attempts (started_at);

-- scope: {"skus": [uuid]} | {"tag": text} | {"all": true}. threshold is for below and above. skus: how many are in the scope, at the
-- last look. sequence counts its messages. book_version: of the price book at the last look; as long as it is that one, no price moved.
create table subscriptions (
  reseller_id uuid not null references resellers,
  id uuid not null unique,
  kind text not null check (kind in ('stock', 'price')),
  scope jsonb not null,
  condition text not null,
  threshold int,
  interval_seconds int not null check (interval_seconds between 1 and 86400),
  state text not null check (state in ('active', 'paused')),
  sequence bigint not null default 0,
  skus int not null default 0,
  book_version bigint,
  next_check_at timestamptz not null default now(),
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  primary key (reseller_id, id)
) with (fillfactor = 70);
create index subscriptions_due on subscriptions (next_check_at) where state = 'active';
create index products_by_tag on products using gin (tags);

-- What a subscription last told, or saw, of a SKU: codes available, or the unit price in ten-thousandths, or none. A SKU without a
-- mark was last seen with no stock, or no price.
create table subscription_marks (
  subscription_id uuid not null,
  sku_id uuid not null,
  value text not null,
  told_at timestamptz,
  primary key (subscription_id, sku_id)
) with (fillfactor = 70);

do $$
declare
  role text := 'kahub_' || current_schema();
begin
  execute format('grant delete on events to %I', role);
  execute format('revoke delete on endpoints from %I', role);
end
$$;
