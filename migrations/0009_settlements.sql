-- What settling looks for, and what of a settlement is whose. Runs once in each world's schema.

-- What is not settled yet, of each reseller: days are settled reseller by reseller.
drop index checkouts_unsettled;
create index checkouts_unsettled on checkouts (reseller_id, ended_at) where state = 'completed' and settlement_id is null;
create index checkouts_of_settlement on checkouts (settlement_id, id) where settlement_id is not null;

-- What each host earned in a settlement: with the payouts, what it is owed.
create table settlement_hosts (
  settlement_id uuid not null references settlements (id),
  host_id uuid not null references hosts (id),
  currency text not null,
  sales int not null check (sales > 0),
  quantity int not null check (quantity > 0),
  commission bigint not null check (commission >= 0),
  primary key (settlement_id, host_id)
);
create index settlement_hosts_of_host on settlement_hosts (host_id, currency);

do $$
declare
  role text := 'kahub_' || current_schema();
begin
  execute format('revoke update, delete on settlement_hosts from %I', role);
  -- Written once, as payouts are.
  execute format('revoke update on settlements from %I', role);
end
$$;
