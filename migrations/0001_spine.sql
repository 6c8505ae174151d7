-- The spine. Runs once in each world's schema (search_path is that schema alone). Amounts are ten-thousandths of the
-- currency's major unit. Rows written per order carry no foreign keys (they would cost as much as the order itself):
-- what the keys would guard is guarded by the statements that write, and proven by the proving pass.

create table snapshots (
  name text primary key check (name in ('prices', 'keys')),
  version bigint not null default 1
);
insert into snapshots (name) values ('prices'), ('keys');

create table secrets (
  name text primary key,
  wrapped bytea not null,
  master_key text not null
);

-- One row per creating call with a reference, orders apart (they keep theirs themselves).
create table reference_claims (
  owner text not null,
  resource text not null,
  reference text not null,
  fields jsonb not null,
  resource_id text not null,
  created_at timestamptz not null default now(),
  primary key (owner, resource, reference)
);

create table levels (
  id text primary key,
  name text not null,
  rank int not null,
  requests_per_minute int not null check (requests_per_minute > 0),
  created_at timestamptz not null default now()
);

create table resellers (
  id uuid primary key,
  name text not null,
  level_id text not null references levels,
  status text not null check (status in ('active', 'suspended', 'closed')),
  currency text not null,
  event_sequence bigint not null default 0,
  order_number bigint not null default 0,
  created_at timestamptz not null default now()
) with (fillfactor = 50);

create table api_keys (
  id text primary key,
  reseller_id uuid references resellers,
  name text not null,
  algorithm text not null check (algorithm in ('hmac-sha256', 'ed25519')),
  sealed_secret bytea,
  master_key text,
  public_key jsonb,
  scopes text[] not null,
  ip_allow text[] not null default '{}',
  requests_per_minute int check (requests_per_minute > 0),
  api_version text,
  replaced_by text references api_keys,
  expires_at timestamptz,
  revoked_at timestamptz,
  created_at timestamptz not null default now(),
  check ((algorithm = 'hmac-sha256') = (sealed_secret is not null)),
  check ((algorithm = 'hmac-sha256') = (master_key is not null)),
  check ((algorithm = 'ed25519') = (public_key is not null))
);
create index api_keys_by_reseller on api_keys (reseller_id, created_at, id);

-- Nonces that were used: 32 bits of the time after which the signature is worthless, then 96 bits of a hash of key and nonce.
-- In order of expiry, so that new ones go to the right edge of the index and old ones are deleted from the left.
create table nonces (
  id uuid primary key
);

-- Catalogue. changed is the transaction that last changed what a reseller sees: the watermark of a sync compares it
-- with the oldest transaction still running, so a row that commits late is never missed.
create table issuers (
  id text primary key,
  name text not null
);

create table categories (
  id text primary key,
  name text not null,
  parent_id text references categories
);

create table products (
  id uuid primary key,
  number bigint not null unique,
  name text not null,
  kind text not null check (kind in ('code', 'topup')),
  issuer_id text not null references issuers,
  category_id text references categories,
  tags text[] not null default '{}',
  description text not null default '',
  qualification_note text not null default '',
  status text not null check (status in ('active', 'paused', 'delisted')),
  changed xid8 not null default pg_current_xact_id(),
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now()
);
create index products_by_change on products (changed, id);
create index products_by_category on products (category_id, id);

create table skus (
  id uuid primary key,
  number bigint not null unique,
  product_id uuid not null references products,
  name text not null,
  face_value bigint check (face_value > 0),
  face_currency text,
  region text not null default 'GLOBAL',
  currency text not null,
  status text not null check (status in ('active', 'paused', 'delisted')),
  quantity_min int not null default 1 check (quantity_min > 0),
  quantity_max int not null default 1000000 check (quantity_max >= quantity_min),
  quantity_step int not null default 1 check (quantity_step > 0),
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  check ((face_value is null) = (face_currency is null))
);
create index skus_by_product on skus (product_id, id);

