// Callbacks by the ten thousand, a fifth of the endpoints dead, workers killed meanwhile: what became true reaches every receiver that
// takes callbacks at least once, and what is for a dead one stays listed as due or given up. Nothing is lost in between.
import { setTimeout as pause } from 'node:timers/promises'
import type { Ending } from '../../bench/ending.ts'
import { showSkus } from '../../bench/shop.ts'
import { openJournal } from '../judge/journal.ts'
import { newTally, openClient, type Client } from './client.ts'
import { openRig, workerNames, type Say } from './open-rig.ts'
import { factsOf, faultsOf, grouped, type Outcome } from './outcome.ts'
import { prove } from './prove.ts'
import { isDead, openReceivers, showTaken, type Manner } from './receivers.ts'
import { quiet } from './settle.ts'

export interface CallbacksWish { readonly seed: number, readonly callbacks: number, readonly kills: number }

/** One of five is dead, each in its way. */
const dead: readonly Manner[] = ['failing', 'reset', 'hole']
const endpointsEach = 5
const resellers = 16
const skuCount = 4
const buyersAtOnce = 48
const killGapMs = [1_000, 4_000] as const
const quietMsBase = 120_000
const quietMsPerCallback = 12
const tellEveryMs = 10_000

/** Sends so many callbacks. */
export async function runCallbacks (ending: Ending, say: Say, { seed, callbacks, kills }: CallbacksWish): Promise<Outcome> {
  const orders = Math.ceil(callbacks / endpointsEach)
  const codesEach = Math.ceil(orders / skuCount) + resellers
  const rig = await openRig(ending, say, { name: 'callbacks', seed, resellers, skus: skuCount, codesEach, faults: 'kills only' })
  const tally = newTally()
  const receivers = await openReceivers(rig)
  const skus = showSkus(rig.shop.skus)
  const clients = rig.shop.buyers.map((signer, i): Client => {
    const journal = openJournal(rig.journals, `reseller-${i}`)
    return openClient({ signer, doors: rig.doors, random: rig.random.branch(`client ${i}`), tally, journal, over: rig.over })
  })
  for (const [i, client] of clients.entries()) {
    for (let n = 1; n < endpointsEach; n++) await receivers.add(client, i, n === 1 ? 'flapping' : 'good')
    await receivers.add(client, i, dead[i % dead.length]!)
  }
  const startedMs = Date.now()
  const seconds = (): number => Math.round((Date.now() - startedMs) / 1000)
  const telling = setInterval(() => say(`  ${seconds()} s: ${tally.acknowledged.size} orders, ${taken()} callbacks taken`), tellEveryMs)
  ending.add(() => clearInterval(telling))

  let next = 0
  const buying = Promise.all(Array.from({ length: buyersAtOnce }, async () => {
    for (let n = next++; n < orders; n = next++) {
      const lines = [{ sku: skus[n % skus.length]!, quantity: 1 }]
      await clients[n % resellers]!.buy({ reference: `order-${n}`, lines, more: { deliver: 'fetch' } })
    }
  }))
  buying.catch(() => {})
  const random = rig.random.branch('kills')
  for (let kill = 0; kill < kills; kill++) {
    await pause(random.between(...killGapMs))
    const target = random.pick(workerNames)
    rig.struck.write({ kind: 'struck', atMs: Date.now(), act: 'kill', target })
    await rig.processes.get(target)!.kill()
  }
  await buying
  const faults: string[] = []
  await quiet(rig, receivers.all, quietMsBase + callbacks * quietMsPerCallback).catch(error => faults.push((error as Error).message))
  const told = seconds()
  clearInterval(telling)

  const listed = await rig.owner<{ state: string, count: number }[]>`
    select state, count(*)::int as count from live.deliveries group by state order by state`
  const count = (state: string): number => listed.find(row => row.state === state)?.count ?? 0
  const deadCount = receivers.all.filter(({ manner }) => isDead(manner)).length
  const expected = orders * (endpointsEach - 1)
  // By the receivers' own count: each event of each endpoint that takes callbacks, under its own number.
  const missing = expected - taken()
  if (missing !== 0) faults.push(`I8 receivers took ${taken()} different callbacks, ${expected} were due to them`)
  const kept = count('due') + count('dead')
  if (kept !== orders) faults.push(`I8 ${kept} deliveries to dead endpoints are listed, ${orders} should be`)
  for (const { endpoint, manner, owner } of receivers.all) {
    if (isDead(manner)) await clients[owner]!.ask({ method: 'POST', target: `/v1/endpoints/${endpoint}/pause` })
  }
  const proven = await prove(rig.postgres.url, rig.journals, say)
  return {
    run: 'callbacks',
    seed,
    facts: [
      ['callbacks', `${grouped(orders * endpointsEach)} to ${receivers.all.length} endpoints, ${deadCount} of them dead`],
      ['of those that take them', `${showTaken(receivers.all)}; ${grouped(expected)} were due`],
      ['of the dead', `${grouped(count('due'))} due, ${grouped(count('dead'))} given up, all listed`],
      ['workers killed', kills],
      ['told in', `${told} s`],
      ...factsOf(tally, proven)
    ],
    faults: [...faults, ...proven.faults, ...receivers.wrong, ...faultsOf(rig, tally)],
    lost: missing + (orders - kept),
    double: proven.double
  }

  function taken (): number {
    return receivers.all.reduce((sum, { taken }) => sum + taken.size, 0)
  }
}
