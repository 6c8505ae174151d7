// Kills: processes and PostgreSQL are ended as a power cut would, one after another, while buyers order as fast as they are answered. Every
// order that was acknowledged is there, and no code was sold twice.
import { setTimeout as pause } from 'node:timers/promises'
import type { Ending } from '../../bench/ending.ts'
import { raiseCrowd } from './crowd.ts'
import { apiNames, openRig, workerNames, type Rig, type Say } from './open-rig.ts'
import { factsOf, faultsOf, showCounts, type Outcome } from './outcome.ts'
import { prove } from './prove.ts'
import type { Random } from './random.ts'
import { heal, quiet } from './settle.ts'

export interface KillsWish { readonly seed: number, readonly kills: number, readonly orders: number }

const resellers = 32
const skus = 24
const scarceCodes = 100
const buyers = 64
/** The most that orders take of a SKU on average, with some to spare. */
const codesPerOrder = 3
const gapMs = [700, 1_700] as const
const postgresEvery = 6
const tellEvery = 10
const quietMsMax = 120_000
/** When kills are done and orders are not, they go on for so long at most. */
const ordersMsMax = 1_800_000

/** A kill waits for its share of the orders, but not for ever: what is slow is killed all the same. */
const shareMsMax = 20_000

/** Kills so often, evenly over so many acknowledged orders. */
export async function runKills (ending: Ending, say: Say, { seed, kills, orders }: KillsWish): Promise<Outcome> {
  const codesEach = Math.ceil(orders * codesPerOrder * 2 / skus)
  const rig = await openRig(ending, say, { name: 'kills', seed, resellers, skus, codesEach, faults: 'kills only' })
  const crowd = await raiseCrowd(rig, { buyers, scarceCodes, journals: rig.journals })
  const { tally } = crowd
  const startedMs = Date.now()
  const killed = await killAll(rig, { kills, ordersPerKill: orders / kills, acknowledged: () => tally.acknowledged.size })
  for (const until = Date.now() + ordersMsMax; tally.acknowledged.size < orders && Date.now() < until;) await pause(500)
  const seconds = (Date.now() - startedMs) / 1000
  await heal(rig)
  await crowd.stop()
  const faults: string[] = []
  await quiet(rig, [], quietMsMax).catch(error => faults.push((error as Error).message))
  if (tally.acknowledged.size < orders) faults.push(`${tally.acknowledged.size} orders were acknowledged, ${orders} were wanted`)
  const proven = await prove(rig.postgres.url, rig.journals, say)
  return {
    run: 'kills',
    seed,
    facts: [
      ['kills', `${kills} (${showCounts(killed)})`],
      ...factsOf(tally, proven),
      ['orders a second, kills and all', Math.round(tally.acknowledged.size / seconds)]
    ],
    faults: [...faults, ...proven.faults, ...faultsOf(rig, tally)],
    lost: proven.lost,
    double: proven.double
  }
}

interface Killing { readonly kills: number, readonly ordersPerKill: number, readonly acknowledged: () => number }

async function killAll (rig: Rig, { kills, ordersPerKill, acknowledged }: Killing): Promise<ReadonlyMap<string, number>> {
  const random: Random = rig.random.branch('kills')
  const killed = new Map<string, number>()
  for (let kill = 1; kill <= kills; kill++) {
    for (const until = Date.now() + shareMsMax; acknowledged() < (kill - 1) * ordersPerKill && Date.now() < until;) await pause(50)
    await pause(random.between(...gapMs))
    const target = kill % postgresEvery === 0 ? 'PostgreSQL' : random.pick([...apiNames, ...apiNames, ...workerNames])
    rig.struck.write({ kind: 'struck', atMs: Date.now(), act: 'kill', target })
    if (target !== 'PostgreSQL') await rig.processes.get(target)!.kill()
    else {
      await (random.chance(0.5) ? rig.postgres.stopAtOnce() : rig.postgres.kill())
      await rig.postgres.start()
    }
    const what = target.replace(/-\d$/, '')
    killed.set(what, (killed.get(what) ?? 0) + 1)
    if (kill % tellEvery === 0) rig.say(`  ${kill} kills, ${acknowledged()} orders`)
  }
  return killed
}
