// The nemesis: for some minutes everything that can fail fails, one thing on top of another, while resellers buy in every way there is.
// Then all is healed, what is under way ends, and the judge reads what everybody wrote down.
import { setTimeout as pause } from 'node:timers/promises'
import type { Ending } from '../../bench/ending.ts'
import { showSkus } from '../../bench/shop.ts'
import { openJournal } from '../judge/journal.ts'
import { act, buysBasket, buysInBulk, buysOne, buysQuoted, buysTwice, cancels, holds, imports, reverses, type Deed } from './actors.ts'
import { newTally, openClient, type Client, type Tally } from './client.ts'
import { openRig, type Rig, type Say } from './open-rig.ts'
import { factsOf, faultsOf, grouped, showCounts, type Outcome } from './outcome.ts'
import { drawPlan, showStrike, type Strike } from './plan.ts'
import { prove } from './prove.ts'
import { openRandom } from './random.ts'
import { isDead, openReceivers, showTaken, type Manner, type Receiver, type Receivers } from './receivers.ts'
import { heal, quiet } from './settle.ts'

const resellers = 8
const actors = 20
const skus = 12
const codesEach = 6_000
const scarceCodes = 400
/** From the healing until nothing is under way: a lease of a killed worker, and two waits of a receiver that refused. */
const quietMsMax = 180_000
const actorsEndMsMax = 200_000
const askedAgainMax = 1_500
const tellEveryMs = 10_000
/** Between two deeds of one actor. */
const restMs = [0, 40] as const
const recovery = /database system was not properly shut down|was interrupted/

/** Drawn from with equal chance; what stands several times is done more often. */
const deeds: readonly Deed[] = [
  buysOne, buysOne, buysOne, buysBasket, buysBasket, buysTwice, holds, buysQuoted, reverses, cancels, buysInBulk
]
const manners: readonly Manner[] = ['good', 'flapping', 'failing', 'reset', 'hole']

export interface NemesisWish { readonly seed: number, readonly seconds: number }

/** Runs the nemesis for so many seconds and judges. */
export async function runNemesis (ending: Ending, say: Say, { seed, seconds }: NemesisWish): Promise<Outcome> {
  const plan = drawPlan(openRandom(seed).branch('plan'), seconds * 1000)
  say(`the plan of seed ${seed}: ${plan.length} strikes in ${seconds} s`)
  for (const strike of plan) say(showStrike(strike))
  const rig = await openRig(ending, say, { name: 'nemesis', seed, resellers, skus, codesEach, faults: 'all' })
  const tally = newTally()
  const stop = new AbortController()
  ending.add(() => stop.abort())
  const receivers = await openReceivers(rig)
  const { acting, clients } = await raiseActors(rig, tally, receivers, stop.signal)

  acting.catch(() => {})
  const struck = await carryOut(rig, plan, tally)
  say(`healing after ${[...struck.values()].reduce((sum, count) => sum + count, 0)} strikes`)
  await heal(rig)
  stop.abort()
  await within(acting, actorsEndMsMax, 'those who buy have no answer')
  await askAgain(rig, tally, clients)
  const faults: string[] = []
  await quiet(rig, receivers.all, quietMsMax).catch(error => faults.push((error as Error).message))
  // Their owners give up on those that take nothing: what is due to them stays listed.
  await pauseDead(receivers.all, clients)
  const proven = await prove(rig.postgres.url, rig.journals, say)
  const { countInLog } = rig.postgres
  return {
    run: `nemesis, ${seconds} s`,
    seed,
    facts: [
      ['strikes', `${[...struck.values()].reduce((sum, count) => sum + count, 0)} (${showCounts(struck)})`],
      ...factsOf(tally, proven),
      ...wireFacts(rig),
      ['PostgreSQL', `${await countInLog(/PANIC/)} panics on a full disk, ${await countInLog(recovery)} recoveries`],
      ['callbacks', showTaken(receivers.all)]
    ],
    faults: [...faults, ...proven.faults, ...receivers.wrong, ...faultsOf(rig, tally)],
    lost: proven.lost,
    double: proven.double
  }
}

interface Bought { readonly client: Client, readonly references: Map<string, Parameters<Client['buy']>[0]> }

interface Acting { readonly acting: Promise<unknown>, readonly clients: readonly Bought[] }

