import { setTimeout as pause } from 'node:timers/promises'
import { intervalSecondsDefault } from '../../schema/rest/subscriptions.ts'
import { newId } from '../../src/base/ids.ts'
import { createSubscription } from '../../src/domain/subscriptions/create-subscription.ts'
import { loadPriceBook } from '../../src/domain/pricing/price-book.ts'
import { bareArray } from '../../src/postgres/arrays.ts'
import { readOneMoment, transact } from '../../src/postgres/transact.ts'
import { codesFor, orderLoad, type Bench, type Load, type Scenario } from '../bench.ts'
import { measurePair } from '../measure-pair.ts'
import { cpuBetween, familyOf, readCpu } from '../process-costs.ts'
import { freshPrefix, showSkus } from '../shop.ts'
import { callJson } from '../signed-call.ts'

const subscribersCount = 10_000
/** With so many requests in flight the API is at about half of what it can do. */
const halfLoadConnections = 8
const halfLoadPerSecondMax = 4_000
const pollMs = 50
const waitMsMax = 60_000

export const hotAlone = 'orders on one SKU at half load'
export const hotWatched = 'orders on one SKU at half load, with 10,000 subscribers'
export const toTellAll = 'seconds to tell 10,000 subscribers'
export const cpuToTell = 'CPU per message to a subscriber'
export const messagesPerInterval = 'messages per subscriber and interval, at most'

export const subscriptions: Scenario = {
  name: 'subscriptions',
  says: `10,000 subscribers of one SKU, told every ${intervalSecondsDefault} s at most; and orders on that SKU beside them`,
  async run (bench) {
    const { shop, measures, say } = bench
    await shop.fillShelves([shop.oneSku], codesFor(bench, 5, 1))
    await subscribe(bench)
    const { seconds, cpuUs } = await tellAll(bench)
    measures.set(toTellAll, seconds)
    measures.set(cpuToTell, cpuUs)
    say(`  all told ${seconds.toFixed(2)} s after they were due, ${cpuUs.toFixed(0)} µs of CPU each`)

    const load = (): Load => ({
      connections: halfLoadConnections,
      perSecondMax: halfLoadPerSecondMax,
      load: orderLoad('hot', [shop.oneSku])
    })
    await measurePair(bench,
      { name: hotAlone, load, prepare: () => setState(bench, 'paused') },
      { name: hotWatched, load, prepare: () => setState(bench, 'active') })
    const { told, shortest } = await readTold(bench)
    measures.set(messagesPerInterval, intervalSecondsDefault / shortest)
    say(`  ${told} messages; two to one subscriber were ${shortest.toFixed(2)} s apart or more`)
    await unsubscribe(bench)
  }
}

/** One subscription is made by the product, the others are its copies, each of a reseller of its own. */
async function subscribe ({ shop, ground: { owner } }: Bench): Promise<void> {
  const id = newId()
  const { resellerId } = shop.buyers[0]!
  const book = await readOneMoment(shop.db, read => loadPriceBook(read, 0n))
  await transact(shop.db, tx => createSubscription(tx, book, {
    id,
    resellerId,
    kind: 'stock',
    scope: { skus: [shop.oneSku] },
    condition: 'any',
    threshold: null,
    intervalSeconds: intervalSecondsDefault
  }))
  const resellerIds = Array.from({ length: subscribersCount - 1 }, newId)
  await owner`set search_path to live`
  await owner`
    insert into resellers (id, name, level_id, status, currency)
    select other.id, 'Subscriber', level_id, status, currency
    from resellers, unnest(${bareArray(resellerIds)}::uuid[]) as other (id) where resellers.id = ${resellerId}`
  await owner`
    insert into subscriptions (reseller_id, id, kind, scope, condition, interval_seconds, state, skus)
    select other.id, gen_random_uuid(), kind, scope, condition, interval_seconds, state, skus
    from subscriptions, unnest(${bareArray(resellerIds)}::uuid[]) as other (id) where subscriptions.id = ${id}`
  await owner`
    insert into subscription_marks (subscription_id, sku_id, value)
    select subscriptions.id, marks.sku_id, marks.value from subscriptions, subscription_marks as marks
    where marks.subscription_id = ${id} and subscriptions.id <> ${id}`
  await owner`analyze subscriptions, subscription_marks, resellers`
  await owner`reset search_path`
}

/** One sale, and all of them due at once: how long until everyone is told, and what it costs. */
async function tellAll (bench: Bench): Promise<{ readonly seconds: number, readonly cpuUs: number }> {
  const { ground, server, shop } = bench
  await setState(bench, 'paused')
  await sellOne(bench)
  await shop.db`update subscriptions set next_check_at = now() - interval '1 minute'`
  const before = await countTold(bench)
  const pids = () => [server.workerPid, ...familyOf(ground.postmasterPid)]
  const cpuBefore = readCpu(pids())
  const startedMs = performance.now()
  await setState(bench, 'active')
  for (let waitedMs = 0; await countTold(bench) < before + subscribersCount; waitedMs += pollMs) {
    if (waitedMs > waitMsMax) throw new Error(`not every subscriber was told within ${waitMsMax} ms`)
    await pause(pollMs)
  }
  const seconds = (performance.now() - startedMs) / 1000
  return { seconds, cpuUs: cpuBetween(cpuBefore, readCpu(pids())) / 1e3 / subscribersCount }
}

async function sellOne ({ server, shop, tally }: Bench): Promise<void> {
  const body = JSON.stringify({ reference: freshPrefix('one'), lines: [{ sku: showSkus([shop.oneSku])[0], quantity: 1 }] })
  await callJson(server, shop.buyers[0]!, { method: 'POST', target: '/v1/orders', body })
  tally.ordersAcknowledged++
}

async function setState ({ shop }: Bench, state: 'active' | 'paused'): Promise<void> {
  await transact(shop.db, async tx => { await tx`update subscriptions set state = ${state}` })
}

async function countTold ({ shop }: Bench): Promise<number> {
  const [row] = await shop.db<{ told: bigint }[]>`select coalesce(sum(sequence), 0)::bigint as told from subscriptions`
  return Number(row!.told)
}

/** How many messages there were, and the shortest time between two of one subscriber. */
async function readTold ({ shop }: Bench): Promise<{ readonly told: number, readonly shortest: number }> {
  const [row] = await shop.db<{ told: number, shortest: number }[]>`
    select count(*)::int as told, extract(epoch from min(apart))::float8 as shortest from (
      select created_at - lag(created_at) over (partition by data ->> 'subscription' order by sequence) as apart
      from events where type = 'stock.changed') as message`
  return row!
}

async function unsubscribe (bench: Bench): Promise<void> {
  const { shop } = bench
  // Whoever looks at one holds it; from then on nobody does.
  await setState(bench, 'paused')
  await transact(shop.db, async tx => {
    await tx`delete from subscription_marks`
    await tx`delete from subscriptions`
  })
}
