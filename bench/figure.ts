// What a figure is, and what figures are worked out with. All parts of a ratio are of one run, and where it has rounds, of one round.
import type { LoadResult } from './load-plan.ts'
import { spreadLoad } from './scenarios/orders.ts'

export interface Figure {
  readonly says: string
  /** Undefined when something it needs was not measured. */
  readonly value: number | undefined
  readonly rounds: readonly number[] | undefined
  readonly unit: string
  readonly aim: Aim
  readonly reached: Reached | undefined
}

/** `required, not hoped`: what has to be, but not what was aimed at; `told`: nothing is asked of it. */
export type Reached = 'yes' | 'required, not hoped' | 'NO' | 'told'

export interface Aim { readonly atLeast?: number, readonly atMost?: number, /** Better than what is required. */ readonly hoped?: number }

export interface Measured {
  readonly rates: ReadonlyMap<string, readonly number[]>
  readonly loads: ReadonlyMap<string, LoadResult>
  readonly measures: ReadonlyMap<string, number>
  readonly names: { readonly one: string, readonly many: string, readonly skus: string }
}

/** A figure as the tables of aims have it: how it is worked out of what was measured. */
export interface Aimed extends Pick<Figure, 'says' | 'unit' | 'aim'> {
  readonly value?: (measured: Measured) => number | undefined
  /** A figure of each round, when it is of loads that were measured in rounds; its value is the middle one. */
  readonly rounds?: (measured: Measured) => readonly number[] | undefined
}

/** Undefined when a part was not measured, as with all below. */
export function ratio (above: number | undefined, below: number | undefined): number | undefined {
  return above === undefined || below === undefined ? undefined : above / below
}

/** One measure less another. */
export function difference (more: number | undefined, less: number | undefined): number | undefined {
  return more === undefined || less === undefined ? undefined : more - less
}

/** The rate of a load. */
export function rateOf ({ loads }: Measured, name: string): number | undefined {
  return loads.get(name)?.perSecond
}

/** Of each round that both have; undefined when one was not measured. */
export function ratios (above: readonly number[] | undefined, below: readonly number[] | undefined): readonly number[] | undefined {
  if (above === undefined || below === undefined) return undefined
  return above.slice(0, below.length).map((rate, round) => rate / below[round]!)
}

/** The best rate of each round over the counts of connections, as the baseline has the best over its clients. */
export function best ({ rates }: Measured, apis: number): readonly number[] | undefined {
  const [some, ...others] = [64, 256].map(connections => rates.get(spreadLoad(connections, apis))).filter(found => found !== undefined)
  return some?.map((rate, round) => Math.max(rate, ...others.map(other => other[round]!)))
}

/** The load of spread orders that was fastest. */
export function fastest ({ loads }: Measured, apis: number): LoadResult | undefined {
  return [64, 256].map(connections => loads.get(spreadLoad(connections, apis))).filter(load => load !== undefined)
    .sort((a, b) => b.perSecond - a.perSecond)[0]
}

/** API and PostgreSQL; what the worker does goes on beside it, whether one order came or a thousand. */
export function cpuOf (load: LoadResult | undefined): number | undefined {
  return load && load.cpuUs.api + load.cpuUs.postgres
}

/** The most memory of the API in a half of the import. */
export function importMemory ({ measures }: Measured, half: 'first' | 'second'): number | undefined {
  return measures.get(`API memory, ${half} half of the import`)
}

/** The most of what was sampled, in MB; undefined when a part was not measured. */
export function mostMemory ({ measures }: Measured, ...names: readonly string[]): number | undefined {
  const sampled = names.map(name => measures.get(name))
  return sampled.includes(undefined) ? undefined : Math.max(...sampled as number[]) / 1e6
}
