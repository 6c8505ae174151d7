// A past of many orders, written by plain SQL in chunks with all indexes in place. The rows have the shape that the product
// gives them, and the books hold over them; only their codes are noise where sealed bytes should be, so none of them opens:
// they are sold after everything that was really imported (oldest lot first) and never reached in a run.
import { bareArray } from '../src/postgres/arrays.ts'
import type { Db } from '../src/postgres/pool.ts'
import type { Bench } from './bench.ts'
import { currency, filledBySql, unitPrice } from './shop.ts'

const chunkRows = 100_000
/** As many bytes as seal gives a number of 16 digits and a secret of 16 characters: nonce, tag, 33 bytes. */
const sealedBytes = 61
const days = 90
const secondsApart = 7

/** Writes the history; every SKU and every reseller gets an even share. */
export async function fillHistory ({ ground: { owner }, shop, size }: Bench): Promise<void> {
  const { historyOrders, historyStock } = size
  await owner`set search_path to live`
  await owner`set synchronous_commit to off`
  try {
    await prepareNames(owner, shop.buyers.map(buyer => buyer.resellerId), shop.skus)
    await fillLots(owner, historyOrders / shop.skus.length, historyStock / shop.skus.length)
    await fillCodes(owner, (historyOrders + historyStock) / shop.skus.length)
    for (let from = 0; from < historyOrders; from += chunkRows) await fillOrders(owner, from, Math.min(from + chunkRows, historyOrders))
    await settle(owner, historyOrders / shop.buyers.length)
  } finally {
    await owner`reset search_path`
    await owner`reset synchronous_commit`
  }
  await owner`vacuum analyze`
}

/** Positions for resellers and SKUs, where their counts stand, and an id that says its time (UUIDv7). */
async function prepareNames (owner: Db, resellerIds: readonly string[], skuIds: readonly string[]): Promise<void> {
  await owner`
    create temp table buyers as
    select at - 1 as at, resellers.id as reseller_id, accounts.id as account_id, entries, balance, event_sequence, api_keys.id as key_id
    from unnest(${bareArray(resellerIds)}::uuid[]) with ordinality as asked (id, at)
    join resellers on resellers.id = asked.id
    join accounts on owner_id = resellers.id and kind = 'wallet'
    join api_keys on reseller_id = resellers.id`
  await owner`
    create temp table goods as
    select at - 1 as at, asked.id as sku_id, null::int as lot_id, price_rules.id as rule_id
    from unnest(${bareArray(skuIds)}::uuid[]) with ordinality as asked (id, at)
    join price_rules on sku_id = asked.id and kind = 'list' and replaced_at is null`
  await owner.unsafe(`
    create function pg_temp.uuid_at (at timestamptz) returns uuid language sql volatile as $$
      select (lpad(to_hex((extract(epoch from at) * 1000)::bigint), 12, '0')
        || '7' || substr(md5(random()::text), 1, 3) || '8' || substr(md5(random()::text), 1, 15))::uuid
    $$`)
}

/** A lot for each SKU: the first codes of it are sold, the rest is on the shelf. */
async function fillLots (owner: Db, sold: number, inStock: number): Promise<void> {
  const size = sold + inStock
  await owner`
    insert into imports (id, sku_id, supplier, unit_cost, state, parts, lines, codes, created_by)
    select gen_random_uuid(), sku_id, ${filledBySql}, 0, 'committed', 1, ${size}, ${size}, 'bench' from goods`
  await owner`
    insert into lots (public_id, sku_id, import_id, supplier, unit_cost, currency, state, size, costed, wrapped_key, master_key)
    select gen_random_uuid(), imports.sku_id, imports.id, ${filledBySql}, 0, ${currency},
           'available', ${size}::int, ${sold}::int, '', 'none'
    from imports where supplier = ${filledBySql}`
  await owner`update goods set lot_id = lots.id from lots where lots.sku_id = goods.sku_id and supplier = ${filledBySql}`
  await owner`
    insert into shelf (sku_id, lot_id, expires_at, next, stop)
    select sku_id, lot_id, 'infinity', ${sold}::int, ${size}::int from goods`
  await owner`update stock set available = available + ${inStock}::int from goods where goods.sku_id = stock.sku_id`
}