async function raiseActors (rig: Rig, tally: Tally, receivers: Receivers, ending: AbortSignal): Promise<Acting> {
  const { shop } = rig
  const plenty = showSkus(shop.skus)
  const [scarce] = showSkus([await shop.newSku(scarceCodes)])
  let names = 0
  const fresh = (what: string) => `${what}-${++names}`
  const open = (name: string, signer: Parameters<typeof openClient>[0]['signer']): Client => {
    const journal = openJournal(rig.journals, name)
    return openClient({ signer, doors: rig.doors, random: rig.random.branch(`client ${name}`), tally, journal, over: rig.over })
  }
  const plain = shop.buyers.map((buyer, i) => open(`reseller-${i}`, buyer))
  for (const [i, client] of plain.entries()) {
    await receivers.add(client, i, 'good')
    if (i < manners.length) await receivers.add(client, i, manners[i]!)
  }
  const bought: Bought[] = plain.map(client => ({ client, references: new Map() }))
  const stages = Array.from({ length: actors }, (_, i) => {
    const { client, references } = bought[i % bought.length]!
    const noting: Client = {
      ask: asking => client.ask(asking),
      async buy (purchase) {
        const answer = await client.buy(purchase)
        if (answer.status < 300) references.set(purchase.reference, purchase)
        return answer
      }
    }
    return { client: noting, random: rig.random.branch(`actor ${i}`), tally, plenty, scarce: scarce!, ending, fresh, restMs }
  })
  const operator = { ...stages[0]!, client: open('operator', shop.operator), random: rig.random.branch('operator') }
  return { acting: Promise.all([...stages.map(stage => act(stage, deeds)), act(operator, [imports])]), clients: bought }
}

/** Strikes as the plan says; what is struck already is struck again when it is whole. */
async function carryOut (rig: Rig, plan: readonly Strike[], tally: Tally): Promise<ReadonlyMap<string, number>> {
  const struck = new Map<string, number>()
  const chains = new Map<string, Promise<void>>()
  const startedMs = Date.now()
  const telling = setInterval(() => {
    const seconds = Math.round((Date.now() - startedMs) / 1000)
    rig.say(`  ${seconds} s: ${tally.acknowledged.size} orders, ${tally.unheard} unheard, ${tally.settled} settled`)
  }, tellEveryMs)
  for (const strike of plan) {
    await pause(Math.max(0, startedMs + strike.atMs - Date.now()))
    const { act, target } = strike
    if (act.possible?.(rig) === false) continue
    const before = chains.get(target) ?? Promise.resolve()
    chains.set(target, before.then(() => carryOutOne(rig, strike)))
    struck.set(act.name, (struck.get(act.name) ?? 0) + 1)
  }
  await Promise.all(chains.values())
  clearInterval(telling)
  return struck
}

async function carryOutOne (rig: Rig, { act, target, forMs, amount }: Strike): Promise<void> {
  rig.struck.write({ kind: 'struck', atMs: Date.now(), act: act.name, target })
  try {
    const undo = await act.strike(rig, target, amount, forMs)
    await pause(forMs)
    await undo()
  } catch (error) {
    // A start that met another strike: the healing starts it again, and tells when that fails, too.
    rig.say(`  ${act.name} ${target}: ${(error as Error).message.split('\n')[0]}`)
    if (target === 'postgres' && !rig.postgres.running) await rig.postgres.start().catch(() => {})
  }
}

/** What was acknowledged is asked for once more: it stands, with the same codes (I9). */
async function askAgain (rig: Rig, tally: Tally, clients: readonly Bought[]): Promise<void> {
  const before = tally.acknowledged.size
  await Promise.all(clients.map(async ({ client, references }) => {
    for (const purchase of [...references.values()].slice(-Math.ceil(askedAgainMax / clients.length))) await client.buy(purchase)
  }))
  // A repeat is no order more.
  if (tally.acknowledged.size !== before) tally.unexpected.push(`asked again, ${tally.acknowledged.size - before} orders came into being`)
}

/** Each reseller has a good endpoint, and the first ones one of each manner beside it. */
async function pauseDead (receivers: readonly Receiver[], clients: readonly Bought[]): Promise<void> {
  for (const { endpoint, manner, owner } of receivers) {
    if (!isDead(manner)) continue
    await clients[owner]!.client.ask({ method: 'POST', target: `/v1/endpoints/${endpoint}/pause` })
  }
}

function wireFacts ({ lines }: Rig): Array<readonly [string, string]> {
  const touched = [...lines.values()].map(line => line.touched)
  const sum = (what: 'corrupted' | 'cut') => grouped(touched.reduce((total, one) => total + one[what], 0))
  return [['on the wire', `${sum('corrupted')} bits turned over, ${sum('cut')} connections cut`]]
}

async function within<Result> (work: Promise<Result>, msMax: number, says: string): Promise<Result> {
  const late = Promise.withResolvers<never>()
  const timer = setTimeout(() => late.reject(new Error(`${says} after ${msMax} ms`)), msMax)
  try {
    return await Promise.race([work, late.promise])
  } finally {
    clearTimeout(timer)
  }
}