-- Price rules are never edited: a new one replaces the old, or it is ended; either way it stays as history.
create table price_rules (
  id uuid primary key,
  kind text not null check (kind in ('list', 'level', 'contract', 'level_discount', 'quantity_break', 'floor')),
  sku_id uuid references skus,
  level_id text references levels,
  reseller_id uuid references resellers,
  quantity_min int check (quantity_min > 1),
  amount bigint check (amount >= 0),
  rate int check (rate between 1 and 10000),
  deliberate_loss boolean not null default false,
  created_by text not null,
  reason text not null default '',
  created_at timestamptz not null default now(),
  replaced_at timestamptz,
  replaced_by text,
  end_reason text,
  end_deliberate_loss boolean,
  check ((replaced_at is null) = (replaced_by is null)),
  check ((amount is not null) = (kind in ('list', 'level', 'contract', 'floor'))),
  check ((rate is not null) = (kind in ('level_discount', 'quantity_break'))),
  check ((sku_id is null) = (kind = 'level_discount')),
  check ((level_id is not null) = (kind in ('level', 'level_discount'))),
  check ((reseller_id is not null) = (kind = 'contract')),
  check ((quantity_min is not null) = (kind = 'quantity_break'))
);
create unique index price_rules_in_force on price_rules (kind, sku_id, level_id, reseller_id, quantity_min) nulls not distinct
  where replaced_at is null;
create index price_rules_by_sku on price_rules (sku_id, created_at, id);

-- Stock. See docs in src/domain/stock.
create table imports (
  id uuid primary key,
  sku_id uuid not null references skus,
  supplier text not null default '',
  unit_cost bigint not null check (unit_cost >= 0),
  expires_at timestamptz,
  state text not null check (state in ('open', 'committed', 'aborted')),
  parts int not null default 0,
  lines bigint not null default 0,
  codes bigint not null default 0,
  created_by text not null,
  created_at timestamptz not null default now(),
  touched_at timestamptz not null default now()
);

create index imports_untouched on imports (touched_at) where state = 'open';

create table import_parts (
  import_id uuid not null references imports,
  part int not null check (part > 0),
  sha256 bytea not null,
  lines bigint not null,
  codes int not null,
  primary key (import_id, part)
);

create table lots (
  id int generated always as identity primary key,
  public_id uuid not null unique,
  sku_id uuid not null references skus,
  import_id uuid not null references imports,
  supplier text not null default '',
  unit_cost bigint not null check (unit_cost >= 0),
  currency text not null,
  expires_at timestamptz not null default 'infinity',
  state text not null check (state in ('staged', 'available', 'recalled', 'expired', 'aborted')),
  state_reason text not null default '',
  size int not null default 0,
  withdrawn int not null default 0 check (withdrawn >= 0),
  costed int not null default 0 check (costed >= 0),
  wrapped_key bytea not null,
  master_key text not null,
  created_at timestamptz not null default now()
);
create unique index lots_of_import on lots (import_id, expires_at);
create index lots_by_sku on lots (sku_id, id);
create index lots_to_clear on lots (id) where state = 'aborted' and size > 0;
create index lots_by_expiry on lots (expires_at) where state = 'available' and expires_at < 'infinity';

create table codes (
  lot_id int not null,
  n int not null,
  fingerprint uuid not null,
  sealed bytea not null,
  primary key (lot_id, n)
);
create unique index codes_by_fingerprint on codes (fingerprint);
alter table codes alter column sealed set storage plain;

create table voided_codes (
  lot_id int not null references lots,
  n int not null,
  reason text not null,
  created_by text not null,
  created_at timestamptz not null default now(),
  primary key (lot_id, n)
);

create table stock (
  sku_id uuid primary key references skus,
  available int not null default 0 check (available >= 0),
  held int not null default 0 check (held >= 0)
) with (fillfactor = 50);

