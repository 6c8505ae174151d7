// Kills: processes and PostgreSQL are ended as a power cut would, over and over, at moments of chance, while bulk orders, holds,
// approvals and reversals are under way and callbacks go out. After every kill the invariants hold; in the end every request has its
// one answer, and every receiver that takes callbacks was told of all that happened.
import { setTimeout as pause } from 'node:timers/promises'
import t, { type Test } from 'tap'
import { readId } from '../../src/base/ids.ts'
import { strictCallbackRules } from '../../src/base/callback-url.ts'
import { startProduct, type ApiProcess } from '../support/api-process.ts'
import { openCallbackReceiver } from '../support/callback-receiver.ts'
import { healed } from '../support/healed.ts'
import { openHouse, type Answer, type Reseller } from '../support/house.ts'
import { proveHouse } from '../support/prove-house.ts'
import { useOwnCluster } from '../support/postgres.ts'

/** How often something is killed; KAHUB_KILLS asks for more. */
const kills = Number(process.env.KAHUB_KILLS ?? 10)
/** Every so many kills it is PostgreSQL. */
const postgresEvery = 5
const quietMsMax = 250
const settleMsMax = 60_000
t.setTimeout(kills * 6_000 + 240_000)

const cluster = await useOwnCluster(t)
const house = await openHouse(t, { callbackRules: { ...strictCallbackRules, loopback: true } })

const buyer = await house.reseller({ balance: '50000000' })
const checker = await buyer.withKey({})
const codes = 60_000
const plain = [await house.sku({ codes, price: '1' }), await house.sku({ codes, price: '2', step: 2 })]
const scarce = await house.sku({ codes: 300, price: '3' })
const guarded = await house.sku({ codes, price: '4' })
await buyer.kahub.approvalPolicy.put({ skus: [guarded], expires_in_seconds: 3_600 })

/** One receiver that takes all, one that fails every second time, and one that never answers. */
let told = 0
const receiver = await openCallbackReceiver(t, ({ path }) =>
  path === '/hole' ? new Promise<number>(() => {}) : path === '/flaky' && told++ % 2 === 0 ? 500 : 200)
const endpoints = new Map<string, string>()
for (const path of ['/taking', '/as-well', '/flaky', '/hole']) {
  endpoints.set(path, (await buyer.kahub.endpoints.create({ reference: path, url: receiver.url + path })).id)
}

const running: ApiProcess[] = []
const settings = { KAHUB_HOME: cluster.home, CALLBACK_LOOPBACK: '1' }
const start = async () => running.push(await startProduct(t, house.databaseUrl, house.masterKey, settings))
await start()
await start()

const chance = (share: number) => Math.random() < share
const pick = <Item>(items: readonly Item[]): Item => items[Math.floor(Math.random() * items.length)]!
const ending = new AbortController()
let names = 0
const fresh = (what: string) => `${what}-${++names}`

interface Asked { readonly by: Reseller, readonly target: string, readonly body: object, readonly id: string }
/** Everything that was made under a reference, as it was heard of. */
const made: Asked[] = []

/** Asks until an answer comes that is not the kill's doing; whoever makes something asks with a reference. */
async function ask (by: Reseller, method: string, target: string, sending: { body?: unknown, headers?: Record<string, string> } = {}): Promise<Answer> {
  for (;;) {
    const answer = await by.at(pick(running).url).send(method, target, sending).catch(() => undefined)
    if (answer && answer.status < 500) return answer
    await pause(5)
  }
}

async function make (by: Reseller, target: string, body: object): Promise<Answer> {
  const answer = await ask(by, 'POST', target, { body })
  if (answer.status < 300) made.push({ by, target, body, id: answer.json.id })
  return answer
}

const unexpected: string[] = []
/** Whatever else comes is told in the end. */
function expect (answer: Answer, ...codes: string[]): boolean {
  if (answer.status < 300) return true
  if (!codes.includes(answer.code!)) unexpected.push(`${answer.status} ${answer.text}`)
  return false
}

const ended = ['completed', 'partial', 'failed', 'cancelled', 'rejected', 'expired']

async function buysInBulk (): Promise<void> {
  const reference = fresh('bulk')
  const skus = chance(0.3) ? [...plain, guarded] : chance(0.2) ? [...plain, scarce] : plain
  const lines = Array.from({ length: chance(0.2) ? 1_200 : 40 }, (_, i) => `${pick(skus)},2,${i}`)
  const fill = pick(['partial', 'all_or_nothing'])
  const sending = { body: ['sku,quantity,reference', ...lines].join('\n'), headers: { 'content-type': 'text/csv' } }
  const created = await ask(buyer, 'POST', `/v1/bulk-orders?reference=${reference}&fill=${fill}`, sending)
  if (!expect(created, 'overloaded')) return
  const target = `/v1/bulk-orders/${created.json.id}`
  if (!expect(await ask(buyer, 'POST', `${target}/confirm`, { body: {} }))) return
  for (;;) {
    const { json } = await ask(buyer, 'GET', target)
    if (ended.includes(json.state)) break
    if (json.state === 'awaiting_approval') await decides('bulk_order', json.id)
    else if (chance(0.01)) expect(await ask(buyer, 'POST', `${target}/cancel`), 'state_conflict')
    if (ending.signal.aborted) return
    await pause(20)
  }
}

async function decides (kind: string, subject: string): Promise<void> {
  const { json } = await ask(checker, 'GET', `/v1/approvals?state=pending&kind=${kind}&limit=100`)
  const approval = json.data.find((one: { order: string | null, bulk_order: string | null }) => [one.order, one.bulk_order].includes(subject))
  if (!approval) return
  const verdict = chance(0.7) ? 'approve' : 'reject'
  expect(await ask(checker, 'POST', `/v1/approvals/${approval.id}/${verdict}`, verdict === 'reject' ? { body: { reason: 'no' } } : {}), 'state_conflict')
}

