-- Bulk orders, quotes, holds, approvals, reversals, standing orders, sealed delivery. Runs once in each world's schema, while the
-- previous release may still run: what is added has defaults, and nothing that it reads or writes is taken away.

-- Money that is set aside stands in the reseller's own account of kind 'held'.
alter table accounts drop constraint accounts_check1;
alter table accounts add constraint accounts_check1 check ((owner_id is not null) = (kind in ('wallet', 'held')));
insert into accounts (owner_id, kind, currency) select owner_id, 'held', currency from accounts where kind = 'wallet';

-- How long and how much a reseller of the level may hold.
alter table levels add column hold_seconds_max int not null default 900 check (hold_seconds_max between 30 and 900);
alter table levels add column held_codes_max int not null default 10000 check (held_codes_max >= 0);

-- How many codes a key may reveal in a day (UTC), and from how many on the reseller is alerted.
alter table api_keys add column reveals_per_day int check (reveals_per_day >= 0);
alter table api_keys add column reveals_alert_at int check (reveals_alert_at > 0);

-- terms: what only some orders have, null where there is none: quote, hold, cost_center, bulk, chunk, standing.
-- held: money set aside. returned: codes given back unrevealed; delivered still counts them.
alter table orders add column terms jsonb;
alter table orders add column held bigint not null default 0 check (held >= 0);
alter table orders add column returned int not null default 0 check (returned >= 0);
alter table order_lines add column held int not null default 0 check (held >= 0);
alter table order_lines add column returned int not null default 0 check (returned >= 0 and returned <= delivered);

-- What is set aside for orders, to be found when its stock is withdrawn.
create index orders_held on orders (id) where state in ('awaiting_approval', 'reserved');
create index order_lines_held on order_lines (sku_id, order_id) where held > 0;

-- Every reveal of a reseller in the order of time.
create index reveals_by_reseller on reveals (reseller_id, id);

-- Transfers of an order other than its payment: hold, release, refund.
create index transfers_of_order on transfers (order_id) where order_id is not null and kind <> 'order';

create table refunds (
  reseller_id uuid not null,
  id uuid not null,
  order_id uuid not null,
  reason text not null,
  amount bigint not null check (amount >= 0),
  currency text not null,
  quantity int not null check (quantity > 0),
  lines jsonb not null,
  note text,
  key_id text not null,
  created_at timestamptz not null default now(),
  primary key (reseller_id, id)
);
create index refunds_of_order on refunds (order_id);

create table reversals (
  reseller_id uuid not null references resellers,
  id uuid not null,
  reference text not null,
  order_reference text not null,
  order_id uuid not null,
  outcome text not null,
  refund_id uuid,
  key_id text not null,
  created_at timestamptz not null default now(),
  primary key (reseller_id, id)
);

create table quotes (
  reseller_id uuid not null references resellers,
  id uuid not null,
  reference text not null,
  currency text not null,
  total bigint not null check (total >= 0),
  lines jsonb not null,
  key_id text not null,
  expires_at timestamptz not null,
  order_id uuid,
  created_at timestamptz not null default now(),
  primary key (reseller_id, id)
);
create index quotes_unused on quotes (expires_at) where order_id is null;

-- A hold is a quantity on the stock row, never a range.
create table holds (
  reseller_id uuid not null references resellers,
  id uuid not null,
  reference text not null,
  state text not null check (state in ('active', 'used', 'cancelled', 'expired', 'broken')),
  quantity int not null check (quantity > 0),
  key_id text not null,
  expires_at timestamptz not null,
  order_id uuid,
  ended_at timestamptz,
  created_at timestamptz not null default now(),
  primary key (reseller_id, id),
  check ((state = 'active') = (ended_at is null))
);
create index holds_active on holds (expires_at) where state = 'active';
create index holds_active_of_reseller on holds (reseller_id, expires_at) where state = 'active';

create table hold_lines (
  hold_id uuid not null,
  sku_id uuid not null references skus,
  quantity int not null check (quantity > 0),
  primary key (hold_id, sku_id)
);

create table approval_policies (
  reseller_id uuid primary key references resellers,
  policy jsonb not null,
  updated_by text not null,
  updated_at timestamptz not null default now()
);

-- SKUs a reseller has bought, kept only for those whose policy asks about first purchases.
create table purchased_skus (
  reseller_id uuid not null references resellers,
  sku_id uuid not null references skus,
  primary key (reseller_id, sku_id)
);

-- What may be spent in a calendar month (UTC) by a key or for a cost center.
create table budgets (
  reseller_id uuid not null references resellers,
  id uuid not null,
  kind text not null check (kind in ('key', 'cost_center')),
  subject text not null,
  currency text not null,
  monthly_limit bigint not null check (monthly_limit >= 0),
  updated_by text not null,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  primary key (reseller_id, id),
  unique (reseller_id, kind, subject, currency)
);

create table budget_spends (
  reseller_id uuid not null,
  budget_id uuid not null,
  month date not null,
  spent bigint not null check (spent >= 0),
  primary key (reseller_id, budget_id, month)
);

