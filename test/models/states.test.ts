// The tables of schema/states.ts beside what the product does: an order and a hold are brought into each state there is, and every door
// is tried on them there, with the model to say what it must answer; the database itself writes down which ways were gone.
import t, { type Test } from 'tap'
import { deepStrictEqual } from 'node:assert/strict'
import * as vocabulary from '../../schema/vocabulary.ts'
import { openHouse } from '../support/house.ts'
import { allowedIn, forbiddenIn, stateTables, tablesWithStates, wayOf, waysGone, type StateTable } from '../support/watch-states.ts'
import { perform, type Act } from './shop/act.ts'
import { wordsOf } from './shop/open-stocked.ts'
import { openShop } from './shop/real-shop.ts'
import { glanceAt, showShop } from './shop/shop.ts'

const house = await openHouse(t)
const gone = () => waysGone(house.db, 'live')

/** States that nothing leaves, as the design tells them: a second writing, so that a way out of an end is noticed. */
const ends: Readonly<Record<StateTable, readonly string[]>> = {
  orders: ['reversed', 'cancelled', 'rejected', 'expired', 'void'],
  order_lines: ['refused', 'released', 'returned'],
  holds: ['used', 'cancelled', 'expired', 'broken'],
  approvals: ['approved', 'rejected', 'expired', 'cancelled'],
  bulk_orders: ['invalid', 'completed', 'rejected', 'expired'],
  standing_orders: ['ended'],
  endpoints: [],
  deliveries: ['dropped'],
  imports: ['committed', 'aborted'],
  lots: ['recalled', 'expired', 'aborted'],
  checkouts: ['completed', 'refunded'],
  payments: ['paid'],
  paybacks: ['succeeded'],
  products: [],
  skus: [],
  resellers: ['closed']
}

const words: Readonly<Record<StateTable, readonly string[]>> = {
  orders: vocabulary.orderStates,
  order_lines: vocabulary.lineStates,
  holds: vocabulary.holdStates,
  approvals: vocabulary.approvalStates,
  bulk_orders: vocabulary.bulkOrderStates,
  standing_orders: vocabulary.standingOrderStates,
  endpoints: vocabulary.endpointStates,
  deliveries: vocabulary.deliveryStates,
  imports: vocabulary.importStates,
  lots: vocabulary.lotStates,
  checkouts: vocabulary.checkoutStates,
  payments: vocabulary.paymentStates,
  paybacks: vocabulary.paybackStates,
  products: vocabulary.listingStatuses,
  skus: vocabulary.listingStatuses,
  resellers: vocabulary.resellerStatuses
}

t.test('each table of states has all of its words, every state can be reached, and the ends are those that the design names', async t => {
  for (const table of tablesWithStates) {
    const entry: Readonly<Record<string, readonly (string | null)[]>> = stateTables[table][1]
    t.same(Object.keys(entry).sort(), [...words[table]].sort(), `${table}: every word has its entry`)
    const reached = new Set<string | null>([null])
    for (let before = 0; before < reached.size;) {
      before = reached.size
      for (const [to, froms] of Object.entries(entry)) if (froms.some(from => reached.has(from))) reached.add(to)
    }
    t.same(words[table].filter(state => !reached.has(state)), [], `${table}: every state can be reached`)
    t.same(words[table].filter(state => !Object.values(entry).some(froms => froms.includes(state))), ends[table], `${table}: its ends`)
  }
})

t.test('where the database lists states it lists the same', async t => {
  const rows = await house.db<{ name: string, text: string }[]>`
    select conrelid::regclass::text as name, pg_get_constraintdef(oid) as text from pg_constraint
    where contype = 'c' and connamespace = 'live'::regnamespace and pg_get_constraintdef(oid) ~ '^CHECK [(]+(state|status) = ANY'`
  const listed = rows.flatMap(({ name, text }) => tablesWithStates.filter(table => name.replace('live.', '') === table)
    .map(table => [table, [...text.matchAll(/'(\w+)'/g)].map(match => match[1]!)] as const))
  t.ok(listed.length >= 12, `${listed.length} tables list their states`)
  for (const [table, states] of listed) t.same(states.sort(), [...words[table]].sort(), table)
})

type Shop = Awaited<ReturnType<typeof openShop>>

