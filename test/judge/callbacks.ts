// I8 by the rows: what became true is in the feed without a gap, and on its way to, or taken by, whoever asked for it.
import type { Judgement } from './judgement.ts'

export const callbackJudgements: readonly Judgement[] = [
  {
    invariant: 'I8',
    says: 'the events of a reseller have no gap',
    of: '@events',
    faults: `
      select format('%s of %s', e.sequence, e.reseller_id) as place from (
        select reseller_id, sequence, row_number() over (partition by reseller_id order by sequence) as counted from @events
      ) e left join @resellers r on r.id = e.reseller_id where r.id is null or e.sequence <> r.event_floor + e.counted
      union all
      select format('reseller %s: %s events are counted', r.id, r.event_sequence) from @resellers r
      left join (select reseller_id, count(*) as events from @events group by reseller_id) e on e.reseller_id = r.id
      where r.event_sequence <> r.event_floor + coalesce(e.events, 0)`
  },
  {
    invariant: 'I8',
    says: 'every refund has its event',
    of: '@refunds',
    faults: `
      select reseller_id::text as place from (select reseller_id, count(*) as count from @refunds group by 1) r
      full join (select reseller_id, count(*) as count from @events where type in ('order.reversed', 'order.refunded') group by 1) e
        using (reseller_id)
      where coalesce(r.count, 0) <> coalesce(e.count, 0)
        and exists (select from @resellers whole where whole.id = reseller_id and whole.event_floor = 0)`
  },
  {
    invariant: 'I8',
    says: 'the deliveries of an endpoint have no gap, and it knows how many there are',
    of: '@deliveries',
    faults: `
      select format('%s of endpoint %s', d.sequence, d.endpoint_id) as place from (
        select endpoint_id, sequence, row_number() over (partition by endpoint_id order by sequence) as counted from @deliveries
      ) d join @endpoints e on e.id = d.endpoint_id
      where d.sequence <> d.counted and e.purged = 0 or d.sequence < 1 or d.sequence > e.sequence
      union all
      select format('endpoint %s: %s deliveries are counted', e.id, e.sequence) from @endpoints e
      left join (select endpoint_id, count(*) as deliveries from @deliveries group by endpoint_id) d on d.endpoint_id = e.id
      where e.sequence <> e.purged + coalesce(d.deliveries, 0)`
  },
  {
    invariant: 'I8',
    says: 'of every event since an endpoint is as it is, and which it asks for, there is a delivery',
    of: '@deliveries',
    faults: `
      select format('event %s of %s for endpoint %s', v.sequence, v.reseller_id, e.id) as place from @endpoints e
      join @events v on v.reseller_id = e.reseller_id and v.sequence <= e.fanned_to and v.created_at > greatest(e.created_at, e.updated_at)
      where e.deleted_at is null and v.type <> 'endpoint.test' and (e.types = '{}' or v.type = any(e.types)) and e.purged = 0
        and not exists (select from @deliveries d where d.endpoint_id = e.id and d.event_id = v.id and d.event_sequence = v.sequence)
      union all
      select format('endpoint %s is ahead of its reseller', e.id) from @endpoints e join @resellers r on r.id = e.reseller_id
      where e.fanned_to > r.event_sequence`
  },
  {
    invariant: 'I8',
    says: 'a delivery that is settled was taken, or given up, after as many attempts as it says',
    of: '@deliveries where state <> \'due\'',
    faults: `
      select d.id::text as place from @deliveries d
      join @resellers r on r.id = d.reseller_id
      left join (select delivery_id, count(*) as attempts from @delivery_attempts group by delivery_id) a on a.delivery_id = d.id
      where (d.state = 'due') <> (d.due_at is not null) or (d.state = 'delivered' and d.delivered_at is null)
        or (d.state <> 'due' and (d.leased_until is not null or d.leased_by is not null))
        or (d.leased_until is null) <> (d.leased_by is null)
        or d.attempts < coalesce(a.attempts, 0) or (d.state = 'delivered' and d.attempts = 0)
        -- Below the floor nothing is due: what waited until its event was no longer kept is given up untried.
        or (d.state = 'dead' and d.attempts = 0 and d.event_sequence > r.event_floor)`
  },
  {
    invariant: 'I8',
    says: 'what was given up is in the feed as well',
    of: '@deliveries where state = \'dead\'',
    faults: `
      select format('delivery %s: event %s', d.id, d.event_sequence) as place from @deliveries d join @resellers r on r.id = d.reseller_id
      where d.state = 'dead' and d.sample is null and d.event_sequence > r.event_floor and not exists (
        select from @events v
        where v.reseller_id = d.reseller_id and v.sequence = d.event_sequence and v.id = d.event_id and v.type = d.type)`
  },
  {
    invariant: 'I8',
    says: 'a subscription counts what it told, and the feed has it without a gap as far back as it goes',
    of: '@subscriptions',
    faults: `
      with told as (
        select reseller_id, data ->> 'subscription' as shown, count(*) as events, min(told) as first, max(told) as last
        from (select *, (data ->> 'subscription_sequence')::bigint as told from @events where type in ('stock.changed', 'price.changed')) e
        group by 1, 2
      ), counted as (
        select *, 'sub_' || (
          select string_agg(substr('0123456789abcdefghjkmnpqrstvwxyz', 1 + substring(bits from 5 * place + 1 for 5)::bit(5)::int, 1), ''
                            order by place)
          from generate_series(0, 25) as place
        ) as shown from (select *, B'00' || ('x' || replace(id::text, '-', ''))::bit(128) as bits from @subscriptions) s
      )
      select format('%s: %s messages', shown, events) as place from told where last - first + 1 <> events
      union all
      select format('%s: %s, told %s', c.shown, c.sequence, coalesce(t.last, 0)) from counted c
      join @resellers r on r.id = c.reseller_id left join told t on t.reseller_id = c.reseller_id and t.shown = c.shown
      where c.sequence <> coalesce(t.last, case when r.event_floor > 0 then c.sequence else 0 end) or (r.event_floor = 0 and t.first > 1)
      union all
      select format('mark of %s', subscription_id) from @subscription_marks m
      where not exists (select from @subscriptions s where s.id = m.subscription_id)`
  }
]

/** For a moment at which nothing is under way any more. */
export const quietJudgements: readonly Judgement[] = [
  {
    invariant: 'I8',
    says: 'every enabled endpoint has come to the end of its reseller’s events, and nothing is on its way',
    of: '@endpoints where deleted_at is null and state = \'enabled\'',
    faults: `
      select format('endpoint %s has come to event %s of %s', e.id, e.fanned_to, r.event_sequence) as place
      from @endpoints e join @resellers r on r.id = e.reseller_id
      where e.deleted_at is null and e.state = 'enabled' and e.fanned_to <> r.event_sequence
      union all
      select format('delivery %s of endpoint %s is due', d.id, d.endpoint_id) from @deliveries d
      join @endpoints e on e.id = d.endpoint_id and e.deleted_at is null and e.state = 'enabled' where d.state = 'due'`
  }
]