create table approvals (
  reseller_id uuid not null references resellers,
  id uuid not null,
  kind text not null check (kind in ('order', 'bulk_order')),
  subject_id uuid not null,
  state text not null check (state in ('pending', 'approved', 'rejected', 'expired', 'cancelled')),
  reasons text[] not null,
  currency text not null,
  total bigint not null,
  quantity int not null,
  cost_center text,
  requested_by text not null,
  decided_by text,
  comment text,
  expires_at timestamptz not null,
  decided_at timestamptz,
  created_at timestamptz not null default now(),
  primary key (reseller_id, id),
  check ((state = 'pending') = (decided_at is null))
);
create index approvals_of_subject on approvals (subject_id);
-- A bulk order that is tried again is asked about again.
create unique index approvals_pending_of_subject on approvals (subject_id) where state = 'pending';
create index approvals_pending on approvals (expires_at) where state = 'pending';
create index approvals_pending_of_reseller on approvals (reseller_id, id) where state = 'pending';

create table bulk_orders (
  reseller_id uuid not null references resellers,
  id uuid not null,
  reference text not null,
  state text not null,
  format text not null,
  fill text not null,
  currency text,
  cost_center text,
  lines int not null,
  quantity int not null,
  total bigint not null,
  max_total bigint,
  report jsonb not null,
  sha256 bytea not null,
  key_id text not null,
  ip text not null,
  confirmed_by text,
  -- The work: chunks there are, the first of the present round (each retry is one), the next one to take, what the work of
  -- releasing leads to, and when the last step was made.
  chunks int not null,
  round int not null default 1,
  first_chunk int not null default 0,
  next_chunk int not null default 0,
  ends_as text,
  worked_at timestamptz,
  lines_done int not null default 0,
  lines_delivered int not null default 0,
  lines_failed int not null default 0,
  delivered int not null default 0,
  paid bigint not null default 0,
  failure jsonb,
  created_at timestamptz not null default now(),
  confirmed_at timestamptz,
  ended_at timestamptz,
  primary key (reseller_id, id)
);
create index bulk_orders_at_work on bulk_orders (worked_at, id) where state in ('running', 'reserving', 'completing', 'releasing');
create index bulk_orders_to_confirm on bulk_orders (created_at) where state = 'validated';

-- The lines of a bulk order, so many a row: a chunk becomes one order, whose lines tell what became of them.
create table bulk_chunks (
  bulk_id uuid not null,
  chunk int not null,
  round int not null default 1,
  line_numbers int[] not null,
  sku_ids uuid[] not null,
  quantities int[] not null,
  line_references text[] not null,
  order_id uuid,
  reasons text[],
  retried boolean not null default false,
  primary key (bulk_id, chunk)
);

-- runs counts the rows of standing_runs, orders those that ordered, refusals those refused in a row. Runs up to used_up_to have
-- nothing on hand any more, and never will.
create table standing_orders (
  reseller_id uuid not null references resellers,
  id uuid not null,
  reference text not null,
  name text not null,
  state text not null check (state in ('active', 'paused', 'ended')),
  sku_id uuid not null references skus,
  rule jsonb not null,
  limits jsonb not null,
  cost_center text,
  key_id text not null,
  runs int not null default 0,
  orders int not null default 0,
  refusals int not null default 0,
  used_up_to int not null default 0,
  next_run_at timestamptz,
  pause_reason text,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  primary key (reseller_id, id),
  check ((state = 'active') = (next_run_at is not null)),
  check ((state = 'paused') = (pause_reason is not null))
);
create unique index standing_orders_by_id on standing_orders (id);
create index standing_orders_due on standing_orders (next_run_at) where state = 'active';

create table standing_runs (
  reseller_id uuid not null,
  standing_id uuid not null,
  run int not null,
  due_at timestamptz not null,
  outcome text not null,
  wanted int not null,
  on_hand int,
  order_id uuid,
  quantity int not null default 0,
  total bigint not null default 0,
  code text,
  detail text,
  ran_at timestamptz not null default now(),
  primary key (standing_id, run),
  check ((outcome = 'ordered') = (order_id is not null))
);
create index standing_runs_ordered on standing_runs (standing_id, ran_at, run) where order_id is not null;

create table encryption_keys (
  reseller_id uuid not null references resellers,
  id uuid not null,
  name text not null,
  algorithm text not null check (algorithm in ('ECDH-ES', 'RSA-OAEP-256')),
  jwk jsonb not null,
  created_by text not null,
  created_at timestamptz not null default now(),
  retired_by text,
  retired_at timestamptz,
  primary key (reseller_id, id)
);
-- One at a time: what is delivered next is sealed to it.
create unique index encryption_keys_in_use on encryption_keys (reseller_id) where retired_at is null;

-- Codes a key with a quota revealed on a day.
create table reveal_counts (
  key_id text not null references api_keys,
  day date not null,
  count int not null,
  alerted boolean not null default false,
  primary key (key_id, day)
);

-- Sums over the whole of an order's codes, computed once when they were asked for; returned tells codes given back since.
create table code_digests (
  order_id uuid not null,
  returned int not null,
  count int not null,
  ndjson_sha256 text not null,
  csv_sha256 text not null,
  primary key (order_id, returned)
);

do $$
declare
  role text := 'kahub_' || current_schema();
begin
  execute format('revoke update, delete on refunds, reversals, standing_runs from %I', role);
  execute format('revoke delete on approval_policies, approvals, bulk_orders, standing_orders, encryption_keys, holds from %I', role);
end
$$;
