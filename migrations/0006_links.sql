-- Purchase links, what buyers buy through them, and payments. Runs once in each world's schema, while the previous release may still
-- run: what is added has defaults, and nothing that it reads or writes is taken away.

-- What buyers paid stands in the reseller's account of kind 'proceeds' until it is settled; what it owes its hosts in 'commission'.
alter table accounts drop constraint accounts_check1;
alter table accounts add constraint accounts_check1
  check ((owner_id is not null) = (kind in ('wallet', 'held', 'proceeds', 'commission')));
alter table accounts add constraint accounts_owed check (kind not in ('proceeds', 'commission') or balance >= 0);
insert into accounts (owner_id, kind, currency)
  select owner_id, owned.kind, currency from accounts as wallets, unnest(array['proceeds', 'commission']) as owned (kind) where wallets.kind = 'wallet';
insert into accounts (kind, currency)
  select house.kind, currency from accounts as cash, unnest(array['cash_in_transit', 'refunds_payable']) as house (kind) where cash.kind = 'cash';

alter table transfers add column payment_id uuid;
alter table transfers add column settlement_id uuid;
create index transfers_of_payment on transfers (payment_id) where payment_id is not null;
create index transfers_of_settlement on transfers (settlement_id) where settlement_id is not null;

-- A retail price below the minimum is refused when a link is made.
alter table price_rules drop constraint price_rules_kind_check;
alter table price_rules add constraint price_rules_kind_check
  check (kind in ('list', 'level', 'contract', 'level_discount', 'quantity_break', 'floor', 'minimum_retail'));
alter table price_rules drop constraint price_rules_check1;
alter table price_rules add constraint price_rules_check1
  check ((amount is not null) = (kind in ('list', 'level', 'contract', 'floor', 'minimum_retail')));

alter table snapshots drop constraint snapshots_name_check;
alter table snapshots add constraint snapshots_name_check check (name in ('prices', 'keys', 'gateways'));
insert into snapshots (name) values ('gateways');

-- Who sells in a stream: the reseller itself, or somebody under it. commission_rate: ten-thousandths of what buyers pay.
create table hosts (
  reseller_id uuid not null references resellers,
  id uuid not null unique,
  name text not null,
  commission_rate int not null default 0 check (commission_rate between 0 and 10000),
  state text not null check (state in ('active', 'archived')),
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  primary key (reseller_id, id)
);

-- A stream, by which sales are counted and settled. url_version: raised, it makes the addresses of the live page and the overlay anew.
create table sessions (
  reseller_id uuid not null references resellers,
  id uuid not null unique,
  host_id uuid references hosts (id),
  title text not null,
  starts_at timestamptz not null,
  ended_at timestamptz,
  url_version int not null default 1,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  primary key (reseller_id, id)
);

-- A purchase link. What it is now (active, sold out …) is judged from what is kept here and from the stock. held and sold count pieces
-- being paid for, and bought; sales counts purchases. version counts its edits. Its row is the lock of all its checkouts.
-- commission_rate (ten-thousandths of what buyers pay) or commission_amount (for a piece), or neither.
create table links (
  reseller_id uuid not null references resellers,
  id uuid not null unique,
  slug text not null unique,
  reference text not null,
  kind text not null check (kind in ('shared', 'one_time')),
  title text not null,
  description text not null default '',
  redeem_note text not null default '',
  picture_url text,
  session_id uuid references sessions (id),
  host_id uuid references hosts (id),
  currency text not null,
  commission_rate int check (commission_rate between 0 and 10000),
  commission_amount bigint check (commission_amount >= 0),
  quota int check (quota > 0),
  quota_per_buyer int check (quota_per_buyer > 0),
  starts_at timestamptz not null default '-infinity',
  ends_at timestamptz not null default 'infinity',
  paused_at timestamptz,
  ended_at timestamptz,
  sold_out_at timestamptz,
  held int not null default 0 check (held >= 0),
  sold int not null default 0 check (sold >= 0),
  sales int not null default 0 check (sales >= 0),
  version int not null default 1,
  created_by text not null,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  primary key (reseller_id, id),
  check (commission_rate is null or commission_amount is null),
  check (starts_at < ends_at)
) with (fillfactor = 50);
create index links_of_session on links (session_id) where session_id is not null;
create index links_used_once on links (id) where ended_at is null and kind = 'one_time' and sold_out_at is not null;
create index links_to_end on links (ends_at) where ended_at is null and ends_at < 'infinity';

