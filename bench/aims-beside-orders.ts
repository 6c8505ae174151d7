// What is aimed at of everything beside single orders, as a table.
import { difference, cpuOf, importMemory, mostMemory, rateOf, ratio, ratios, type Aimed } from './figure.ts'
import { singleAlone, singleBeside } from './scenarios/bulk-orders.ts'
import { drainRate, healthyP99, ordersBesideBacklog, ordersWithCallbacks } from './scenarios/callbacks.ts'
import { coldStart } from './scenarios/cold-start.ts'
import { answeredInRush, pageAlone, pageInRush, pageLoad, soldInRush } from './scenarios/flash-sale.ts'
import { graphLoads } from './scenarios/graphql.ts'
import { toldCpu, toldHalf, toldLast } from './scenarios/live.ts'
import { spreadLoad } from './scenarios/orders.ts'
import { pingLoad } from './scenarios/ping.ts'
import { bareCallCpu, sdkCallCpu } from './scenarios/sdk.ts'
import { stockOfOne } from './scenarios/stock.ts'
import { cpuToTell, hotAlone, hotWatched, messagesPerInterval, toTellAll } from './scenarios/subscriptions.ts'

/** Loads by the graph and the same by REST; the name of the last depends on the size of the run. */
const byGraphAndRest = [
  [graphLoads.orders, spreadLoad(64)], [graphLoads.stock, stockOfOne], [graphLoads.stockOfMany, undefined]
] as const

/** Codes, stock, bulk orders, callbacks, links, imports, starts. */
export const aimsBesideOrders: readonly Aimed[] = [
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
  ...byGraphAndRest.map(([byGraph, byRest]): Aimed => ({
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
