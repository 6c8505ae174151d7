// What a run comes to, and how it is shown: a table that can be put into a document.
import type { Tally } from './client.ts'
import type { Rig } from './open-rig.ts'
import type { Proven } from './prove.ts'

export interface Outcome {
  readonly run: string
  readonly seed: number
  readonly facts: ReadonlyArray<readonly [string, string | number]>
  readonly faults: readonly string[]
  readonly lost?: number
  readonly double?: number
}

const faultsShownMax = 30

/** The facts that every run with clients has. */
export function factsOf (tally: Tally, proven: Proven): Array<readonly [string, string | number]> {
  return [
    ['orders acknowledged', tally.acknowledged.size],
    ['sendings whose outcome stayed open', tally.unheard],
    ['unknown outcomes settled', tally.settled],
    ['answers', [...tally.answers].sort(([, a], [, b]) => b - a).map(([what, count]) => `${count} × ${what}`).join(', ')],
    ['judged', `${proven.looked} rows and journal entries`]
  ]
}

/** What nobody may meet in any run: an odd answer, a process of the product that ends by itself or tells of an error of its own. */
export function faultsOf ({ processes }: Rig, { unexpected }: Tally): string[] {
  return [...new Set(unexpected), ...[...processes.values()].flatMap(({ endings, errors }) => [...endings, ...errors])]
}

/** The table of all runs, in Markdown, and what went wrong below it. */
export function showOutcomes (outcomes: readonly Outcome[]): string {
  const rows = outcomes.map(({ run, seed, facts, faults, lost, double }) => {
    const told = facts.map(([name, value]) => `${name}: ${typeof value === 'number' ? grouped(value) : value}`).join('<br>')
    const result = faults.length === 0 ? 'holds' : `**${faults.length} faults**`
    return `| ${run} | ${seed} | ${told} | ${lost ?? '–'} | ${double ?? '–'} | ${result} |`
  })
  const table = ['| Run | Seed | What happened | Lost | Double | Result |', '|---|---|---|---|---|---|', ...rows].join('\n')
  const faults = outcomes.flatMap(({ run, faults }) => faults.slice(0, faultsShownMax).map(fault => `${run}: ${fault}`))
  return faults.length === 0 ? table : `${table}\n\n${faults.join('\n')}`
}

/** Counts by name, the most first. */
export function showCounts (counts: ReadonlyMap<string, number>): string {
  return [...counts].sort(([, a], [, b]) => b - a).map(([name, count]) => `${count} × ${name}`).join(', ')
}

/** A whole number in groups of three digits. */
export function grouped (value: number): string {
  return value.toLocaleString('en-US')
}
