// The money of a thousand sessions adds up: buyers begin, pay, pay twice, late, too little or in another currency, cancel, let the time go
// by and come again, while lots are recalled, links paused and edited, sellers suspended, refunds booked and sales settled. Whatever the
// sequence, nobody has paid without a code or the money, nobody has a code unpaid, and every amount is where the books say.
import t from 'tap'
import { readId, showId, type Uuid } from '../../src/base/ids.ts'
import { Problem } from '../../src/base/problem.ts'
import { bankReceipts } from '../../src/domain/links/settlement/bank-receipts.ts'
import { cancelCheckout } from '../../src/domain/links/checkouts/cancel-checkout.ts'
import type { StartedCheckout } from '../../src/domain/links/checkouts/checkout.ts'
import { paybackSucceeded } from '../../src/domain/links/checkouts/end-payback.ts'
import { expireCheckouts } from '../../src/domain/links/checkouts/expire-checkouts.ts'
import { payAgain } from '../../src/domain/links/checkouts/pay-again.ts'
import { settleSales } from '../../src/domain/links/settlement/settle-sales.ts'
import { watchSoldOut } from '../../src/domain/links/sold-out.ts'
import { recallHeldLot } from '../../src/domain/orders/withdraw-stock.ts'
import { proveWorld } from '../../src/domain/prove-world.ts'
import type { NewReceipt, Payment } from '../../src/domain/payments/payment.ts'
import { transact } from '../../src/postgres/transact.ts'
import { begins, codeOf, makeLink, offByOne, receiptOf, runsOut } from '../support/buyers.ts'
import { openHouse } from '../support/house.ts'

const sessions = 1_000
/** Sessions under way at once. */
const atOnce = 8
/** After how many sessions all is proven. */
const provenEvery = 250

// Each run has its own seed, told when something fails; set it here to see the same choices again.
const seed = Number(process.env.KAHUB_TEST_SEED ?? Date.now() % 1_000_000)
t.comment(`seed ${seed}`)

/** mulberry32: small, and the same for the same seed. */
function randomsOf (start: number): () => number {
  let state = start
  return () => {
    state = state + 0x6D2B79F5 | 0
    let mixed = Math.imul(state ^ state >>> 15, 1 | state)
    mixed = mixed + Math.imul(mixed ^ mixed >>> 7, 61 | mixed) ^ mixed
    return ((mixed ^ mixed >>> 14) >>> 0) / 2 ** 32
  }
}

const random = randomsOf(seed)
const below = (count: number): number => Math.floor(random() * count)
const oneOf = <Value>(values: readonly Value[]): Value => values[below(values.length)]!

const house = await openHouse(t)
const { live } = house.worlds
const { db } = house

interface Stall { readonly link: Uuid, readonly sku: string, readonly seen: number, readonly reseller: string }

async function openStalls (): Promise<readonly Stall[]> {
  const stalls: Stall[] = []
  for (const [i, currency] of (['CNY', 'CNY', 'JPY', 'KWD'] as const).entries()) {
    const reseller = await house.reseller({ currency, balance: '1000' })
    const [first, second] = [await house.sku({ codes: 120, price: '7', currency }), await house.sku({ codes: 60, price: '3', currency })]
    const wish = { reseller: reseller.id, currency, skus: { [first]: 10, [second]: 4 } }
    const links = [
      await makeLink(db, { ...wish, quota: 60, commission: 1_234 }),
      await makeLink(db, { ...wish, perBuyer: 3, commission: 777 }),
      await makeLink(db, { ...wish, ...i === 0 && { kind: 'one_time' as const } })
    ]
    for (const link of links) stalls.push({ link, sku: first, seen: 10, reseller: reseller.id }, { link, sku: second, seen: 4, reseller: reseller.id })
  }
  return stalls
}

const stalls = await openStalls()
const kept: { readonly started: StartedCheckout, readonly payments: Payment[], readonly receipts: NewReceipt[] }[] = []
const done = new Map<string, number>()
const count = (what: string): void => { done.set(what, (done.get(what) ?? 0) + 1) }

/** What a session may meet between its steps, or instead of its end. */
async function session (): Promise<void> {
  const stall = oneOf(stalls)
  const phone = below(4) === 0 ? `+861390000${String(below(30)).padStart(4, '0')}` : undefined
  const quantity = 1 + below(3)
  let started: StartedCheckout
  try {
    started = await begins(live, { ...stall, quantity, gateway: oneOf(['alipay', 'wechatpay']), ...phone !== undefined && { phone } })
  } catch (error) {
    if (!(error instanceof Problem)) throw error
    return count(error.code)
  }
  const payments = [started.payment]
  const receipts: NewReceipt[] = []
  kept.push({ started, payments, receipts })
  for (let steps = 1 + below(5); steps > 0; steps--) await step(started, payments, receipts)
}

