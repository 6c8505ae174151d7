// What is aimed at of orders and the reads beside them, as a table: what is put beside what, and how far it has to reach.
import { fullSize } from './bench.ts'
import { best, cpuOf, fastest, ratios, type Aimed, type Measured } from './figure.ts'
import { orderShapes } from './pgbench.ts'
import { pgbenchLoad } from './scenarios/baselines.ts'
import { checkedLoad, toleranceOfRates } from './scenarios/cross-check.ts'
import { growing, growthLoad } from './scenarios/history.ts'
import { ordersByKeyPair, ordersOfOneWallet, ordersOnOneSku, spreadLoad } from './scenarios/orders.ts'
import { pingLoad } from './scenarios/ping.ts'
import { plainNothing, plainOrders } from './scenarios/plain.ts'

const processes = [1, 2] as const
const grown = ['orders', 'stockOfOne', 'stockOfMany'] as const
const spoken = { 1: '1 API process', 2: '2 API processes' } as const

/** Orders, alone and beside the baselines. */
export const aimsOfOrders: readonly Aimed[] = [
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
  ...fullSize.growth.flatMap(point => grown.map((what): Aimed => ({
    says: `${growing[what]} with ${point.toLocaleString('en')} codes and orders ÷ with none, each ÷ the signed no-op beside it`,
    unit: '×',
    aim: { atLeast: 0.85 },
    rounds: of => ratios(besideYardstick(of, growing[what], point), besideYardstick(of, growing[what], 0))
  }))),
  ...(['autocannon', 'wrk'] as const).flatMap(generator => (['orders', 'ping'] as const).map((what): Aimed => ({
    says: `${what}: rate told by ${generator} ÷ by our generator`,
    unit: '×',
    aim: { atLeast: 1 - toleranceOfRates, atMost: 1 + toleranceOfRates },
    rounds: of => ratios(of.rates.get(checkedLoad(what, generator)), of.rates.get(checkedLoad(what, 'our generator')))
  })))
]

function besideYardstick ({ rates }: Measured, what: string, point: number): readonly number[] | undefined {
  return ratios(rates.get(growthLoad(what, point)), rates.get(growthLoad(growing.yardstick, point)))
}
