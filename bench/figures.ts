// The figures aimed at, as a table: what is put beside what, and how far it has to reach. All parts of a ratio are of one run.
import type { LoadResult } from './load-plan.ts'
import { singleAlone, singleBeside } from './scenarios/bulk-orders.ts'
import { graphLoads } from './scenarios/graphql.ts'
import { drainRate, healthyP99, ordersBesideBacklog, ordersWithCallbacks } from './scenarios/callbacks.ts'
import { coldStart } from './scenarios/cold-start.ts'
import { answeredInRush, pageAlone, pageInRush, pageLoad, soldInRush } from './scenarios/flash-sale.ts'
import { pgbenchLoad } from './scenarios/baselines.ts'
import { ordersByKeyPair, ordersOfOneWallet, ordersOnOneSku, spreadLoad } from './scenarios/orders.ts'
import { pingLoad } from './scenarios/ping.ts'
import { plainNothing, plainOrders } from './scenarios/plain.ts'
import { stockOfOne } from './scenarios/stock.ts'
import { orderShapes } from './pgbench.ts'
import { toldCpu, toldHalf, toldLast } from './scenarios/live.ts'
import { bareCallCpu, sdkCallCpu } from './scenarios/sdk.ts'
import { cpuToTell, hotAlone, hotWatched, messagesPerInterval, toTellAll } from './scenarios/subscriptions.ts'

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
type Reached = 'yes' | 'required, not hoped' | 'NO' | 'told'

interface Aim { readonly atLeast?: number, readonly atMost?: number, /** Better than what is required. */ readonly hoped?: number }

export interface Measured {
  readonly rates: ReadonlyMap<string, readonly number[]>
  readonly loads: ReadonlyMap<string, LoadResult>
  readonly measures: ReadonlyMap<string, number>
  readonly names: { readonly one: string, readonly many: string, readonly skus: string }
}

/** Every figure of a run with its aim. */
export function figuresOf (measured: Measured): readonly Figure[] {
  return aims.map(({ says, unit, aim, ...found }) => {
    const rounds = found.rounds?.(measured)
    const value = rounds ? median(rounds) : found.value?.(measured)
    return { says, unit, aim, value, rounds, reached: value === undefined ? undefined : judge(value, aim) }
  })
}

function judge (value: number, { atLeast, atMost, hoped }: Aim): Reached {
  if (atLeast === undefined && atMost === undefined) return 'told'
  if (value < (atLeast ?? -Infinity) || value > (atMost ?? Infinity)) return 'NO'
  return hoped === undefined || value >= hoped ? 'yes' : 'required, not hoped'
}

function median (values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b)
  return (sorted[(sorted.length - 1) >> 1]! + sorted[sorted.length >> 1]!) / 2
}

/** The aim as it is printed. */
export function showAim ({ atLeast, atMost, hoped }: Aim, unit: string): string {
  if (atLeast !== undefined && atMost !== undefined) return `${atLeast} to ${atMost} ${unit}`
  if (atMost !== undefined) return `≤ ${atMost.toLocaleString('en')} ${unit}`
  if (atLeast === undefined) return '–'
  return `≥ ${atLeast.toLocaleString('en')} ${unit}${hoped === undefined ? '' : `, better ${hoped}`}`
}

interface Aimed extends Pick<Figure, 'says' | 'unit' | 'aim'> {
  readonly value?: (measured: Measured) => number | undefined
  /** A figure of each round, when it is of loads that were measured in rounds; its value is the middle one. */
  readonly rounds?: (measured: Measured) => readonly number[] | undefined
}

const processes = [1, 2] as const
const spoken = { 1: '1 API process', 2: '2 API processes' } as const

