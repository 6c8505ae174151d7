// What the operator does in the middle of orders: it counts from the moment it was answered, at every process, and nothing is lost by it.
import { readId } from '../../src/base/ids.ts'
import { expireLots } from '../../src/domain/stock/expire-lots.ts'
import { outcomeOf, type Answer, type Reseller } from '../support/house.ts'
import { secretsOf } from './client-journal.ts'
import { accepted, balanceOf, only, openCourse, outcome, stockOf, tally } from './course.ts'
import { race, times } from './seeds.ts'

const { house, doors, reference, buys, isJudged } = await openCourse()

interface Wanted { readonly reference?: string, readonly quantity?: number, readonly [member: string]: unknown }

/** An order of one SKU, under a reference of its own if none is given. */
function buysOne (buyer: Reseller, sku: string, wanted: Wanted = {}): Promise<Answer> {
  const { reference: own = reference(), quantity = 1, ...more } = wanted
  return buys(buyer, { reference: own, lines: [{ sku, quantity }], ...more })
}

/** Orders that keep coming at all three doors until the operator's act has been answered; then those that come after it. */
async function amid<Result> (reseller: Reseller, sku: string, act: () => Promise<Result>, wanted: Wanted = {}) {
  const actors = [reseller, ...doors.map(url => reseller.at(url))]
  const during: Promise<Answer>[] = []
  const send = () => { for (const actor of actors) for (let n = 0; n < 4; n++) during.push(buysOne(actor, sku, wanted)) }
  send()
  // The act starts when the first of them has been answered: the others are on their way.
  await Promise.race(during)
  const acting = act()
  const progress = { acted: false }
  acting.then(() => { progress.acted = true }, () => { progress.acted = true })
  while (!progress.acted && during.length < ordersDuringMax) {
    send()
    await Promise.race([acting.catch(() => {}), during.at(-1)])
  }
  const result = await acting
  const after = await Promise.all(actors.flatMap(actor => times(3, () => buysOne(actor, sku, wanted))))
  return { result, during: await Promise.all(during), after }
}

const ordersDuringMax = 240

race('a lot recalled in the middle of orders: what was sold stays sold, and nothing is sold after the answer', async (t, draw) => {
  const sku = await house.sku({ codes: 5_000, price: '1' })
  const reseller = await house.reseller()
  const [lot] = (await house.operator.lots.list({ sku })).data
  const { during, after } = await amid(reseller, sku, () => house.operator.lots.recall(lot!.id, { reason: 'stolen' }))
  only(t, during, ['201', 'out_of_stock'], 'bought or out of stock')
  only(t, after, ['out_of_stock'], 'nothing afterwards')
  t.equal(await stockOf(sku, reseller), 0)
  await isJudged(t)
})

race('single codes voided in the middle of orders are never delivered, or the voiding is refused', async (t, draw) => {
  const sku = await house.sku({ price: '1' })
  const secrets = await house.stocks(sku, 400)
  const reseller = await house.reseller()
  // Codes that are about to be sold, and codes that are far from it.
  const near = secrets.slice(30, 60)
  const far = secrets.slice(380)
  const voids = (codes: readonly string[]) =>
    outcomeOf(house.operator.codes.void({ sku, codes: codes.map(secret => ({ secret })), reason: 'leaked' }))
  const { result, during, after } = await amid(reseller, sku, () => Promise.all([voids(near), voids(far)]))
  only(t, [...during, ...after], ['201', 'out_of_stock'], 'bought or out of stock')
  const sold = new Set(secretsOf([...during, ...after]))
  t.ok(['accepted', 'code_not_on_shelf'].includes(result[0]), result[0])
  if (result[0] === 'accepted') t.notOk(near.some(secret => sold.has(secret)), 'none of them was delivered')
  if (result[1] === 'accepted') t.notOk(far.some(secret => sold.has(secret)), 'none of them was delivered')
  t.equal(sold.size, accepted([...during, ...after]).length, 'each code once')
  await isJudged(t)
})

race('a lot that expires in the middle of orders is not sold any more, whether or not the pass has come', async (t, draw) => {
  const sku = await house.sku({ price: '1' })
  await house.stocks(sku, 2_000, { expiresAt: '2099-01-01T00:00:00Z' })
  const reseller = await house.reseller()
  const { during, after } = await amid(reseller, sku, async () => {
    await house.db`
      with lot as (update live.lots set expires_at = now() - interval '1 second' where expires_at = '2099-01-01' returning id)
      update live.shelf set expires_at = now() - interval '1 second' from lot where lot_id = lot.id`
    await Promise.all([expireLots(house.worlds.live.db, 10), expireLots(house.worlds.live.db, 10)])
  })
  only(t, during, ['201', 'out_of_stock'], 'bought or out of stock')
  only(t, after, ['out_of_stock'], 'nothing afterwards')
  await isJudged(t)
})

