// Which charts a run has: each is drawn when all that it shows was measured.
import { drawBars, drawLines } from './draw-chart.ts'
import type { Measured } from './figure.ts'
import type { LoadResult } from './load-plan.ts'
import { orderShapes } from './pgbench.ts'
import { pgbenchLoad } from './scenarios/baselines.ts'
import { growing, growthLoad } from './scenarios/history.ts'
import { connectionCounts, ordersByKeyPair, ordersOfOneWallet, ordersOnOneSku, spreadLoad } from './scenarios/orders.ts'
import { pingLoad } from './scenarios/ping.ts'
import { plainNothing, plainOrders } from './scenarios/plain.ts'
import { apiCounts, processesLoad } from './scenarios/processes.ts'

export interface Chart {
  /** Of the file, without its ending. */
  readonly name: string
  readonly says: string
  readonly svg: string
}

/** The charts of a run; `growth` are the points of the growth curves after nothing. */
export function chartsOf (measured: Measured, growth: readonly number[]): readonly Chart[] {
  const all = [ratesChart(measured), costsChart(measured), latencyChart(measured), growthChart(measured, growth), processesChart(measured)]
  return all.filter(chart => chart !== undefined)
}

interface Named { readonly label: string, readonly load: string, readonly whose: 'ours' | 'baseline' }

const besideBaselines: readonly Named[] = [
  { label: 'kahub: orders, 2 API processes', load: spreadLoad(256, 2), whose: 'ours' },
  { label: 'kahub: orders, 1 API process', load: spreadLoad(256), whose: 'ours' },
  { label: 'kahub: all on one SKU', load: ordersOnOneSku, whose: 'ours' },
  { label: 'kahub: all from one wallet', load: ordersOfOneWallet, whose: 'ours' },
  { label: 'kahub: signed by Ed25519', load: ordersByKeyPair, whose: 'ours' },
  { label: 'kahub: signed no-op, 1 API process', load: pingLoad(64), whose: 'ours' },
  ...orderShapes.map((shape): Named => ({ label: `pgbench, ${shape}`, load: pgbenchLoad(shape), whose: 'baseline' })),
  { label: 'plain Fastify: orders, unsigned', load: plainOrders, whose: 'baseline' },
  { label: 'plain Fastify: no-op, unsigned', load: plainNothing, whose: 'baseline' }
]

function ratesChart ({ loads, rates }: Measured): Chart | undefined {
  const rows = besideBaselines.flatMap(({ label, load, whose }) => {
    const rate = loads.get(load)?.perSecond
    if (rate === undefined) return []
    const rounds = rates.get(load) ?? [rate]
    const spread = [Math.min(...rounds), Math.max(...rounds)] as const
    return [{ label, values: whose === 'ours' ? [rate, 0] : [0, rate], spread }]
  })
  if (rows.length < 2) return undefined
  const title = 'Orders per second, beside what people would use otherwise'
  const axis = 'per second; the middle round, the line from the slowest round to the fastest'
  return { name: 'orders', says: title, svg: drawBars({ title, axis, parts: ['kahub', 'baseline'], rows }) }
}

function costsChart ({ loads }: Measured): Chart | undefined {
  const rows = besideBaselines.flatMap(({ label, load }) => {
    const found = loads.get(load)
    return found ? [{ label, values: [found.cpuUs.api, found.cpuUs.postgres, found.cpuUs.worker] }] : []
  })
  if (rows.length < 2) return undefined
  const title = 'CPU of a request, by process'
  const parts = ['Node (API)', 'PostgreSQL', 'worker']
  return { name: 'cpu', says: title, svg: drawBars({ title, axis: 'microseconds of CPU', parts, rows }) }
}

const percentiles = [['p50', 'p50Ms'], ['p90', 'p90Ms'], ['p99', 'p99Ms'], ['p99.9', 'p999Ms']] as const

function latencyChart ({ loads }: Measured): Chart | undefined {
  const found = connectionCounts.map(connections => loads.get(spreadLoad(connections)))
  if (!found.every(load => load !== undefined)) return undefined
  const title = 'Time from an order to its codes, by connections (1 API process)'
  const lines = percentiles.map(([name, key]) => ({ name, values: found.map(load => (load as LoadResult)[key]) }))
  const axes = { xAxis: 'connections, one order in flight on each', yAxis: 'milliseconds', scale: 'log' } as const
  return { name: 'latency', says: title, svg: drawLines({ title, ...axes, steps: connectionCounts.map(String), lines }) }
}

function growthChart ({ loads }: Measured, growth: readonly number[]): Chart | undefined {
  const points = [0, ...growth].filter(point => loads.has(growthLoad(growing.orders, point)))
  if (points.length < 2) return undefined
  const title = 'Rates as codes and orders grow'
  const lines = Object.values(growing).map(name => ({ name, values: points.map(point => loads.get(growthLoad(name, point))?.perSecond) }))
  const steps = points.map(point => point.toLocaleString('en'))
  const axes = { xAxis: 'codes in stock, and as many orders', yAxis: 'per second', scale: 'linear' } as const
  return { name: 'growth', says: title, svg: drawLines({ title, ...axes, steps, lines }) }
}

function processesChart ({ loads }: Measured): Chart | undefined {
  const rates = apiCounts.map(apis => loads.get(processesLoad(apis))?.perSecond)
  if (rates.includes(undefined)) return undefined
  const title = 'Orders per second by API processes on one machine'
  const lines = [{ name: 'orders', values: rates }]
  const axes = { xAxis: 'API processes', yAxis: 'orders per second', scale: 'linear' } as const
  return { name: 'processes', says: title, svg: drawLines({ title, ...axes, steps: apiCounts.map(String), lines }) }
}
