-- The sandbox gateway: a payment gateway of our own that behaves like a foreign one. Nothing of the house refers to these rows, and they
-- refer to nothing of the house: what passes between them is HTTP. Runs once in each world's schema.

-- What a merchant asked to have paid. id: the gateway's own, in the address of the page on which it is paid; unguessable. merchant_payment:
-- the merchant's name for it. failed_at: when a try to pay last failed.
create table sandbox_gateway_payments (
  id text primary key,
  merchant_payment text not null unique,
  currency text not null,
  amount bigint not null check (amount > 0),
  subject text not null,
  notify_url text not null,
  return_url text not null,
  language text not null,
  expires_at timestamptz not null,
  failed_at timestamptz,
  closed_at timestamptz,
  created_at timestamptz not null default now()
);
create index sandbox_gateway_payments_by_age on sandbox_gateway_payments (created_at);

-- Money that came, or comes at a time to come.
create table sandbox_gateway_receipts (
  transaction text primary key,
  payment_id text not null references sandbox_gateway_payments,
  currency text not null,
  amount bigint not null check (amount > 0),
  comes_at timestamptz not null,
  created_at timestamptz not null default now()
);
create index sandbox_gateway_receipts_of_payment on sandbox_gateway_receipts (payment_id);

-- Money that went back. merchant_refund: the merchant's name for it, once.
create table sandbox_gateway_refunds (
  merchant_refund text primary key,
  payment_id text not null references sandbox_gateway_payments,
  transaction text not null references sandbox_gateway_receipts,
  currency text not null,
  amount bigint not null check (amount > 0),
  reason text not null,
  created_at timestamptz not null default now()
);
create index sandbox_gateway_refunds_of_payment on sandbox_gateway_refunds (payment_id);
create index sandbox_gateway_refunds_of_transaction on sandbox_gateway_refunds (transaction);

-- What is told to the merchant's server. due_at: when it is sent next; null when it was taken, or given up.
create table sandbox_gateway_notices (
  id uuid primary key,
  payment_id text not null references sandbox_gateway_payments,
  body text not null,
  due_at timestamptz,
  attempts int not null default 0,
  last_error text,
  taken_at timestamptz,
  created_at timestamptz not null default now()
) with (fillfactor = 70);
create index sandbox_gateway_notices_due on sandbox_gateway_notices (due_at) where due_at is not null;
create index sandbox_gateway_notices_of_payment on sandbox_gateway_notices (payment_id);
