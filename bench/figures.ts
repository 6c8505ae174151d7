// The figures aimed at, as a table: what is put beside what, and how far it has to reach. All parts of a ratio are of one run.
import type { LoadResult } from './load-plan.ts'
import { singleAlone, singleBeside } from './scenarios/bulk-orders.ts'
import { graphLoads } from './scenarios/graphql.ts'
import { drainRate, healthyP99, ordersBesideBacklog, ordersWithCallbacks } from './scenarios/callbacks.ts'
import { coldStart } from './scenarios/cold-start.ts'
import { answeredInRush, pageAlone, pageInRush, pageLoad, soldInRush } from './scenarios/flash-sale.ts'
import { withHistory } from './scenarios/history.ts'
import { toldCpu, toldHalf, toldLast } from './scenarios/live.ts'
import { bareCallCpu, sdkCallCpu } from './scenarios/sdk.ts'
import { cpuToTell, hotAlone, hotWatched, messagesPerInterval, toTellAll } from './scenarios/subscriptions.ts'

export interface Figure {
  readonly says: string
  /** Undefined when something it needs was not measured. */
  readonly value: number | undefined
  readonly unit: string
  readonly aim: Aim
  readonly reached: boolean | undefined
}

interface Aim { readonly atLeast?: number, readonly atMost?: number }

export interface Measured {
  readonly loads: ReadonlyMap<string, LoadResult>
  readonly measures: ReadonlyMap<string, number>
  readonly names: { readonly one: string, readonly many: string, readonly skus: string }
}

/** Every figure of a run with its aim. */
export function figuresOf (measured: Measured): readonly Figure[] {
  return aims.map(({ says, unit, aim, value }) => {
    const found = value(measured)
    const reached = found === undefined ? undefined : found >= (aim.atLeast ?? -Infinity) && found <= (aim.atMost ?? Infinity)
    return { says, unit, aim, value: found, reached }
  })
}

/** The aim as it is printed. */
export function showAim ({ atLeast, atMost }: Aim, unit: string): string {
  if (atLeast !== undefined && atMost !== undefined) return `${atLeast} to ${atMost} ${unit}`
  return atLeast !== undefined ? `≥ ${atLeast.toLocaleString('en')} ${unit}` : `≤ ${atMost!.toLocaleString('en')} ${unit}`
}

interface Aimed extends Pick<Figure, 'says' | 'unit' | 'aim'> { readonly value: (measured: Measured) => number | undefined }

const aims: readonly Aimed[] = [
  {
    says: 'orders ÷ pgbench, five statements',
    unit: '×',
    aim: { atLeast: 2 },
    value: of => ratio(bestOf(of, 'orders'), of.measures.get('pgbench, five statements'))
  },
  {
    says: 'orders ÷ pgbench, one call',
    unit: '×',
    aim: { atLeast: 0.8 },
    value: of => ratio(bestOf(of, 'orders'), of.measures.get('pgbench, one call'))
  },
  {
    says: 'orders ÷ signed route that does nothing',
    unit: '×',
    aim: { atLeast: 0.45 },
    value: of => ratio(bestOf(of, 'orders'), bestOf(of, 'ping'))
  },
  {
    says: 'CPU per order, API and PostgreSQL',
    unit: 'µs',
    aim: { atMost: 160 },
    value: of => cpuOf(better(of, 'orders'))
  },
  {
    says: 'orders on one SKU ÷ spread',
    unit: '×',
    aim: { atLeast: 0.8 },
    value: of => ratio(rateOf(of, 'orders on one SKU'), rateOf(of, 'orders, 64 connections'))
  },
  {
    says: 'orders from one wallet ÷ spread',
    unit: '×',
    aim: { atLeast: 0.8 },
    value: of => ratio(rateOf(of, 'orders from one wallet'), rateOf(of, 'orders, 64 connections'))
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
    value: of => ratio(rateOf(of, 'stock of 1 SKU'), rateOf(of, 'ping, 64 connections'))
  },
  {
    says: 'stock of 100 SKUs ÷ signed route that does nothing',
    unit: '×',
    aim: { atLeast: 0.4 },
    value: of => ratio(rateOf(of, of.names.skus), rateOf(of, 'ping, 64 connections'))
  },
  {
    says: 'stock of 1 SKU with history ÷ without',
    unit: '×',
    aim: { atLeast: 0.85, atMost: 1.15 },
    value: of => againstHistory(of, 'stock of 1 SKU')
  },
  {
    says: 'stock of 100 SKUs with history ÷ without',
    unit: '×',
    aim: { atLeast: 0.85, atMost: 1.15 },
    value: of => againstHistory(of, of.names.skus)
  },
  {
    says: 'orders with history ÷ without',
    unit: '×',
    aim: { atLeast: 0.85 },
    value: of => againstHistory(of, 'orders, 64 connections')
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
  ...(['orders', 'stock', 'stockOfMany'] as const).map((what): Aimed => ({
    says: `${graphLoads[what][1]} ÷ by REST`,
    unit: '×',
    aim: { atLeast: 0.5 },
    value: of => ratio(rateOf(of, graphLoads[what][1]), rateOf(of, graphLoads[what][0]))
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

function better ({ loads }: Measured, name: string): LoadResult | undefined {
  return [64, 256].map(connections => loads.get(`${name}, ${connections} connections`)).filter(load => load !== undefined)
    .sort((a, b) => b.perSecond - a.perSecond)[0]
}

function bestOf (measured: Measured, name: string): number | undefined {
  return better(measured, name)?.perSecond
}

/** API and PostgreSQL; what the worker does goes on beside it, whether one order came or a thousand. */
function cpuOf (load: LoadResult | undefined): number | undefined {
  return load && load.cpuUs.api + load.cpuUs.postgres
}

function againstHistory (measured: Measured, name: string): number | undefined {
  return ratio(rateOf(measured, name + withHistory), rateOf(measured, name))
}

function importMemory ({ measures }: Measured, half: 'first' | 'second'): number | undefined {
  return measures.get(`API memory, ${half} half of the import`)
}

/** The most of what was sampled, in MB; undefined when a part was not measured. */
function mostMemory ({ measures }: Measured, ...names: readonly string[]): number | undefined {
  const sampled = names.map(name => measures.get(name))
  return sampled.includes(undefined) ? undefined : Math.max(...sampled as number[]) / 1e6
}
