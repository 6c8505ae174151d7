// A past of many orders, written by plain SQL in chunks with all indexes in place. The rows have the shape that the product
// gives them, and the books hold over them; only their codes are noise where sealed bytes should be, so none of them opens:
// they are sold after everything that was really imported (oldest lot first) and never reached in a run.
import { bareArray } from '../src/postgres/arrays.ts'
import { openOwner, type Db } from '../src/postgres/pool.ts'
import type { Bench } from './bench.ts'
import { currency, filledBySql, unitPrice } from './shop.ts'

const chunkRows = 50_000
/** Connections that fill at the same time. */
const fillers = 2
/** As many bytes as seal gives a number of 16 digits and a secret of 16 characters: nonce, tag, 33 bytes. */
const sealedBytes = 61
/** So long ago is the first order. Events are purged when they are 30 days old: these stay. */
const days = 25
const secondsOfHistory = 24 * 24 * 3600

/** A part of the history: orders from … to-1 of so many in the end, and as many codes in stock. */
export interface Part { readonly from: number, readonly to: number, readonly of: number }

/** Writes a part of the history after the parts before it; every SKU and every reseller gets an even share. */
export async function fillHistory ({ ending, ground, shop }: Bench, part: Part): Promise<void> {
  const owners = Array.from({ length: fillers }, () => openOwner(ground.url))
  const end = async (): Promise<void> => { await Promise.all(owners.map(owner => owner.end({ timeout: 1 }))) }
  const forget = ending.add(end)
  const [owner] = owners as [Db, ...Db[]]
  const count = part.to - part.from
  for (const each of owners) {
    await each`set search_path to live, filling`
    await each`set synchronous_commit to off`
  }
  await prepareNames(owner, shop.buyers.map(buyer => buyer.resellerId), shop.skus)
  await fillLots(owner, count / shop.skus.length)
  await Promise.all(owners.map((each, i) => fillCodes(each, 2 * count / shop.skus.length, i)))
  const chunks = Array.from({ length: Math.ceil(count / chunkRows) }, (_, i) => part.from + i * chunkRows)
  await Promise.all(owners.map(async each => {
    for (let from = chunks.shift(); from !== undefined; from = chunks.shift()) {
      await fillOrders(each, from, Math.min(from + chunkRows, part.to), part)
    }
  }))
  await settle(owner, count / shop.buyers.length)
  await owner`drop schema filling cascade`
  forget()
  await end()
  await ground.owner`vacuum analyze`
}

/** Positions for resellers and SKUs, where their counts stand, and an id that says its time (UUIDv7). */
async function prepareNames (owner: Db, resellerIds: readonly string[], skuIds: readonly string[]): Promise<void> {
  await owner.unsafe(`
    drop schema if exists filling cascade;
    create schema filling;
    create function filling.uuid_at (at timestamptz) returns uuid language sql volatile as $$
      select (lpad(to_hex((extract(epoch from at) * 1000)::bigint), 12, '0')
        || '7' || substr(md5(random()::text), 1, 3) || '8' || substr(md5(random()::text), 1, 15))::uuid
    $$;
    create function filling.show_order (id uuid) returns text language sql immutable as $$
      select 'ord_' || ${symbolsOf('uuid_send(id)')}
    $$`)
  await owner`
    create table filling.buyers as
    select at - 1 as at, resellers.id as reseller_id, accounts.id as account_id, entries, balance, event_sequence, api_keys.id as key_id
    from unnest(${bareArray(resellerIds)}::uuid[]) with ordinality as asked (id, at)
    join resellers on resellers.id = asked.id
    join accounts on owner_id = resellers.id and kind = 'wallet'
    join api_keys on reseller_id = resellers.id and algorithm = 'hmac-sha256'`
  await owner`
    create table filling.goods as
    select at - 1 as at, asked.id as sku_id, null::int as lot_id, price_rules.id as rule_id
    from unnest(${bareArray(skuIds)}::uuid[]) with ordinality as asked (id, at)
    join price_rules on sku_id = asked.id and kind = 'list' and replaced_at is null`
  // In force before anything was sold by them.
  await owner`
    update price_rules set created_at = now() - make_interval(days => ${days + 1}) from goods
    where price_rules.id = rule_id and price_rules.created_at > now() - make_interval(days => ${days + 1})`
}

