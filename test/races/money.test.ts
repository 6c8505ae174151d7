// Money under load: wallets drained to the limit by many at once, and the whole bank looked at while it moves.
import { openOwner } from '../../src/postgres/pool.ts'
import { balanceOf, only, openCourse, tally } from './course.ts'
import { ready, readyOrder, storm } from './requests.ts'
import { race, times } from './seeds.ts'

const wiresPerDoor = 24

const { house, journal, doors, reference, buys, isJudged } = await openCourse()

/** An amount of fen as the API writes it. */
const yuan = (fen: number) => (fen / 100).toFixed(2)
const sum = (amounts: readonly number[]) => amounts.reduce((total, amount) => total + amount, 0)

race('wallets drained by many at once never pass their credit, spend exactly what was bought, and refuse only what they lack', async (t, draw) => {
  const prices = [1, ...times(7, () => draw.between(2, 4_000))]
  const skus = await Promise.all(prices.map((price, i) => house.sku({ price: yuan(price), codes: i === 0 ? 10_000 : 600 })))
  const wallets = await Promise.all(times(8, async () => {
    const [own, lent] = [draw.between(5_000, 60_000), draw.one([0, draw.between(1, 9_000)])]
    const buyer = await house.reseller({ balance: yuan(own), credit: yuan(lent) })
    return { buyer, own, lent, costs: times(90, () => ({ at: draw.below(skus.length), quantity: draw.between(1, 3) })) }
  }))
  const asked = draw.shuffled(wallets.flatMap(wallet => wallet.costs.map(cost => ({ wallet, ...cost, costs: prices[cost.at]! * cost.quantity }))))
  const answers = await storm(journal, asked.map(({ wallet, at, quantity }) =>
    readyOrder(wallet.buyer, draw.one(doors), { reference: reference(), lines: [{ sku: skus[at]!, quantity }] })), wiresPerDoor)
  only(t, answers, ['201', 'insufficient_balance'], 'bought or refused')
  for (const wallet of wallets) {
    const own = asked.map((ask, i) => ({ ...ask, answer: answers[i]! })).filter(ask => ask.wallet === wallet)
    const left = wallet.own - sum(own.map(({ costs, answer }) => answer.status === 201 ? costs : 0))
    t.equal(await balanceOf(wallet.buyer), left, 'the sum is exact')
    t.ok(left >= -wallet.lent, 'the credit limit holds')
    // Nothing comes in meanwhile: what the wallet still has was there when it refused.
    const refused = own.filter(({ answer }) => answer.code === 'insufficient_balance')
    t.ok(refused.length > 0, 'it was drained')
    t.same(refused.filter(({ costs }) => costs <= left + wallet.lent), [], 'it refused only what it lacked')
    if (left + wallet.lent > 0) {
      const rest = { reference: reference(), lines: [{ sku: skus[0]!, quantity: left + wallet.lent }] }
      t.equal((await buys(wallet.buyer, rest)).status, 201, 'the rest is spent to the last fen')
    }
    t.equal((await buys(wallet.buyer, { reference: reference(), lines: [{ sku: skus[0]!, quantity: 1 }] })).code, 'insufficient_balance')
    t.equal(await balanceOf(wallet.buyer), -wallet.lent)
  }
  await isJudged(t)
})

/** What is wrong in a snapshot, and how many transfers it had. */
const snapshotSql = `
  select (select count(*)::int from live.transfers) as transfers,
    (select count(*)::int from (select from live.accounts group by currency having sum(balance) <> 0) unbalanced) as unbalanced,
    (select count(*)::int from live.accounts where kind = 'wallet' and balance < -credit_limit) as overdrawn,
    (select count(*)::int from live.accounts left join (
      select account, sum(amount) as moved from (
        select credit_account as account, amount from live.transfers union all select debit_account, -amount from live.transfers
      ) sides group by account
    ) moves on moves.account = accounts.id where balance <> coalesce(moved, 0)) as astray`

race('in every snapshot of a bank at work the balances of a currency sum to zero, and no wallet is beyond its credit', async (t, draw) => {
  const currencies = ['CNY', 'USD'] as const
  const skus = await Promise.all(currencies.map(currency => house.sku({ currency, price: draw.one(['1.25', '3.33', '0.07']), codes: 1_500 })))
  const accounts = await Promise.all(times(8, async i => {
    const currency = currencies[i % 2]!
    const [sku, buyer] = [skus[i % 2]!, await house.reseller({ currency, balance: '60', credit: '5' })]
    const bought = await Promise.all(times(6, () => buys(buyer, { reference: reference(), lines: [{ sku, quantity: 2 }], deliver: 'fetch' })))
    return { currency, sku, buyer, bought: bought.map(({ json }) => json.id as string) }
  }))
  const operator = house.operators.live
  const works = times(1_200, () => {
    const [{ currency, sku, buyer, bought }, door] = [draw.one(accounts), draw.one(doors)]
    const move = (kind: string, amount: string) => ready(operator, door, {
      method: 'POST',
      target: `/admin/v1/resellers/${buyer.id}/${kind}`,
      body: { reference: reference(), amount: { amount, currency }, reason: 'a race' }
    })
    switch (draw.below(7)) {
      case 0: return move('deposits', yuan(draw.between(1, 900)))
      case 1: return move('adjustments', yuan(draw.between(1, 900)))
      case 2: return move('adjustments', `-${yuan(draw.between(1, 2_000))}`)
      case 3: return ready(buyer, door, { method: 'POST', target: `/v1/orders/${draw.one(bought)}/cancel`, body: {} })
      default: return readyOrder(buyer, door, { reference: reference(), lines: [{ sku, quantity: draw.between(1, 4) }] })
    }
  })
  const reader = openOwner(house.databaseUrl)
  const snapshots: Record<string, number>[] = []
  const progress = { over: false }
  const reading = (async () => {
    while (!progress.over) {
      snapshots.push(await reader.begin('isolation level repeatable read read only', async tx => ({ ...(await tx.unsafe(snapshotSql))[0] })))
    }
  })()
  try {
    const answers = await storm(journal, works, wiresPerDoor)
    only(t, answers, ['200', '201', 'insufficient_balance'], 'moved or refused')
    t.ok(tally(answers).insufficient_balance! > 0, 'wallets were at their limit')
  } finally {
    progress.over = true
    await reading.finally(() => reader.end())
  }
  t.same(snapshots.filter(({ unbalanced, overdrawn, astray }) => unbalanced || overdrawn || astray), [], 'each snapshot is a whole bank')
  const different = new Set(snapshots.map(({ transfers }) => transfers)).size
  t.ok(different >= 10, `${different} different moments of ${snapshots.length} were looked at`)
  await isJudged(t)
})
