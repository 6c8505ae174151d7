// Last-byte races: every request is sent but for its last byte, over a connection of its own; then all last bytes go in one go, to both
// processes. What there is one of goes to one.
import { accepted, balanceOf, openCourse, outcome, stockOf, tally } from './course.ts'
import { atOnce, form, ready, readyOrder } from './requests.ts'
import { secretsOf } from './client-journal.ts'
import { race, times } from './seeds.ts'

const contenders = 60
const rounds = 4

const { house, journal, doors, reference, buys, isJudged } = await openCourse()
const resellers = await Promise.all(times(6, () => house.reseller()))

race('the last codes go to as many as there are', async (t, draw) => {
  for (let round = 0; round < rounds; round++) {
    const left = draw.between(1, 3)
    const sku = await house.sku()
    const secrets = await house.stocks(sku, left)
    const answers = await atOnce(journal, times(contenders, () =>
      readyOrder(draw.one(resellers), draw.one(doors), { reference: reference(), lines: [{ sku, quantity: 1 }] })))
    t.same(tally(answers), { 201: left, out_of_stock: contenders - left })
    t.same(secretsOf(answers).sort(), [...secrets].sort())
  }
  await isJudged(t)
})

race('the last fen of a wallet, or of its credit, is spent once', async (t, draw) => {
  const sku = await house.sku({ price: '0.01', codes: 100 })
  for (let round = 0; round < rounds; round++) {
    const [own, lent] = [draw.between(0, 2), draw.between(1, 2)]
    const buyer = await house.reseller({ balance: `0.0${own}`, credit: `0.0${lent}` })
    const answers = await atOnce(journal, times(contenders, () =>
      readyOrder(buyer, draw.one(doors), { reference: reference(), lines: [{ sku, quantity: 1 }] })))
    t.same(tally(answers), { 201: own + lent, insufficient_balance: contenders - own - lent })
    t.equal(await balanceOf(buyer), -lent)
  }
  await isJudged(t)
})

race('a quote is used by one order of many, and binds its price', async (t, draw) => {
  const sku = await house.sku({ price: '8', codes: 400 })
  for (let round = 0; round < rounds; round++) {
    const buyer = draw.one(resellers)
    const lines = [{ sku, quantity: draw.between(1, 4) }]
    const quote = await buyer.kahub.quotes.create({ reference: reference(), lines })
    await house.operator.prices.set({ rules: [{ kind: 'list', sku, amount: { amount: String(draw.between(20, 90)), currency: 'CNY' } }] })
    const answers = await atOnce(journal, times(contenders, () =>
      readyOrder(buyer, draw.one(doors), { reference: reference(), lines, quote: quote.id })))
    t.same(tally(answers), { 201: 1, quote_used: contenders - 1 })
    const [order] = accepted(answers)
    t.equal(order!.json.total, quote.total)
    t.match(await buyer.kahub.quotes.get(quote.id), { state: 'used', order: order!.json.id })
    await house.operator.prices.set({ rules: [{ kind: 'list', sku, amount: { amount: '8', currency: 'CNY' } }] })
  }
  await isJudged(t)
})

race('a hold is used by one order of many', async (t, draw) => {
  for (let round = 0; round < rounds; round++) {
    const [buyer, quantity] = [draw.one(resellers), draw.between(1, 5)]
    const sku = await house.sku({ codes: quantity })
    const lines = [{ sku, quantity }]
    const hold = await buyer.kahub.holds.create({ reference: reference(), lines })
    const answers = await atOnce(journal, times(contenders, () =>
      readyOrder(buyer, draw.one(doors), { reference: reference(), lines, hold: hold.id })))
    t.same(tally(answers), { 201: 1, hold_ended: contenders - 1 })
    t.match(await buyer.kahub.holds.get(hold.id), { state: 'used', order: accepted(answers)[0]!.json.id })
    t.equal(await stockOf(sku, buyer), 0)
  }
  await isJudged(t)
})

race('an approval has one verdict, however many decide, and the order follows it', async (t, draw) => {
  const sku = await house.sku({ price: '10', codes: 100 })
  const maker = await house.reseller({ balance: '1000' })
  await maker.kahub.approvalPolicy.put({ quantity_above: 0 })
  const checkers = await Promise.all(times(4, () => maker.withKey({})))
  for (let round = 0; round < rounds; round++) {
    const [before, quantity] = [await balanceOf(maker), draw.between(1, 5)]
    const order = await buys(maker, { reference: reference(), lines: [{ sku, quantity }] })
    t.equal(order.json.state, 'awaiting_approval')
    const { id } = (await checkers[0]!.send('GET', '/v1/approvals?state=pending')).json.data[0]
    const verdicts = times(contenders, () => draw.one(['approve', 'reject'] as const))
    const answers = await atOnce(journal, verdicts.map(verdict => ready(draw.one(checkers), draw.one(doors), {
      method: 'POST', target: `/v1/approvals/${id}/${verdict}`, ...(verdict === 'reject' && { body: { reason: 'a race' } })
    })))
    const [approval, after] = [await maker.kahub.approvals.get(id), await maker.kahub.orders.get(order.json.id)]
    const won = approval.state === 'approved' ? 'approve' : 'reject'
    t.match(after, { state: won === 'approve' ? 'completed' : 'rejected' })
    t.same(answers.map(outcome), verdicts.map(verdict => verdict === won ? '200' : 'state_conflict'), 'who said the same is told the same')
    t.equal(await balanceOf(maker), before - (won === 'approve' ? 1_000 * quantity : 0))
  }
  await isJudged(t)
})

race('a one-time link sells once, however many browsers press its button', async (t, draw) => {
  const [seller] = resellers
  for (let round = 0; round < rounds; round++) {
    const sku = await house.sku({ price: '5', codes: 20 })
    const link = await seller!.kahub.links.create({
      reference: reference(), title: 'Tonight', kind: 'one_time', skus: [{ sku, retail_price: { amount: '9.00', currency: 'CNY' } }]
    })
    const answers = await atOnce(journal, times(contenders, i => form(draw.one(doors), `/l/${link.slug}/checkouts`, {
      gateway: 'sandbox', quantity: '1', seen_price: '9.00', sku, contact: `138${String(round * contenders + i).padStart(8, '0')}`
    }, { 'x-forwarded-for': `10.${draw.below(250)}.${i}.7`, 'accept-language': 'en' })))
    const said = answers.map(({ status, text }) => / data-problem="(\w+)"/.exec(text)?.[1] ?? String(status))
    t.equal(said.filter(word => word === '303').length, 1)
    t.equal(said.filter(word => word === 'link_sold_out').length, contenders - 1, said.join(' '))
  }
  await isJudged(t)
})