/** The 26 symbols of base32 that show the sixteen bytes of an id, in one expression: two zero bits are in front. */
function symbolsOf (bytes: string): string {
  return Array.from({ length: 26 }, (_, place) => {
    const bit = 5 * place - 2
    const byte = Math.max(0, Math.floor(bit / 8))
    const next = byte < 15 ? `get_byte(${bytes}, ${byte + 1})` : '0'
    const group = bit < 0 ? `get_byte(${bytes}, 0) >> 5` : `(get_byte(${bytes}, ${byte}) << 8 | ${next}) >> ${11 - bit + 8 * byte}`
    return `substr('0123456789abcdefghjkmnpqrstvwxyz', ((${group}) & 31) + 1, 1)`
  }).join(' || ')
}

/** A lot for each SKU: the first half of its codes is sold, the rest is on the shelf. */
async function fillLots (owner: Db, half: number): Promise<void> {
  const size = 2 * half
  await owner`
    insert into imports (id, sku_id, supplier, unit_cost, state, parts, lines, codes, created_by)
    select gen_random_uuid(), sku_id, ${filledBySql}, 0, 'committed', 1, ${size}, ${size}, 'bench' from goods`
  await owner`
    insert into lots (public_id, sku_id, import_id, supplier, unit_cost, currency, state, size, costed, wrapped_key, master_key)
    select gen_random_uuid(), imports.sku_id, imports.id, ${filledBySql}, 0, ${currency},
           'available', ${size}::int, ${half}::int, '', 'none'
    from imports where supplier = ${filledBySql} and not exists (select from lots where import_id = imports.id)`
  await owner`
    update goods set lot_id = newest.id
    from (select sku_id, max(id) as id from lots where supplier = ${filledBySql} group by sku_id) as newest
    where newest.sku_id = goods.sku_id`
  await owner`
    insert into shelf (sku_id, lot_id, expires_at, next, stop)
    select sku_id, lot_id, 'infinity', ${half}::int, ${size}::int from goods`
  await owner`update stock set available = available + ${half}::int from goods where goods.sku_id = stock.sku_id`
}

/** The codes of every so many-th lot. */
async function fillCodes (owner: Db, size: number, turn: number): Promise<void> {
  const lots = await owner<{ lot_id: number }[]>`select lot_id from goods where at % ${fillers}::int = ${turn}::int order by at`
  for (const { lot_id: lot } of lots) {
    await owner`
      insert into codes (lot_id, n, fingerprint, sealed)
      select ${lot}, n, md5(${lot} || ' ' || n)::uuid,
             substr(decode(md5('a' || n) || md5('b' || n) || md5('c' || n) || md5('d' || n), 'hex'), 1, ${sealedBytes}::int)
      from generate_series(0, ${size}::int - 1) as n`
  }
}

/** Orders from … to-1: order i is of reseller i mod R and of SKU i mod S, one code each, in the order of their times. */
async function fillOrders (owner: Db, from: number, to: number, part: Part): Promise<void> {
  await owner`drop table if exists past`
  await owner`
    create temp table past as
    select i, uuid_at(happened_at) as id, happened_at, reseller_id, account_id, key_id, sku_id, lot_id, rule_id,
           (i - ${part.from}::bigint) / (select count(*) from buyers) as of_buyer,
           ((i - ${part.from}::bigint) / (select count(*) from goods))::int as of_sku,
           entries, balance, event_sequence
    from generate_series(${from}::bigint, ${to}::bigint - 1) as i
    join buyers on buyers.at = i % (select count(*) from buyers)
    join goods on goods.at = i % (select count(*) from goods),
    lateral (
      select now() - make_interval(days => ${days}) + make_interval(secs => i * ${secondsOfHistory / part.of}::float8) as happened_at
    ) as moment
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
    select uuid_at(happened_at), 'order', account_id, revenue.id, ${unitPrice}, past.id, account_id, past.entries + of_buyer + 1,
           past.balance - ${unitPrice} * (of_buyer + 1), happened_at
    from past, (select id from accounts where kind = 'revenue' and currency = ${currency} and shard = 0) as revenue order by i`
  await owner`
    insert into reveals (order_id, id, reseller_id, first, count, key_id, ip, created_at)
    select id, uuid_at(happened_at), reseller_id, 0, 1, key_id, '127.0.0.1', happened_at from past order by i`
  await owner`
    insert into events (reseller_id, sequence, id, type, data, created_at)
    select reseller_id, event_sequence + of_buyer + 1, uuid_at(happened_at), 'order.completed',
      json_build_object('order', json_build_object(
        'id', show_order(id), 'reference', 'history-' || i, 'state', 'completed',
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
