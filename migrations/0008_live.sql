-- What live views show that nothing else keeps: who looked at a link, and who looks now. Runs once in each world's schema, while the
-- previous release may still run.

-- Views of a link's page, counted by the minute. session_id: the session that the link belonged to in that minute.
create table link_visits (
  link_id uuid not null references links (id),
  minute timestamptz not null,
  session_id uuid,
  visits int not null check (visits >= 0),
  primary key (link_id, minute)
) with (fillfactor = 50);
create index link_visits_of_session on link_visits (session_id, minute) where session_id is not null;

-- Buyers' pages that are open now, as each process says of itself; a row that grows old is of a process that ended. Lost in a crash of
-- the database, it is told anew within seconds.
create unlogged table link_viewers (
  link_id uuid not null,
  process uuid not null,
  viewers int not null check (viewers >= 0),
  at timestamptz not null default now(),
  primary key (link_id, process)
) with (fillfactor = 50);
create index link_viewers_by_age on link_viewers (at);

-- The newest purchases of a session, and of a link; those whose money goes back.
create index checkouts_sold_in_session on checkouts (session_id, ended_at) where state = 'completed' and session_id is not null;
create index checkouts_sold_by_link on checkouts (link_id, ended_at) where state = 'completed';
create index checkouts_going_back on checkouts (link_id) where state in ('refunding', 'refunded');
create index paybacks_of_reseller on paybacks (reseller_id, created_at);