const aims: readonly Aimed[] = [
  ...orderShapes.flatMap(shape => processes.map((apis): Aimed => ({
    says: `orders ÷ pgbench, ${shape}; ${spoken[apis]}`,
    unit: '×',
    aim: shape === 'five statements' ? { atLeast: 2, hoped: 2.5 } : { atLeast: 1, hoped: 1.2 },
    rounds: of => ratios(best(of, apis), of.rates.get(pgbenchLoad(shape)))
  }))),
  ...processes.map((apis): Aimed => ({
    says: `orders ÷ signed route that does nothing, both at 64 connections; ${spoken[apis]}`,
    unit: '×',
    aim: { atLeast: 0.5, hoped: 0.6 },
    rounds: of => ratios(of.rates.get(spreadLoad(64, apis)), of.rates.get(pingLoad(64, apis)))
  })),
  ...processes.map((apis): Aimed => ({
    says: `CPU per order, Node and PostgreSQL; ${spoken[apis]}`,
    unit: 'µs',
    aim: { atMost: 150 },
    value: of => cpuOf(fastest(of, apis))
  })),
  {
    says: 'orders ÷ plain Fastify with a transaction per order, one process each',
    unit: '×',
    aim: { atLeast: 1 },
    rounds: of => ratios(best(of, 1), of.rates.get(plainOrders))
  },
  {
    says: 'signed route that does nothing ÷ plain Fastify’s, unsigned',
    unit: '×',
    aim: {},
    rounds: of => ratios(of.rates.get(pingLoad(64)), of.rates.get(plainNothing))
  },
  {
    says: 'orders signed by Ed25519 ÷ by HMAC',
    unit: '×',
    aim: {},
    rounds: of => ratios(of.rates.get(ordersByKeyPair), of.rates.get(spreadLoad(64)))
  },
  {
    says: 'orders on one SKU ÷ spread',
    unit: '×',
    aim: { atLeast: 0.8 },
    rounds: of => ratios(of.rates.get(ordersOnOneSku), of.rates.get(spreadLoad(64)))
  },
  {
    says: 'orders from one wallet ÷ spread',
    unit: '×',
    aim: { atLeast: 0.8 },
    rounds: of => ratios(of.rates.get(ordersOfOneWallet), of.rates.get(spreadLoad(64)))
  },
  {
    says: 'order of 10,000 codes ÷ order of one: CPU',
    unit: '×',
    aim: { atMost: 3 },
    value: of => ratio(cpuOf(of.loads.get(of.names.many)), cpuOf(of.loads.get(of.names.one)))
  },
  {
    says: 'order of 10,000 codes ÷ order of one: time (p50)',
    unit: '×',
    aim: { atMost: 3 },
    value: of => ratio(of.loads.get(of.names.many)?.p50Ms, of.loads.get(of.names.one)?.p50Ms)
  },
  {
    says: 'codes of an order fetched as NDJSON',
    unit: 'codes/s',
    aim: { atLeast: 100_000 },
    value: of => of.measures.get('codes fetched per second')
  },
  {
    says: 'a million codes downloaded as NDJSON',
    unit: 'codes/s',
    aim: { atLeast: 100_000 },
    value: of => of.measures.get('codes downloaded per second')
  },
  {
    says: 'a million codes downloaded as NDJSON, sealed to their buyer',
    unit: 'codes/s',
    aim: { atLeast: 30_000 },
    value: of => of.measures.get('codes downloaded per second, sealed')
  },
  {
    says: 'API memory at most, downloading',
    unit: 'MB',
    aim: { atMost: 300 },
    value: of => mostMemory(of, 'API memory, downloading in the clear', 'API memory, downloading sealed')
  },
  {
    says: 'stock of 1 SKU ÷ signed route that does nothing',
    unit: '×',
    aim: { atLeast: 0.6 },
    rounds: of => ratios(of.rates.get(stockOfOne), of.rates.get(pingLoad(64)))
  },
  {
    says: 'stock of 100 SKUs ÷ signed route that does nothing',
    unit: '×',
    aim: { atLeast: 0.4 },
    rounds: of => ratios(of.rates.get(of.names.skus), of.rates.get(pingLoad(64)))
  },
  {
    says: 'lines of a bulk order, from the file to the last code',
    unit: 'lines/s',
    aim: { atLeast: 20_000 },
    value: of => of.measures.get('bulk lines per second')
  },
  {
    says: 'CPU to check 100,000 lines, API and PostgreSQL',
    unit: 's',
    aim: { atMost: 3 },
    value: of => of.measures.get('seconds of CPU to check 100,000 lines')
  },
  {
    says: 'single orders at half load beside a bulk order ÷ alone: p99',
    unit: '×',
    aim: { atMost: 2 },
    value: of => ratio(of.loads.get(singleBeside)?.p99Ms, of.loads.get(singleAlone)?.p99Ms)
  },
  {
    says: 'callbacks delivered by two workers to 100 endpoints',
    unit: 'per second',
    aim: { atLeast: 3_000 },
    value: of => of.measures.get(drainRate)
  },
  {
    says: 'from an event to its receiver, a fifth of the endpoints black holes: p99',
    unit: 'ms',
    aim: { atMost: 2_000 },
    value: of => of.measures.get(healthyP99)
  },
  {
    says: 'orders at half load beside a backlog of 100,000 callbacks ÷ without',
    unit: '×',
    aim: { atLeast: 0.8 },
    value: of => ratio(of.loads.get(ordersBesideBacklog)?.perSecond, of.loads.get(ordersWithCallbacks)?.perSecond)
  },
  {
    says: 'messages per subscriber of a hot SKU and interval, at most',
    unit: '×',
    aim: { atMost: 1 },
    value: of => of.measures.get(messagesPerInterval)
  },
  {
    says: '10,000 subscribers of one SKU told of a sale',
    unit: 's',
    aim: { atMost: 3 },
    value: of => of.measures.get(toTellAll)
  },
  {
    says: 'CPU per message to a subscriber, worker and PostgreSQL',
    unit: 'µs',
    aim: { atMost: 300 },
    value: of => of.measures.get(cpuToTell)
  },
  {
    says: 'orders on one SKU beside 10,000 subscribers ÷ without',
    unit: '×',
    aim: { atLeast: 0.8 },
    value: of => ratio(rateOf(of, hotWatched), rateOf(of, hotAlone))
  },
  {
    says: 'CPU of a call through the SDK, above fetch with a signature made by hand',
    unit: 'µs',
    aim: { atMost: 60 },
    value: of => difference(of.measures.get(sdkCallCpu), of.measures.get(bareCallCpu))
  },
  ...([[graphLoads.orders, spreadLoad(64)], [graphLoads.stock, stockOfOne], [graphLoads.stockOfMany, undefined]] as const).map(([byGraph, byRest]): Aimed => ({
    says: `${byGraph} ÷ by REST`,
    unit: '×',
    aim: { atLeast: 0.5 },
    rounds: of => ratios(of.rates.get(byGraph), of.rates.get(byRest ?? of.names.skus))
  })),
  {
    says: 'buyers’ page of a purchase link',
    unit: 'per second',
    aim: { atLeast: 3_000 },
    value: of => rateOf(of, pageLoad)
  },
  {
    says: 'flash sale: pieces sold ÷ in stock',
    unit: '×',
    aim: { atLeast: 1, atMost: 1 },
    value: of => of.measures.get(soldInRush)
  },
  {
    says: 'flash sale: buyers with a clear answer ÷ all',
    unit: '×',
    aim: { atLeast: 1 },
    value: of => of.measures.get(answeredInRush)
  },
  {
    says: 'flash sale: p99 of the page in the rush ÷ alone',
    unit: '×',
    aim: { atMost: 5 },
    value: of => ratio(of.measures.get(pageInRush), of.measures.get(pageAlone))
  },
  {
    says: 'a sale told to the last of 5,000 viewers, one process',
    unit: 'ms',
    aim: { atMost: 1_000 },
    value: of => of.measures.get(toldLast)
  },
  {
    says: 'a sale told to half of 5,000 viewers, one process',
    unit: 'ms',
    aim: { atMost: 500 },
    value: of => of.measures.get(toldHalf)
  },
  {
    says: 'CPU of the API to tell 5,000 viewers of a sale',
    unit: 'ms',
    aim: { atMost: 250 },
    value: of => of.measures.get(toldCpu)
  },
  {
    says: 'npm start to the first request served, data present',
    unit: 's',
    aim: { atMost: 6 },
    value: of => of.measures.get(coldStart)
  },
  {
    says: 'codes imported, sealed and indexed',
    unit: 'codes/s',
    aim: { atLeast: 50_000 },
    value: of => of.measures.get('codes imported per second')
  },
  {
    says: 'API memory in the second half of the import ÷ in the first',
    unit: '×',
    aim: { atMost: 1.15 },
    value: of => ratio(importMemory(of, 'second'), importMemory(of, 'first'))
  },
  {
    says: 'API memory at most, under load',
    unit: 'MB',
    aim: { atMost: 300 },
    value: of => ratio(of.measures.get('API memory under load'), 1e6)
  },
  {
    says: 'API memory at most, while importing',
    unit: 'MB',
    aim: { atMost: 300 },
    value: of => mostMemory(of, 'API memory, first half of the import', 'API memory, second half of the import')
  }
]

