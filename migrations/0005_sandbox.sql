-- The sandbox: what its faults have struck and are to strike. The test world alone has these tables: in live they are not there.
do $$
begin
  if current_schema() <> 'test' then return; end if;

  -- How often a call asked for a fault. call: a hash of what tells the call apart.
  create table sandbox_calls (
    reseller_id uuid not null references resellers,
    call text not null,
    fault text not null,
    seen int not null,
    seen_at timestamptz not null default now(),
    primary key (reseller_id, call, fault)
  );
  create index sandbox_calls_by_age on sandbox_calls (seen_at);

  -- What struck: the journal its reseller reads. status and error: what an endpoint answered to what was sent to it.
  create table sandbox_strikes (
    reseller_id uuid not null references resellers,
    id uuid not null,
    fault text not null,
    parameters jsonb not null,
    call text not null,
    reference text,
    delivery_id uuid,
    endpoint_id uuid,
    status int,
    error text,
    created_at timestamptz not null default now(),
    primary key (reseller_id, id)
  );
  create index sandbox_strikes_by_age on sandbox_strikes (created_at);

  -- Orders that nobody knows about yet, and what becomes of them.
  create table sandbox_undecided (
    reseller_id uuid not null references resellers,
    reference text not null,
    outcome text not null check (outcome in ('completed', 'cancelled')),
    settle_at timestamptz not null,
    primary key (reseller_id, reference)
  );
  create index sandbox_undecided_due on sandbox_undecided (settle_at);

  -- Callbacks that are to go wrong. subject: order:<reference>, or endpoint:<id> for tests and samples.
  create table sandbox_callbacks (
    reseller_id uuid not null references resellers,
    id uuid not null,
    subject text not null,
    fault text not null,
    parameters jsonb not null,
    created_at timestamptz not null default now(),
    primary key (reseller_id, id)
  );
  create index sandbox_callbacks_of_subject on sandbox_callbacks (reseller_id, subject);
  create index sandbox_callbacks_by_age on sandbox_callbacks (created_at);

  -- The one delivery of each endpoint that such a fault strikes, until when it is held back, and whether that is over.
  create table sandbox_deliveries (
    fault_id uuid not null,
    endpoint_id uuid not null,
    delivery_id uuid not null,
    until timestamptz not null,
    ended boolean not null default false,
    primary key (fault_id, endpoint_id)
  );

  -- A reset gives the keys another reseller; this one's history stays as it was.
  create table sandbox_resets (
    old_reseller_id uuid primary key references resellers,
    new_reseller_id uuid not null references resellers,
    key_id text not null,
    created_at timestamptz not null default now()
  );
  create index sandbox_resets_by_key on sandbox_resets (key_id, created_at);
end
$$;
