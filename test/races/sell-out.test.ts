// The sell-out storm: twice as many buyers as codes, all at two processes at once.
import { readId } from '../../src/base/ids.ts'
import { done, openCourse, tally } from './course.ts'
import { secretsOf } from './client-journal.ts'
import { readyOrder, storm } from './requests.ts'
import { race, times } from './seeds.ts'

const codes = 5_000
const buyers = 10_000
const resellersCount = 20
const wiresPerDoor = 32

const { house, journal, doors, isJudged } = await openCourse()
const resellers = await Promise.all(times(resellersCount, () => house.reseller({ balance: '1000000' })))
/** Each reseller buys with two keys. */
const keys = [...resellers, ...await Promise.all(resellers.map(reseller => reseller.withKey({})))]

race(`of ${codes} codes ten thousand buyers get exactly ${codes}, each code once, and all others hear out_of_stock`, async (t, draw) => {
  const price = draw.between(1, 99)
  const sku = await house.sku({ price: String(price) })
  const stocked = await house.stocks(sku, codes)
  const requests = times(buyers, i => readyOrder(draw.one(keys), draw.one(doors), {
    reference: `storm ${draw.seed} ${i}`, lines: [{ sku, quantity: 1 }]
  }))
  const startedMs = performance.now()
  const answers = await storm(journal, requests, wiresPerDoor)
  const seconds = (performance.now() - startedMs) / 1_000
  t.comment(`seed ${draw.seed}: ${buyers} buyers answered in ${seconds.toFixed(1)} s`)

  const { 201: sold = 0, 200: soldBefore = 0, ...refused } = tally(answers)
  t.same([sold + soldBefore, refused], [codes, { out_of_stock: buyers - codes }])
  t.same(secretsOf(done(answers)).sort(), [...stocked].sort(), 'the codes of the stock, each once')
  t.same(new Set(done(answers).map(({ json }) => json.total)), new Set([`${price}.00`]))
  const [rows] = await house.db`
    select (select count(*)::int from orders join order_lines on id = order_id where sku_id = ${readId('sku', sku)!}) as orders,
           (select available from stock where sku_id = ${readId('sku', sku)!}) as available`
  t.same({ ...rows }, { orders: codes, available: 0 }, 'and the rows say the same')
  await isJudged(t)
})