create table link_skus (
  link_id uuid not null references links (id),
  place smallint not null check (place > 0),
  sku_id uuid not null references skus,
  retail_price bigint not null check (retail_price > 0),
  primary key (link_id, place),
  unique (link_id, sku_id)
);
create index link_skus_by_sku on link_skus (sku_id);

-- What an edit, a pause or an end changed: the members before and after.
create table link_changes (
  link_id uuid not null references links (id),
  version int not null,
  before jsonb not null,
  after jsonb not null,
  changed_by text not null,
  created_at timestamptz not null default now(),
  primary key (link_id, version)
);

-- A buyer's purchase. Prices are those agreed when it began. attempt tells one press of the button from the next. Who buys: sealed_contact
-- opens with the world's key for buyers, contact_hint is what may be shown, the hashes are keyed and find the same buyer again.
create table checkouts (
  reseller_id uuid not null,
  id uuid not null primary key,
  link_id uuid not null,
  session_id uuid,
  host_id uuid,
  attempt uuid,
  sku_id uuid not null,
  quantity int not null check (quantity > 0),
  currency text not null,
  retail_price bigint not null,
  total bigint not null check (total > 0),
  wholesale_price bigint not null check (wholesale_price >= 0),
  price_rules uuid[] not null,
  wholesale bigint not null check (wholesale >= 0),
  commission bigint not null check (commission >= 0),
  state text not null check (state in ('open', 'completed', 'expired', 'cancelled', 'refunding', 'refunded')),
  reason text,
  hold_id uuid not null,
  order_id uuid,
  contact_kind text not null check (contact_kind in ('phone', 'email')),
  sealed_contact bytea not null,
  contact_hint text not null,
  contact_hash uuid not null,
  device_hash uuid,
  network_hash uuid not null,
  language text not null,
  expires_at timestamptz not null,
  ended_at timestamptz,
  settlement_id uuid,
  created_at timestamptz not null default now(),
  check (wholesale + commission <= total),
  check ((state = 'completed') = (order_id is not null)),
  check ((state = 'open') = (ended_at is null))
) with (fillfactor = 70);
create unique index checkouts_by_attempt on checkouts (link_id, attempt) where attempt is not null;
create index checkouts_of_link on checkouts (link_id, id);
create index checkouts_of_session on checkouts (session_id, id) where session_id is not null;
create index checkouts_of_reseller on checkouts (reseller_id, id);
create index checkouts_open on checkouts (expires_at) where state = 'open';
create index checkouts_by_contact on checkouts (link_id, contact_hash) where state in ('open', 'completed');
create index checkouts_by_device on checkouts (link_id, device_hash) where state in ('open', 'completed') and device_hash is not null;
create index checkouts_by_network on checkouts (link_id, network_hash) where state in ('open', 'completed');
create index checkouts_unsettled on checkouts (ended_at) where state = 'completed' and settlement_id is null;

-- What is set aside while a buyer pays: a hold of the house's own, which no reseller sees.
alter table holds add column checkout_id uuid;

-- One try to pay, with one gateway: of a checkout, or of a deposit into a wallet (subject_id is then its own id). action: what the payer
-- is shown (an address to go to, or the content of a QR code). gateway_ref: the gateway's own name for it, where it has one.
create table payments (
  id uuid not null primary key,
  reseller_id uuid not null references resellers,
  purpose text not null check (purpose in ('checkout', 'deposit')),
  subject_id uuid not null,
  reference text,
  gateway text not null,
  currency text not null,
  amount bigint not null check (amount > 0),
  state text not null check (state in ('created', 'pending', 'paid', 'closing', 'closed')),
  action jsonb,
  gateway_ref text,
  return_url text not null,
  expires_at timestamptz not null,
  query_at timestamptz,
  queries int not null default 0,
  last_error text,
  paid_at timestamptz,
  created_by text,
  created_at timestamptz not null default now()
) with (fillfactor = 70);
create index payments_of_subject on payments (subject_id, id);
create index payments_to_query on payments (query_at) where query_at is not null;
create index payments_of_reseller on payments (reseller_id, id) where purpose = 'deposit';

