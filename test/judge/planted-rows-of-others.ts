// Planted faults of what waits, of callbacks, reveals, resellers, links, events and prices.
import { words, type Planted } from './planted-rows.ts'

const { shop, bob, order, reseller, swap, stateTold, goesBack } = words
const alice = reseller('plain one')
const onPending = '(select id from orders where state = \'awaiting_approval\' order by id limit 1)'
/** An event of the order that was approved, which nobody was called back for. */
const approvedEvent = (type: string) => `(
  select id from events where reseller_id = ${shop} and type = '${type}' and data #>> '{order,id}' in (
    select data #>> '{order,id}' from events
    where reseller_id = ${shop} and type = 'order.completed' and data #>> '{order,reference}' <> 'given back')
  limit 1)`
const asksForEvents = 'of every event since an endpoint is as it is, and which it asks for, there is a delivery'
const bulkAwaits = 'a bulk order awaits approval as long as its approval is pending'

const held: readonly Planted[] = [
  {
    says: 'a hold is its lines, and it has an order when it is used',
    rows: 'update hold_lines set quantity = quantity + 1 where hold_id = (select id from holds where state = \'used\' limit 1)'
  },
  {
    says: 'a reserved order waits for its bulk order, which is not at its end',
    rows: 'update bulk_orders set state = \'running\' where state = \'awaiting_approval\'',
    also: [bulkAwaits]
  },
  {
    says: 'an order awaits approval as long as its approval is pending, for what it holds, and ends as that ends',
    rows: `update approvals set quantity = quantity + 1 where subject_id = ${onPending}`
  },
  {
    says: 'a bulk order at its end has an outcome for every line and holds nothing',
    rows: 'update bulk_orders set ended_at = null where state = \'completed\''
  },
  {
    says: bulkAwaits,
    rows: 'update approvals set state = \'approved\', decided_at = now(), decided_by = \'x\' where kind = \'bulk_order\''
  },
  { says: 'nobody decided on what they ordered', rows: 'update approvals set decided_by = requested_by where state = \'rejected\'' },
  {
    says: 'a chunk of a bulk order became one order of its lines, or says of each why not, or was not tried',
    rows: 'update orders set reference = \'blk\' where terms ? \'bulk\' and state = \'completed\''
  },
  { says: 'a standing order counts its runs, and those that ordered', rows: 'update standing_orders set runs = runs + 1' },
  {
    says: 'the order of a standing order’s run is there once, under its reference',
    rows: 'update standing_runs set quantity = quantity + 1'
  }
]

const callbacks: readonly Planted[] = [
  {
    says: 'the events of a reseller have no gap',
    rows: `update events set sequence = sequence + 1000 where reseller_id = ${shop} and type = 'wallet.deposited'`
  },
  {
    says: 'every refund has its event',
    rows: `update events set type = 'order.voided' where reseller_id = ${shop} and type = 'order.reversed'`,
    also: [stateTold, 'the events of an order go a way that is open, and none goes on from an end']
  },
  {
    says: 'the deliveries of an endpoint have no gap, and it knows how many there are',
    rows: 'update deliveries set sequence = sequence + 1000 where id = (select id from deliveries where state = \'delivered\' limit 1)'
  },
  {
    says: asksForEvents,
    rows: `update deliveries set event_id = gen_random_uuid() where id = (
      select id from deliveries where state = 'delivered' and type = 'order.completed' and url is null limit 1)`
  },
  {
    says: 'a delivery that is settled was taken, or given up, after as many attempts as it says',
    rows: 'update deliveries set due_at = now() where id = (select id from deliveries where state = \'delivered\' limit 1)'
  },
  {
    says: 'what was given up is in the feed as well',
    rows: 'update deliveries set event_id = gen_random_uuid() where id = (select id from deliveries where state = \'dead\' limit 1)',
    also: [asksForEvents]
  },
  {
    says: 'a subscription counts what it told, and the feed has it without a gap as far back as it goes',
    rows: 'update subscriptions set sequence = sequence + 1'
  },
  {
    says: 'the events of an order go a way that is open, and none goes on from an end',
    rows: `update events set type = 'order.rejected' where id = ${approvedEvent('order.awaiting_approval')}`
  },
  { says: stateTold, rows: `update events set type = 'order.partial' where id = ${approvedEvent('order.completed')}` },
  {
    says: 'an order is told of to its reseller alone',
    rows: `update events set data = jsonb_set(data::jsonb, '{order,id}', (
        select data::jsonb #> '{order,id}' from events where reseller_id = ${bob} and type = 'order.completed' limit 1))
      where id = ${approvedEvent('order.completed')}`,
    also: [stateTold]
  }
]

const reveals: readonly Planted[] = [
  {
    says: 'a reveal is of codes of an order of its reseller, to a key of that reseller',
    rows: `update reveals set count = count + 1 where order_id = ${order('plain one')}`
  },
  {
    says: 'a code that was given back was never revealed',
    rows: `insert into reveals (order_id, id, reseller_id, first, count, key_id, ip)
      select id, gen_random_uuid(), reseller_id, 1, 1, key_id, '::1' from orders where state = 'reversed'`
  },
  { says: 'what a key with a quota revealed in a day is counted, and is within it', rows: 'update reveal_counts set count = count + 100' }
]