function ratio (above: number | undefined, below: number | undefined): number | undefined {
  return above === undefined || below === undefined ? undefined : above / below
}

function difference (more: number | undefined, less: number | undefined): number | undefined {
  return more === undefined || less === undefined ? undefined : more - less
}

function rateOf ({ loads }: Measured, name: string): number | undefined {
  return loads.get(name)?.perSecond
}

/** Of each round that both have; undefined when one was not measured. */
function ratios (above: readonly number[] | undefined, below: readonly number[] | undefined): readonly number[] | undefined {
  if (above === undefined || below === undefined) return undefined
  return above.slice(0, below.length).map((rate, round) => rate / below[round]!)
}

/** The best rate of each round over the counts of connections, as the baseline has the best over its clients. */
function best ({ rates }: Measured, apis: number): readonly number[] | undefined {
  const [some, ...others] = [64, 256].map(connections => rates.get(spreadLoad(connections, apis))).filter(found => found !== undefined)
  return some?.map((rate, round) => Math.max(rate, ...others.map(other => other[round]!)))
}

function fastest ({ loads }: Measured, apis: number): LoadResult | undefined {
  return [64, 256].map(connections => loads.get(spreadLoad(connections, apis))).filter(load => load !== undefined)
    .sort((a, b) => b.perSecond - a.perSecond)[0]
}

/** API and PostgreSQL; what the worker does goes on beside it, whether one order came or a thousand. */
function cpuOf (load: LoadResult | undefined): number | undefined {
  return load && load.cpuUs.api + load.cpuUs.postgres
}

function importMemory ({ measures }: Measured, half: 'first' | 'second'): number | undefined {
  return measures.get(`API memory, ${half} half of the import`)
}

/** The most of what was sampled, in MB; undefined when a part was not measured. */
function mostMemory ({ measures }: Measured, ...names: readonly string[]): number | undefined {
  const sampled = names.map(name => measures.get(name))
  return sampled.includes(undefined) ? undefined : Math.max(...sampled as number[]) / 1e6
}
