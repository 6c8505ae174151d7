// What a scenario works with, and what it leaves behind: loads (rates with their latency and CPU) and measures, by name.
import type { Ending } from './ending.ts'
import { driveLoad } from './drive-load.ts'
import type { Ground, Server } from './ground.ts'
import type { LoadPlan, LoadResult, OrderLoad, PairSigner, Signer } from './load-plan.ts'
import type { Contestant } from './race.ts'
import { watchMemory } from './process-costs.ts'
import { freshPrefix, showSkus, type Shop } from './shop.ts'
import type { Uuid } from '../src/base/ids.ts'

/** No machine of two cores does more; what is prepared beyond the need costs time and memory only. */
export const ordersPerSecondMax = 16_000
export const readsPerSecondMax = 32_000

/** How big a run is; what `--quick` makes smaller is told in the report. */
export interface Size {
  readonly seconds: number
  /** How often loads are measured that are put beside each other, and how often the less important of them. */
  readonly rounds: number
  readonly roundsOfSome: number
  readonly warmUpSeconds: number
  /** Of mixed orders and reads, once for every server that is measured. */
  readonly warmServerSeconds: number
  readonly resellers: number
  readonly skus: number
  readonly manyCodes: number
  readonly manyOrders: number
  readonly importCodes: number
  readonly downloadCodes: number
  /** Codes in stock, and as many orders in history, at the points of the growth curves after nothing. */
  readonly growth: readonly number[]
  readonly growthRounds: number
  /** A point is left out when filling up to it would take longer. */
  readonly growthSecondsMax: number
  /** Pieces in stock at a flash sale. */
  readonly flashCodes: number
}

export const fullSize: Size = {
  seconds: 4,
  rounds: 5,
  roundsOfSome: 3,
  warmUpSeconds: 1,
  warmServerSeconds: 15,
  resellers: 200,
  skus: 100,
  manyCodes: 10_000,
  manyOrders: 40,
  importCodes: 1_000_000,
  downloadCodes: 1_000_000,
  growth: [100_000, 1_000_000, 10_000_000],
  growthRounds: 3,
  growthSecondsMax: 1_200,
  flashCodes: 2_000
}
export const quickSize: Size = {
  ...fullSize,
  seconds: 2,
  rounds: 3,
  roundsOfSome: 1,
  warmUpSeconds: 0.5,
  warmServerSeconds: 6,
  manyOrders: 20,
  importCodes: 400_000,
  downloadCodes: 200_000,
  growth: [100_000, 1_000_000],
  growthRounds: 1,
  growthSecondsMax: 60
}

export interface Bench {
  readonly ending: Ending
  readonly ground: Ground
  readonly shop: Shop
  readonly server: Server
  readonly size: Size
  /** The rate of each round, of loads that were measured in rounds. */
  readonly rates: Map<string, readonly number[]>
  readonly loads: Map<string, LoadResult>
  readonly measures: Map<string, number>
  readonly notes: string[]
  readonly say: (line: string) => void
  readonly tally: { /** Orders that clients were told of. */ ordersAcknowledged: number }
}

/** As long as there is a race: beside the server the same with twice as many API processes. */
export interface RaceBench extends Bench { readonly doubled: Server }

/** A bench that has measured nothing yet; its server starts after the baselines. */
export function openBench (ending: Ending, ground: Ground, shop: Shop, size: Size): Omit<Bench, 'server'> {
  const say = (line: string): void => console.log(line)
  const nothing = { rates: new Map(), loads: new Map(), measures: new Map(), notes: [], tally: { ordersAcknowledged: 0 } }
  return { ending, ground, shop, size, say, ...nothing }
}

export interface Scenario {
  readonly name: string
  readonly says: string
  /** What of it is measured in rounds, beside what other scenarios have for them. */
  contestants? (bench: RaceBench): Promise<readonly Contestant[]>
  /** What it measures by itself, after the rounds. */
  run? (bench: Bench): Promise<unknown>
}