async function step (started: StartedCheckout, payments: Payment[], receipts: NewReceipt[]): Promise<void> {
  const { checkout } = started
  const payment = oneOf(payments)
  const receives = async (receipt: NewReceipt) => {
    receipts.push(receipt)
    const outcome = await live.receivePayment(receipt)
    count(outcome.kind === 'returned' ? `returned ${outcome.reason}` : outcome.kind)
  }
  switch (below(12)) {
    case 0: case 1: case 2: case 3: return await receives(receiptOf(payment))
    case 4: return void await Promise.all([receives(receiptOf(payment)), receives(receiptOf(oneOf(payments)))])
    case 5: {
      if (receipts.length === 0) return
      const again = oneOf(receipts)
      return void await Promise.all([receives(again), receives({ ...again, source: 'query' })])
    }
    case 6: return await receives(receiptOf(payment, { amount: offByOne(payment.amount, payment.currency, oneOf([1, -1])) }))
    case 7: return await receives(receiptOf(payment, { currency: 'USD' }))
    case 8: return count(`cancel ${await codeOf(transact(live.db, tx => cancelCheckout(tx, checkout.id)))}`)
    case 9: case 10: {
      await runsOut(db, checkout)
      await expireCheckouts(live.db, 50)
      if (below(2) === 0) await receives(receiptOf(payment))
      return count('late')
    }
    default: {
      const again = transact(live.db, tx => payAgain(tx, checkout.id, oneOf(['alipay', 'wechatpay']), 'https://kahub.example'))
      const code = await codeOf(again)
      count(`again ${code}`)
      if (code === 'accepted') payments.push(await again)
    }
  }
}

/** What happens in the house meanwhile. */
async function weather (): Promise<void> {
  const { link, sku, reseller } = oneOf(stalls)
  switch (below(8)) {
    case 0: {
      const [lot] = await db<{ public_id: Uuid }[]>`
        select public_id from live.lots where sku_id = ${readId('sku', sku)!} and state = 'available' order by random() limit 1`
      if (lot) await transact(live.db, tx => recallHeldLot(tx, lot.public_id, 'bad'))
      return count('recalled')
    }
    case 1: return void await house.stocks(sku, 60, { currency: await currencyOf(sku) })
    case 2: {
      // One at a time: a sale that is paused shows little else.
      return void await db`update live.links set paused_at = case when id = ${link} and paused_at is null then now() end`
    }
    case 3: {
      await house.operator.resellers.update(reseller, { status: 'suspended' })
      return void await house.operator.resellers.update(reseller, { status: 'active' })
    }
    case 4: {
      const due = await db<{ id: Uuid }[]>`select id from live.paybacks where state = 'due' order by random() limit 20`
      await Promise.all(due.map(({ id }) => transact(live.db, tx => paybackSucceeded(tx, id))))
      return count('paid back')
    }
    case 5: {
      // As of the day after tomorrow: every sale so far is of a day that is over.
      if (await settleSales(live.stepDb, 20, new Date(Date.now() + 2 * 86_400_000)) > 0) count('settled')
      return void await bankReceipts(live.stepDb, 5, new Date(Date.now() + 2 * 86_400_000))
    }
    case 6: return void await watchSoldOut(live.db, 50)
    default: return void await db`update live.links set quota = quota + 5 where id = ${link}`
  }
}

async function currencyOf (sku: string) {
  const [row] = await db<{ currency: 'CNY' | 'JPY' | 'KWD' }[]>`select currency from live.skus where id = ${readId('sku', sku)!}`
  return row!.currency
}

t.test('the money of a thousand random sessions adds up', async t => {
  for (let begun = 0; begun < sessions; begun += atOnce) {
    await Promise.all([...Array.from({ length: atOnce }, session), weather()])
    if (begun % provenEvery < atOnce) t.same(await proveWorld(live.bulkDb), [], `all is sound after ${begun + atOnce} sessions (seed ${seed})`)
  }
  t.same(await proveWorld(live.bulkDb), [], `all is sound in the end (seed ${seed})`)
  await house.proves(t)
})

t.test('every buyer whose money came has codes or the money, and no code is anybody else\'s', async t => {
  await db`update live.checkouts set expires_at = now() - interval '1 second' where state = 'open'`
  while (await expireCheckouts(live.db, 500) > 0) count('expired')
  const due = await db<{ id: Uuid }[]>`select id from live.paybacks where state = 'due'`
  for (const { id } of due) await transact(live.db, tx => paybackSucceeded(tx, id))
  const rows = await db<{ id: Uuid, state: string, came: bigint, back: bigint, total: bigint, codes: bigint, quantity: number }[]>`
    select checkouts.id, checkouts.state, total, checkouts.quantity,
      (select coalesce(sum(receipts.amount), 0)::bigint from live.receipts join live.payments on payments.id = payment_id
       where subject_id = checkouts.id and receipts.currency = checkouts.currency) as came,
      (select coalesce(sum(paybacks.amount), 0)::bigint from live.paybacks join live.payments on payments.id = payment_id
       where subject_id = checkouts.id and paybacks.state = 'succeeded' and paybacks.currency = checkouts.currency) as back,
      (select coalesce(sum(count), 0)::bigint from live.allocations where allocations.order_id = checkouts.order_id and live) as codes
    from live.checkouts`
  t.equal(rows.length, kept.length)
  for (const { id, state, came, back, total, codes, quantity } of rows) {
    const isSold = state === 'completed'
    if (came - back !== (isSold ? total : 0n) || codes !== (isSold ? BigInt(quantity) : 0n) || state === 'open' || state === 'refunding') {
      t.fail(`${showId('checkout', id)} is ${state}: ${came} came, ${back} went back, ${codes} codes of ${quantity} for ${total} (seed ${seed})`)
    }
  }
  t.same(await proveWorld(live.bulkDb), [])
  t.comment(JSON.stringify(Object.fromEntries([...done].sort())))
  for (const what of ['applied', 'known', 'returned paid_twice', 'returned amount_mismatch', 'returned currency_mismatch', 'settled', 'paid back']) {
    t.ok((done.get(what) ?? 0) > 0, `${what} was among it`)
  }
})
