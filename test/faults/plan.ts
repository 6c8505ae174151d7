// The plan of a nemesis: which act strikes what, when and for how long, all of it from the seed.
import { acts, type Act } from './acts.ts'
import type { Random } from './random.ts'

export interface Strike {
  readonly atMs: number
  readonly act: Act
  readonly target: string
  readonly forMs: number
  readonly amount: number
}

const gapMs = [250, 1_900] as const
/** The first come in a shuffled row, so that a short run, too, has each of them once. */
const quickGapMs = [250, 1_300] as const

/** Draws the strikes of so many milliseconds. */
export function drawPlan (random: Random, lengthMs: number): readonly Strike[] {
  const row: Act[] = []
  for (const act of acts) row.splice(random.between(0, row.length), 0, act)
  const strikes: Strike[] = []
  for (let atMs = 0; ;) {
    const [least, most] = row.length > 0 ? quickGapMs : gapMs
    atMs += random.between(least, most)
    if (atMs > lengthMs) return strikes
    const act = row.pop() ?? random.pick(acts)
    strikes.push({
      atMs,
      act,
      target: random.pick(act.targets),
      forMs: random.between(...act.forMs),
      amount: act.amount ? random.between(act.amount[0], act.amount[1]) : 0
    })
  }
}

/** A strike as it is printed: the same seed prints the same lines. */
export function showStrike ({ atMs, act, target, forMs, amount }: Strike): string {
  const more = [...act.amount ? [`${amount} ${act.amount[2]}`] : [], ...forMs > 0 ? [`for ${forMs} ms`] : []]
  return `${(atMs / 1000).toFixed(2).padStart(8)} s  ${act.name} ${target}${more.length > 0 ? `, ${more.join(', ')}` : ''}`
}