create table shelf (
  id bigint generated always as identity primary key,
  sku_id uuid not null references skus,
  lot_id int not null references lots,
  expires_at timestamptz not null,
  next int not null,
  stop int not null,
  check (0 <= next and next < stop)
) with (fillfactor = 50);
create index shelf_in_order_of_use on shelf (sku_id, expires_at, lot_id, id);
create index shelf_by_lot on shelf (lot_id);

-- Money.
create table accounts (
  id int generated always as identity primary key,
  owner_id uuid references resellers,
  kind text not null,
  currency text not null,
  shard smallint not null default 0,
  balance bigint not null default 0,
  credit_limit bigint not null default 0 check (credit_limit >= 0),
  entries bigint not null default 0,
  created_at timestamptz not null default now(),
  unique nulls not distinct (owner_id, kind, currency, shard),
  check (kind <> 'wallet' or balance + credit_limit >= 0),
  check ((owner_id is not null) = (kind = 'wallet'))
) with (fillfactor = 50);

create table transfers (
  id uuid primary key,
  kind text not null,
  debit_account int not null,
  credit_account int not null check (credit_account <> debit_account),
  amount bigint not null check (amount > 0),
  order_id uuid,
  line smallint,
  wallet_id int,
  wallet_entry bigint,
  wallet_balance bigint,
  reason text,
  created_by text,
  created_at timestamptz not null default now()
);
create unique index transfers_of_wallet on transfers (wallet_id, wallet_entry) where wallet_id is not null;
create index transfers_of_wallet_not_orders on transfers (wallet_id, wallet_entry) where wallet_id is not null and kind <> 'order';

-- Why a wallet may go how far below zero.
create table credit_limit_changes (
  id bigint generated always as identity primary key,
  account_id int not null references accounts,
  before bigint not null,
  after bigint not null,
  reason text not null,
  created_by text not null,
  created_at timestamptz not null default now()
);
create index credit_limit_changes_of_account on credit_limit_changes (account_id, id);

-- Orders.
create table orders (
  reseller_id uuid not null,
  id uuid not null,
  reference text not null,
  state text not null,
  fill text not null,
  currency text not null,
  max_total bigint,
  quantity int not null,
  delivered int not null,
  total bigint not null,
  refunded bigint not null default 0,
  key_id text not null,
  created_at timestamptz not null default now(),
  primary key (reseller_id, id)
);
-- The cast keeps the primary key from being a choice when an order is looked up by its reference: while the table is small the
-- two look alike to the planner, and a plan made then would later read every order of the reseller.
create unique index orders_by_reference on orders ((reseller_id::text), reference);

create table order_lines (
  order_id uuid not null,
  line smallint not null,
  sku_id uuid not null,
  quantity int not null,
  delivered int not null,
  unit_price bigint not null,
  total bigint not null,
  refunded bigint not null default 0,
  state text not null,
  reason text,
  price_rules uuid[] not null,
  primary key (order_id, line)
);

create table allocations (
  order_id uuid not null,
  line smallint not null,
  lot_id int not null,
  first int not null,
  count int not null check (count > 0),
  live boolean not null default true,
  primary key (order_id, line, lot_id, first)
);
create unique index allocations_live on allocations (lot_id, first) where live;

create table reveals (
  order_id uuid not null,
  id uuid not null,
  reseller_id uuid not null,
  first int not null,
  count int not null,
  key_id text not null,
  ip text not null,
  created_at timestamptz not null default now(),
  primary key (order_id, id)
);

create table events (
  reseller_id uuid not null,
  sequence bigint not null,
  id uuid not null,
  type text not null,
  data json not null,
  created_at timestamptz not null default now(),
  primary key (reseller_id, sequence)
);

-- The world's role writes rows; what must never change is out of its reach.
do $$
declare
  role text := 'kahub_' || current_schema();
begin
  execute format('revoke update, delete on transfers, credit_limit_changes, reveals, events, voided_codes from %I', role);
  execute format('revoke update on codes, nonces, reference_claims, import_parts from %I', role);
  execute format('revoke delete on resellers, api_keys, products, skus, price_rules, lots, accounts, orders, order_lines, allocations from %I', role);
end
$$;