/** Does acts in both, and asserts that both tell and show the same. */
async function acts ({ model, real }: Shop, ...list: readonly Act[]): Promise<void> {
  for (const act of list) {
    const expected = perform(model, act)
    deepStrictEqual(await real.perform(act), expected, wordsOf(act))
    deepStrictEqual(await real.glance(), glanceAt(model), `after ${wordsOf(act)}`)
  }
}

const who = 0
const order = (reference: string, more: Partial<Extract<Act, { do: 'order' }>> = {}): Act => ({
  do: 'order',
  who,
  reference,
  lines: [{ sku: 0, quantity: 2 }],
  partial: true,
  max: null,
  quote: null,
  hold: null,
  inline: false,
  dry: false,
  ...more
})
/** Above what the first reseller may buy with one key. */
const large = { lines: [{ sku: 0, quantity: 5 }] }
const overdue = (of: 'approval' | 'order', which: string): Act => ({ do: 'time', of, who, which })
const decide = (reference: string, approve: boolean): Act => ({ do: 'decide', who, reference, approve })
const cancel = (reference: string, unrevealed = false): Act => ({ do: 'cancel', who, reference, unrevealed })
const pass = (of: 'approvals' | 'holds' | 'lots'): Act => ({ do: 'pass', pass: of })
const reveal = (reference: string): Act => ({ do: 'reveal', who, reference, offset: 0, limit: 1 })

/** How an order comes into each state that resellers know; `reserved` is a bulk order's. */
const orderWays: Readonly<Record<string, (reference: string) => readonly Act[]>> = {
  awaiting_approval: r => [order(r, large)],
  completed: r => [order(r)],
  'completed after its approval': r => [order(r, large), decide(r, true)],
  partial: r => [order(r, { lines: [{ sku: 0, quantity: 1 }, { sku: 2, quantity: 4 }] })],
  'partial, a code revealed': r => [order(r), reveal(r), cancel(r, true)],
  reversed: r => [order(r), cancel(r)],
  cancelled: r => [order(r, large), cancel(r)],
  rejected: r => [order(r, large), decide(r, false)],
  expired: r => [order(r, large), overdue('approval', r), pass('approvals')],
  void: r => [{ do: 'reverse', who, name: `of ${r}`, reference: r }]
}

const orderDoors: Readonly<Record<string, (reference: string) => readonly Act[]>> = {
  cancel: r => [cancel(r)],
  'cancel what is unrevealed': r => [cancel(r, true)],
  reverse: r => [{ do: 'reverse', who, name: `undo ${r}`, reference: r }],
  approve: r => [decide(r, true)],
  reject: r => [decide(r, false)],
  expire: r => [overdue('approval', r), decide(r, true), pass('approvals')],
  reveal: r => [reveal(r), cancel(r)],
  'come too late': r => [overdue('order', r), cancel(r)],
  repeat: r => [order(r), order(r, { ...large, inline: true })]
}

async function openRich (): Promise<Shop> {
  const shop = await openShop(house)
  await acts(shop,
    { do: 'deposit', who, name: 'much', amount: 90_000_000n },
    { do: 'stock', sku: 0, count: 90, expiry: 9 },
    { do: 'stock', sku: 2, count: 3, expiry: 9 })
  return shop
}

for (const [state, way] of Object.entries(orderWays)) {
  t.test(`an order that is ${state} answers at every door as the model says, and goes no way that the table has not`, async t => {
    const shop = await openRich()
    for (const [door, knock] of Object.entries(orderDoors)) {
      const reference = `${state}, ${door}`
      await acts(shop, ...way(reference), ...knock(reference))
    }
    // And the stock is withdrawn under one that is left as it came.
    await acts(shop, ...way('left'), { do: 'recall', lot: 0 })
    deepStrictEqual(await shop.real.show(), showShop(shop.model))
    await onlyAllowed(t)
  })
}

const hold = (name: string): Act => ({ do: 'hold', who, name, lines: [{ sku: 0, quantity: 2 }] })
const overHold = (which: string): Act => ({ do: 'time', of: 'hold', who, which })