-- Money that came, each coming once. applied: for what it was meant; otherwise it goes back, and reason says why.
create table receipts (
  gateway text not null,
  transaction text not null,
  payment_id uuid not null references payments,
  reseller_id uuid not null,
  currency text not null,
  amount bigint not null check (amount > 0),
  applied boolean not null,
  reason text,
  source text not null check (source in ('callback', 'query', 'close')),
  paid_at timestamptz,
  created_at timestamptz not null default now(),
  banked_at timestamptz,
  primary key (gateway, transaction),
  check (applied = (reason is null))
);
create index receipts_of_payment on receipts (payment_id);
create index receipts_unbanked on receipts (created_at) where banked_at is null;

-- Money on its way back to a buyer: the whole of one receipt.
create table paybacks (
  id uuid not null primary key,
  gateway text not null,
  transaction text not null,
  payment_id uuid not null references payments,
  reseller_id uuid not null,
  currency text not null,
  amount bigint not null check (amount > 0),
  reason text not null,
  state text not null check (state in ('due', 'sent', 'succeeded', 'failed')),
  next_at timestamptz,
  attempts int not null default 0,
  last_error text,
  created_at timestamptz not null default now(),
  ended_at timestamptz,
  banked_at timestamptz,
  unique (gateway, transaction),
  foreign key (gateway, transaction) references receipts
);
create index paybacks_due on paybacks (next_at) where next_at is not null;
create index paybacks_of_payment on paybacks (payment_id);
create index paybacks_unbanked on paybacks (ended_at) where state = 'succeeded' and banked_at is null;

-- "This code does not work": kept as it was said; its handling is not built yet.
create table complaints (
  reseller_id uuid not null references resellers,
  id uuid not null,
  checkout_id uuid not null references checkouts,
  position int not null check (position >= 0),
  message text not null,
  state text not null check (state in ('open')),
  created_at timestamptz not null default now(),
  primary key (reseller_id, id),
  unique (checkout_id, position)
);

-- What a day's sales of a session (or of links without one) came to, in one currency, and what of it became whose.
create table settlements (
  reseller_id uuid not null references resellers,
  id uuid not null unique,
  session_id uuid references sessions (id),
  day date not null,
  currency text not null,
  sales int not null check (sales > 0),
  quantity int not null check (quantity > 0),
  gross bigint not null,
  wholesale bigint not null,
  commission bigint not null,
  margin bigint not null check (margin >= 0),
  created_at timestamptz not null default now(),
  primary key (reseller_id, id),
  check (gross = wholesale + commission + margin)
);
alter table checkouts add constraint checkouts_settlement foreign key (settlement_id) references settlements (id);

-- What a reseller has paid a host of the commission it owed.
create table payouts (
  reseller_id uuid not null references resellers,
  id uuid not null,
  host_id uuid not null references hosts (id),
  reference text not null,
  currency text not null,
  amount bigint not null check (amount > 0),
  note text not null default '',
  created_by text not null,
  created_at timestamptz not null default now(),
  primary key (reseller_id, id)
);
create index payouts_of_host on payouts (host_id, currency);

-- The gateways that take buyers' money: what each is configured with is sealed.
create table gateways (
  id text primary key,
  kind text not null check (kind in ('sandbox', 'alipay', 'wechatpay', 'stripe')),
  name text not null,
  name_zh text not null,
  currencies text[] not null,
  state text not null check (state in ('enabled', 'disabled')),
  sealed_config bytea not null,
  master_key text not null,
  updated_by text not null,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now()
);

do $$
declare
  role text := 'kahub_' || current_schema();
begin
  execute format('revoke update, delete on link_changes, payouts from %I', role);
  execute format('revoke delete on hosts, sessions, links, checkouts, payments, receipts, paybacks, complaints, settlements, gateways from %I', role);
end
$$;