async function buysWithApproval (): Promise<void> {
  const reference = fresh('asked')
  const order = await make(buyer, '/v1/orders', { reference, lines: [{ sku: guarded, quantity: 3 }], deliver: 'fetch' })
  if (!expect(order, 'out_of_stock')) return
  if (chance(0.2)) expect(await ask(buyer, 'POST', `/v1/orders/${order.json.id}/cancel`, { body: {} }), 'state_conflict')
  else await decides('order', order.json.id)
}

async function holds (): Promise<void> {
  const hold = await make(buyer, '/v1/holds', { reference: fresh('hold'), lines: plain.map(sku => ({ sku, quantity: 4 })), expires_in: 30 })
  if (!expect(hold, 'hold_limit_exceeded', 'out_of_stock')) return
  if (chance(0.2)) return
  if (chance(0.5)) return void expect(await ask(buyer, 'DELETE', `/v1/holds/${hold.json.id}`), 'hold_ended')
  const lines = [{ sku: plain[0], quantity: 2 }]
  expect(await make(buyer, '/v1/orders', { reference: fresh('held'), lines, hold: hold.json.id, deliver: 'fetch' }), 'hold_expired', 'hold_ended', 'out_of_stock')
}

async function reverses (): Promise<void> {
  const reference = fresh('undone')
  const body = { reference, lines: [{ sku: pick(plain), quantity: 2 }], deliver: 'fetch' }
  const undo = () => make(buyer, '/v1/reversals', { reference: fresh('reversal'), order_reference: reference })
  const [order, reversal] = chance(0.5)
    ? await Promise.all([make(buyer, '/v1/orders', body), undo()])
    : [await make(buyer, '/v1/orders', body), await undo()]
  expect(reversal!)
  expect(order!, 'reference_void', 'out_of_stock')
  // An order that came after the tombstone is refused; one that came before is reversed. There is no third.
  if (reversal!.json.outcome === 'voided' && order!.status < 300) unexpected.push(`an order beside its tombstone: ${order!.text}`)
}

async function act (does: () => Promise<void>): Promise<void> {
  while (!ending.signal.aborted) await does()
}

t.test(`after each of ${kills} kills the invariants hold, and in the end every request has its one answer`, async t => {
  t.teardown(() => ending.abort())
  const actors = Promise.all([buysInBulk, buysInBulk, buysWithApproval, holds, reverses, reverses].map(act))
  for (let kill = 1; kill <= kills; kill++) {
    await pause(Math.random() * quietMsMax)
    if (kill % postgresEvery === 0) {
      process.kill(cluster.postmasterPid(), 'SIGQUIT')
      await healed(() => house.db`select 1`)
    } else {
      const victim = running.splice(Math.floor(Math.random() * running.length), 1)[0]!
      await Promise.all([victim.kill(), start()])
    }
    const faults = await healed(() => proveHouse(house.db, 'live'))
    if (faults.length > 0) t.same(faults, [], `after kill ${kill}`)
  }
  ending.abort()
  await actors
  await settles()

  t.same(unexpected.slice(0, 5), [], 'every answer was one that may come')
  await toldOfAll(t)
  const again: Answer[] = []
  for (const { by, target, body } of made) again.push(await ask(by, 'POST', target, { body }))
  t.same(made.filter(({ id }, i) => again[i]!.json.id !== id), [], `each of ${made.length} references is what it was`)
  const counts = await house.db`select state, count(*)::int as count from live.bulk_orders group by state order by state`
  t.comment(`bulk orders: ${counts.map(row => `${row.count} ${row.state}`).join(', ')}; ${made.length} references`)
  t.ok(made.length >= kills, 'there was work between the kills')
  await house.proves(t)
})

/** Every event since there are endpoints has reached each that takes them, under the endpoint's own numbers, without a gap (I8). */
async function toldOfAll (t: Test): Promise<void> {
  for (const path of ['/taking', '/as-well']) {
    const id = readId('endpoint', endpoints.get(path)!)!
    const sequences = () => new Set(receiver.received.filter(callback => callback.path === path).map(({ json }) => Number(json.sequence)))
    const made = async () => {
      const [row] = await house.db<{ sequence: bigint, behind: boolean }[]>`
        select e.sequence, e.fanned_to < r.event_sequence as behind
        from live.endpoints e join live.resellers r on r.id = e.reseller_id where e.id = ${id}`
      return row!.behind ? Infinity : Number(row!.sequence)
    }
    for (const until = Date.now() + settleMsMax; Date.now() < until && sequences().size < await made(); await pause(100));
    const [heard, count] = [sequences(), await made()]
    t.same(Array.from({ length: count }, (_, i) => i + 1).filter(sequence => !heard.has(sequence)), [], `${path} heard all ${count}`)
  }
}

/** Waits for the work that is under way: what is confirmed reaches an end without anybody's doing. */
async function settles (): Promise<void> {
  await house.db`update live.holds set expires_at = now() where state = 'active'`
  await house.db`update live.approvals set expires_at = now() where state = 'pending'`
  for (const until = Date.now() + settleMsMax; Date.now() < until; await pause(100)) {
    const [left] = await house.db<{ count: number }[]>`
      select (select count(*) from live.bulk_orders where state in ('running', 'reserving', 'awaiting_approval', 'completing', 'releasing'))
        + (select count(*) from live.holds where state = 'active')
        + (select count(*) from live.orders where state in ('awaiting_approval', 'reserved')) as count`
    if (Number(left!.count) === 0) return
    await house.db`update live.approvals set expires_at = now() where state = 'pending' and expires_at > now()`
  }
  throw new Error('the work under way did not come to its end')
}