const holdWays: Readonly<Record<string, (name: string) => readonly Act[]>> = {
  active: n => [hold(n)],
  used: n => [hold(n), order(`by ${n}`, { hold: n })],
  cancelled: n => [hold(n), { do: 'cancel hold', who, name: n }],
  expired: n => [hold(n), overHold(n), pass('holds')],
  'over, and not yet tidied': n => [hold(n), overHold(n)],
  broken: n => [{ do: 'stock', sku: 0, count: 5, expiry: 1 }, hold(n), { do: 'recall', lot: 0 },
    { do: 'stock', sku: 0, count: 40, expiry: 9 }]
}

const holdDoors: Readonly<Record<string, (name: string) => readonly Act[]>> = {
  cancel: n => [{ do: 'cancel hold', who, name: n }],
  expire: n => [overHold(n), pass('holds')],
  buy: n => [order(`buys ${n}`, { hold: n })],
  'ask again': n => [hold(n)]
}

for (const [state, way] of Object.entries(holdWays)) {
  t.test(`a hold that is ${state} answers at every door as the model says, and goes no way that the table has not`, async t => {
    for (const [door, knock] of Object.entries(holdDoors)) {
      const shop = await openShop(house)
      if (state !== 'broken') await acts(shop, { do: 'stock', sku: 0, count: 30, expiry: 9 })
      await acts(shop, ...way(door), ...knock(door), pass('holds'))
    }
    await onlyAllowed(t)
  })
}

t.test('lots go out of time, with whatever was promised of them', async t => {
  const shop = await openRich()
  await acts(shop, hold('h'), order('waits', large), { do: 'time', of: 'lot', who, which: '0' }, decide('waits', true), pass('lots'),
    { do: 'recall', lot: 0 })
  await acts(shop, { do: 'stock', sku: 0, count: 8, expiry: 9 }, order('later', large), { do: 'time', of: 'lot', who, which: '2' },
    pass('lots'))
  await onlyAllowed(t)
})

t.test('codes of a lot whose time is over go nowhere when they are given back', async t => {
  const shop = await openShop(house)
  await acts(shop, { do: 'stock', sku: 0, count: 6, expiry: 1 }, order('bought'), { do: 'time', of: 'lot', who, which: '0' },
    cancel('bought'), pass('lots'))
  await onlyAllowed(t)
})

t.test('stock that is withdrawn breaks what is over first, then the newest holds, then the newest orders, and no more than it must',
  async t => {
    const shop = await openShop(house)
    const lots = (...counts: readonly number[]) => counts.map((count): Act => ({ do: 'stock', sku: 0, count, expiry: 9 }))
    await acts(shop, ...lots(5, 5, 5, 5), order('waits', large), ...['old', 'over', 'new'].map(hold), overHold('over'),
      order('waits too', large))
    for (const lot of [0, 1, 2, 3]) await acts(shop, { do: 'recall', lot })
    await onlyAllowed(t)
  })

const onlyAllowed = async (t: Test) => t.same(forbiddenIn(await gone()), [], 'no other way was gone')

/** Ways that other doors lead along, which are walked where those doors are tested. */
const elsewhere: Partial<Record<StateTable, readonly string[]>> = {
  // Bulk orders reserve (test/domain/bulk-orders.test.ts).
  orders: [wayOf(null, 'reserved'), ...['completed', 'partial', 'cancelled', 'rejected', 'expired'].map(to => wayOf('reserved', to)),
    wayOf('awaiting_approval', 'partial')],
  order_lines: [wayOf('held', 'partial')],
  imports: [wayOf('open', 'aborted')],
  lots: [wayOf('staged', 'aborted')]
}

t.test('every way of orders, lines, holds, approvals and lots was gone', async t => {
  const ways = await gone()
  for (const table of ['orders', 'order_lines', 'holds', 'approvals', 'imports', 'lots'] as const) {
    const missing = allowedIn(table).filter(way => !ways.get(table)!.has(way) && !(elsewhere[table] ?? []).includes(way))
    t.same(missing, [], table)
  }
})

t.test('a way out of an end would be seen', async t => {
  await house.db`update orders set state = 'completed' where id = (select id from orders where state = 'void' limit 1)`
  t.ok((await gone()).get('orders')!.has('void → completed'))
  t.notOk(allowedIn('orders').includes('void → completed'))
})