const tenants: readonly Planted[] = [
  {
    says: 'an order was placed with a key of its reseller',
    rows: `update orders set key_id = (select key_id from orders where id = ${order('unseen')}) where id = ${order('plain one')}`
  },
  {
    says: 'money that moves for an order moves between its reseller and the house',
    rows: `update transfers set order_id = ${order('plain one')}
      where kind = 'deposit' and wallet_id = (select id from accounts where kind = 'wallet' and owner_id = ${bob})`
  },
  {
    says: 'a delivery is of an endpoint and an event of its reseller',
    rows: `update deliveries set reseller_id = ${bob} where id = (
      select id from deliveries where state = 'delivered' and reseller_id = ${alice} limit 1)`
  },
  {
    says: 'an event goes to a callback URL by way of an endpoint of its reseller',
    rows: `update callback_claims set endpoint_id = (select id from endpoints where reseller_id = ${bob})`
  },
  { says: 'a hold and a quote are of the reseller of the order that used them', rows: 'update quotes set order_id = null' },
  {
    says: 'a refund and a reversal are of the reseller of their order',
    rows: `update refunds set reseller_id = ${bob}`,
    also: ['every refund has its event']
  },
  {
    says: 'a link, its session, its host and its settlements are of one reseller',
    rows: `insert into hosts (reseller_id, id, name, state) values (${alice}, '00000000-0000-7000-8000-000000000001', 'x', 'active');
      update links set host_id = '00000000-0000-7000-8000-000000000001'`
  },
  {
    says: 'a checkout, its link, hold, order and settlement are of one reseller',
    rows: swap('checkouts', 'hold_id', ['state = \'completed\' and settlement_id is null', 'state = \'refunded\''])
  },
  {
    says: 'a payment, what came by it and what went back are of one reseller',
    rows: `update paybacks set reseller_id = ${alice}`
  }
]

const links: readonly Planted[] = [
  {
    says: 'a buyer has paid for codes, or has the money back or on its way',
    rows: 'update paybacks set amount = amount - 1 where banked_at is not null',
    also: [goesBack]
  },
  {
    says: 'what a buyer bought was ordered as it was agreed',
    rows: `update checkouts set sku_id = (select sku_id from order_lines where order_id = ${order('dear one')})
      where id = (select id from checkouts where state = 'completed' limit 1)`
  },
  { says: goesBack, rows: 'update payments set state = \'closed\' where id = (select payment_id from receipts where applied limit 1)' },
  {
    says: 'a link holds what its open checkouts hold, and has sold what was bought, a one-time link once',
    rows: 'update links set sold = sold + 1'
  },
  {
    says: 'a checkout is refunded when all its money has gone back, and not before',
    rows: 'update checkouts set state = \'refunding\' where state = \'refunded\''
  },
  {
    says: 'what buyers paid stands in proceeds, commission, refunds payable and cash in transit, to the last fen',
    rows: 'update receipts set banked_at = null where transaction = (select transaction from receipts where banked_at is not null limit 1)'
  },
  {
    says: 'a settlement is the sum of its sales, those of its hosts their share, and its margin was moved to the wallet',
    rows: 'update settlements set commission = commission + 1, margin = margin - 1'
  }
]

const prices: readonly Planted[] = [
  {
    says: 'a unit price is what the rules of its line make it',
    rows: `update order_lines set unit_price = unit_price + 1 where order_id = ${order('plain one')}`
  },
  {
    says: 'the rules of a line are those that were in force for its buyer, SKU and quantity',
    rows: 'update price_rules set replaced_at = now() - interval \'30 minutes\', replaced_by = \'x\' where kind = \'quantity_break\''
  },
  {
    says: 'what was agreed by quote or link is what it was sold at',
    rows: 'update quotes set lines = jsonb_set(lines, \'{0,unit_price}\', \'"1"\')'
  }
]

export const plantedElsewhere: readonly Planted[] = [...held, ...callbacks, ...reveals, ...tenants, ...links, ...prices]

/** For a world whose workers have had the time to finish. */
export const plantedLate: readonly Planted[] = [
  {
    says: 'every order that is not at its end has an open case that is in time: an approval, or a bulk order at work',
    rows: `update approvals set expires_at = now() - interval '1 hour' where subject_id = ${onPending}`,
    also: ['a hold, a checkout and an approval are ended when their time is over']
  },
  {
    says: 'a hold, a checkout and an approval are ended when their time is over',
    rows: 'update holds set expires_at = now() - interval \'1 hour\' where state = \'active\' and checkout_id is null'
  },
  {
    says: 'every enabled endpoint has come to the end of its reseller’s events, and nothing is on its way',
    rows: `update endpoints set fanned_to = fanned_to - 1 where reseller_id = ${bob}`
  }
]