export interface Load extends Pick<LoadPlan, 'connections' | 'load'> {
  readonly signers?: LoadPlan['signers']
  /** Instead of the size's own. */
  readonly seconds?: number
  /** So many requests, whatever time they take. */
  readonly requestsMax?: number
  /** Where less than the most is sent, less is prepared. */
  readonly perSecondMax?: number
}

/** Measures a load and keeps its result under a name. */
export async function measureLoad (bench: Bench, name: string, load: Load): Promise<LoadResult> {
  const { ground, server, measures } = bench
  // Every measurement begins with the same distance to the next checkpoint, and with no fat of an earlier one to be written.
  await ground.owner`checkpoint`
  const memory = server.apiPids.map(watchMemory)
  const result = await sendLoad(bench, load).finally(() => { for (const watch of memory) watch.stop() })
  const peak = Math.max(...memory.flatMap(watch => watch.stop()))
  measures.set('API memory under load', Math.max(peak, measures.get('API memory under load') ?? 0))
  keepLoad(bench, name, result)
  return result
}

/** Keeps a result under a name, in place of an earlier one, and says it. */
export function keepLoad ({ loads, say }: Pick<Bench, 'loads' | 'say'>, name: string, result: LoadResult): void {
  loads.set(name, result)
  say(`  ${name}: ${Math.round(result.perSecond)}/s, p50 ${result.p50Ms.toFixed(1)} ms, p99 ${result.p99Ms.toFixed(1)} ms`)
}

/** Sends a load and counts the orders it made. */
export async function sendLoad (bench: Bench, {
  connections, load, signers = bench.shop.buyers, requestsMax, perSecondMax, seconds = bench.size.seconds
}: Load): Promise<LoadResult> {
  const { ending, ground, server, size } = bench
  const counted = requestsMax !== undefined
  const preparedPerSecond = perSecondMax ?? (places(load) ? ordersPerSecondMax : readsPerSecondMax)
  const result = await driveLoad(ending, {
    host: server.host,
    ports: server.ports,
    connections,
    requestsMax: requestsMax ?? Math.ceil((seconds + size.warmUpSeconds) * preparedPerSecond),
    warmUpMs: counted ? 0 : size.warmUpSeconds * 1000,
    measureMs: seconds * 1000,
    load,
    signers: signers.map(bareSigner),
    seed: connections,
    apiPids: server.apiPids,
    workerPid: server.workerPid,
    postmasterPid: ground.postmasterPid
  })
  // The graph answers 200; were one of its orders refused, the proof would miss it among those acknowledged.
  if (places(load)) bench.tally.ordersAcknowledged += result.statuses[load.kind === 'graph orders' ? '200' : '201'] ?? 0
  return result
}

/** Without what else a buyer has: what travels to the generator is small. */
function bareSigner (signer: Signer | PairSigner): Signer | PairSigner {
  const { keyId } = signer
  return 'secret' in signer ? { keyId, secret: signer.secret } : { keyId, privateKey: signer.privateKey }
}

function places ({ kind }: LoadPlan['load']): boolean {
  return kind === 'orders' || kind === 'graph orders' || kind === 'mixed'
}

/** The codes a measurement of orders can sell on each of so many SKUs: an even share of all that is prepared, and some more. */
export function codesFor ({ size }: Bench, measurements: number, skus: number): number {
  const orders = Math.ceil((size.seconds + size.warmUpSeconds) * ordersPerSecondMax) * measurements
  return Math.ceil(orders / skus + 6 * Math.sqrt(orders / skus))
}

/** Orders of one code each, over the given SKUs. */
export function orderLoad (name: string, skuIds: readonly Uuid[], quantity = 1): OrderLoad {
  return { kind: 'orders', skus: showSkus(skuIds), quantity, referencePrefix: freshPrefix(name) }
}