race('a reseller suspended in the middle of orders buys nothing after the answer, at any process', async (t, draw) => {
  const sku = await house.sku({ codes: 2_000, price: '1' })
  const reseller = await house.reseller()
  const { during, after } = await amid(reseller, sku, () => house.operator.resellers.update(reseller.id, { status: 'suspended' }))
  only(t, during, ['201', 'reseller_suspended'], 'bought or suspended')
  t.same(tally(after), { reseller_suspended: 9 })
  await isJudged(t)
})

race('a key that became useless elsewhere, which nobody here has heard of, reads no codes', async (t, draw) => {
  const sku = await house.sku({ codes: 3, price: '1' })
  const ends: Readonly<Record<string, (reseller: Reseller) => Promise<unknown>>> = {
    key_revoked: async ({ credentials }) => await house.db`update api_keys set revoked_at = now() where id = ${credentials.keyId}`,
    key_expired: async ({ credentials }) => await house.db`
      update api_keys set expires_at = now() - interval '1 second' where id = ${credentials.keyId}`,
    reseller_suspended: async ({ id }) => await house.db`update resellers set status = 'suspended' where id = ${readId('reseller', id)!}`
  }
  for (const [code, end] of Object.entries(ends)) {
    const reseller = await house.reseller()
    const { id } = await reseller.places({ sku, quantity: 1, deliver: 'fetch' })
    // The version of the keyring stays as it was: no process loads it anew.
    await end(reseller)
    t.equal((await reseller.send('GET', `/v1/orders/${id}`)).status, 200, 'the keyring in memory still knows it as good')
    for (const accept of ['application/json', 'application/x-ndjson']) {
      t.equal(outcome(await reseller.send('GET', `/v1/orders/${id}/codes`, { headers: { accept } })), code, accept)
    }
    const revealed = await house.db`select 1 from reveals where order_id = ${readId('order', id)!}`
    t.equal(revealed.length, 0, 'and nothing stands in the audit')
  }
  await isJudged(t)
})

race('a credit limit lowered in the middle of orders is never passed: it is refused when in use, or the orders are', async (t, draw) => {
  const sku = await house.sku({ codes: 2_000, price: '10' })
  const reseller = await house.reseller({ balance: '200', credit: '400' })
  const { result, during, after } = await amid(reseller, sku, () => outcomeOf(
    house.operator.wallets.setCreditLimit(reseller.id, 'CNY', { credit_limit: { amount: '100', currency: 'CNY' }, reason: 'less trust' })))
  only(t, [...during, ...after], ['201', 'insufficient_balance'], 'bought or refused')
  t.ok(['accepted', 'credit_in_use'].includes(result), result)
  const spent = 10 * accepted([...during, ...after]).length
  t.ok(spent <= (result === 'accepted' ? 300 : 600), 'within the limit in force')
  await isJudged(t)
})

race('an import committed in the middle of orders is on sale at once, whole and once', async (t, draw) => {
  const sku = await house.sku({ price: '1' })
  const reseller = await house.reseller()
  const { result, during, after } = await amid(reseller, sku, () => house.stocks(sku, 1_000))
  only(t, during, ['201', 'out_of_stock'], 'bought or out of stock')
  t.same(tally(after), { 201: 9 })
  const sold = secretsOf([...during, ...after])
  t.equal(new Set(sold).size, sold.length)
  t.same(sold.filter(secret => !result.includes(secret)), [])
  t.equal(await stockOf(sku, reseller), 1_000 - sold.length)
  await isJudged(t)
})

race('a deposit and an adjustment in the middle of orders lose nothing', async (t, draw) => {
  const sku = await house.sku({ codes: 2_000, price: '1' })
  const reseller = await house.reseller({ balance: '500' })
  const move = (kind: 'deposits' | 'adjustments', amount: string, n: number) => house.operator[kind].create(reseller.id, {
    reference: `money ${kind} ${n}`, amount: { amount, currency: 'CNY' }, reason: 'a race'
  })
  const { during, after } = await amid(reseller, sku, () =>
    Promise.all(times(10, n => [move('deposits', '5', n), move('adjustments', '-2', n)]).flat()))
  const bought = accepted([...during, ...after]).length
  t.equal(bought, during.length + after.length, 'every order was paid')
  t.equal(await balanceOf(reseller), 100 * (500 + 50 - 20 - bought))
  await isJudged(t)
})