async function fillCodes (owner: Db, size: number): Promise<void> {
  const lots = await owner<{ lot_id: number }[]>`select lot_id from goods order by at`
  for (const { lot_id: lot } of lots) {
    await owner`
      insert into codes (lot_id, n, fingerprint, sealed)
      select ${lot}, n, md5(${lot} || ' ' || n)::uuid,
             substr(decode(md5('a' || n) || md5('b' || n) || md5('c' || n) || md5('d' || n), 'hex'), 1, ${sealedBytes}::int)
      from generate_series(0, ${size}::int - 1) as n`
  }
}

/** Orders from … to-1: order i is of reseller i mod R and of SKU i mod S, one code each, in the order of their times. */
async function fillOrders (owner: Db, from: number, to: number): Promise<void> {
  await owner`drop table if exists past`
  await owner`
    create temp table past as
    select i, pg_temp.uuid_at(happened_at) as id, happened_at, reseller_id, account_id, key_id, sku_id, lot_id, rule_id,
           i / (select count(*) from buyers) as of_buyer, (i / (select count(*) from goods))::int as of_sku,
           entries, balance, event_sequence
    from generate_series(${from}::bigint, ${to}::bigint - 1) as i
    join buyers on buyers.at = i % (select count(*) from buyers)
    join goods on goods.at = i % (select count(*) from goods),
    lateral (select now() - make_interval(days => ${days}) + make_interval(secs => i * ${secondsApart}) as happened_at) as moment
    order by i`
  await owner`
    insert into orders (id, reseller_id, reference, state, fill, currency, quantity, delivered, total, key_id, created_at)
    select id, reseller_id, 'history-' || i, 'completed', 'all_or_nothing', ${currency},
           1, 1, ${unitPrice}, key_id, happened_at from past order by i`
  await owner`
    insert into order_lines (order_id, line, sku_id, quantity, delivered, unit_price, total, state, price_rules)
    select id, 1, sku_id, 1, 1, ${unitPrice}, ${unitPrice}, 'delivered', array[rule_id] from past order by i`
  await owner`insert into allocations (order_id, line, lot_id, first, count) select id, 1, lot_id, of_sku, 1 from past order by i`
  await owner`
    insert into transfers (id, kind, debit_account, credit_account, amount, order_id, wallet_id, wallet_entry, wallet_balance, created_at)
    select pg_temp.uuid_at(happened_at), 'order', account_id, revenue.id, ${unitPrice}, past.id, account_id, past.entries + of_buyer + 1,
           past.balance - ${unitPrice} * (of_buyer + 1), happened_at
    from past, (select id from accounts where kind = 'revenue' and currency = ${currency} and shard = 0) as revenue order by i`
  await owner`
    insert into reveals (order_id, id, reseller_id, first, count, key_id, ip, created_at)
    select id, pg_temp.uuid_at(happened_at), reseller_id, 0, 1, key_id, '127.0.0.1', happened_at from past order by i`
  await owner`
    insert into events (reseller_id, sequence, id, type, data, created_at)
    select reseller_id, event_sequence + of_buyer + 1, pg_temp.uuid_at(happened_at), 'order.completed',
      json_build_object('order', json_build_object(
        'id', 'ord_' || left(replace(id::text, '-', ''), 26), 'reference', 'history-' || i, 'state', 'completed',
        'fill', 'all_or_nothing', 'currency', ${currency}::text, 'quantity', 1, 'delivered', 1,
        'total', '98.25', 'refunded', '0.00', 'max_total', null,
        'created_at', happened_at, 'lines', json_build_array(json_build_object(
          'line', 1, 'sku', 'sku_' || left(replace(sku_id::text, '-', ''), 26), 'quantity', 1, 'delivered', 1,
          'unit_price', '98.25', 'total', '98.25',
          'refunded', '0.00', 'state', 'delivered', 'reason', null,
          'price_rules', json_build_array('prc_' || left(replace(rule_id::text, '-', ''), 26)))))),
      happened_at
    from past order by i`
}

/** Wallets, revenue and the resellers' counts as those orders leave them. */
async function settle (owner: Db, ordersEach: number): Promise<void> {
  await owner`
    update accounts set balance = accounts.balance - ${unitPrice} * ${ordersEach}::bigint,
      entries = accounts.entries + ${ordersEach}::bigint
    from buyers where accounts.id = account_id`
  await owner`
    update accounts set balance = balance + ${unitPrice} * ${ordersEach}::bigint * (select count(*) from buyers)
    where kind = 'revenue' and currency = ${currency} and shard = 0`
  await owner`
    update resellers set event_sequence = resellers.event_sequence + ${ordersEach}::bigint
    from buyers where resellers.id = reseller_id`
}
