import { setTimeout as pause } from 'node:timers/promises'
import { orderLoad, ordersPerSecondMax, readsPerSecondMax, sendLoad, type Bench, type Scenario } from '../bench.ts'
import type { LoadPlan, LoadResult } from '../load-plan.ts'
import { hasWrk, sendByAutocannon, sendByWrk, type Heard } from '../other-generators.ts'
import { percentilesOf } from '../percentiles.ts'
import { cpuBetween, familyOf, readCpu } from '../process-costs.ts'
import { race, type Contestant } from '../race.ts'

export const generators = ['our generator', 'autocannon', 'wrk'] as const
export const checkedLoads = ['ping', 'orders'] as const
/** How far rates may lie apart. The generators share the machine with the server, and autocannon takes three times the CPU of ours. */
export const toleranceOfRates = 0.25

const connections = 64
const settleMsMax = 10_000

/** The name of a load by a generator. */
export function checkedLoad (what: typeof checkedLoads[number], generator: typeof generators[number]): string {
  return `${what} by ${generator}, ${connections} connections`
}

export const crossCheck: Scenario = {
  name: 'cross-check',
  says: 'the same orders and the same signed no-op sent by our generator, by autocannon and by wrk',
  async run (bench) {
    const wrk = await hasWrk()
    if (!wrk) bench.notes.push('cross-check: wrk was not found (on Debian: `apt install wrk`), so it is left out.')
    const contestants = checkedLoads.flatMap(what => [
      ours(bench, what), others(bench, what, 'autocannon', sendByAutocannon), ...wrk ? [others(bench, what, 'wrk', sendByWrk)] : []
    ])
    await race({ ...bench, size: { ...bench.size, rounds: bench.size.growthRounds } }, contestants)
  }
}

type What = typeof checkedLoads[number]

function loadOf (bench: Bench, what: What): LoadPlan['load'] {
  return what === 'orders' ? orderLoad('checked', bench.shop.skus) : { kind: 'reads', targets: ['/v1/ping'] }
}

function ours (bench: Bench, what: What): Contestant {
  return {
    name: checkedLoad(what, 'our generator'),
    rounds: 'all',
    ...(what === 'orders' && { sells: bench.shop.skus }),
    measure: () => sendLoad(bench, { connections, load: loadOf(bench, what) })
  }
}

function others (
  bench: Bench, what: What, generator: 'autocannon' | 'wrk', send: (ending: Bench['ending'], plan: LoadPlan) => Promise<Heard>
): Contestant {
  const { ending, ground, server, shop, size } = bench
  return {
    name: checkedLoad(what, generator),
    rounds: 'all',
    ...(what === 'orders' && { sells: shop.skus }),
    async measure () {
      const perSecondMax = what === 'orders' ? ordersPerSecondMax : readsPerSecondMax
      const plan: LoadPlan = {
        host: server.host,
        ports: server.ports,
        connections,
        requestsMax: Math.ceil(size.seconds * perSecondMax),
        warmUpMs: 0,
        measureMs: size.seconds * 1000,
        load: loadOf(bench, what),
        signers: shop.buyers.map(({ keyId, secret }) => ({ keyId, secret })),
        seed: connections,
        apiPids: server.apiPids,
        workerPid: server.workerPid,
        postmasterPid: ground.postmasterPid
      }
      const pids = {
        api: () => readCpu(server.apiPids),
        worker: () => readCpu([server.workerPid]),
        postgres: () => readCpu(familyOf(ground.postmasterPid))
      }
      const before = { api: pids.api(), worker: pids.worker(), postgres: pids.postgres(), orders: await countOrders(bench) }
      const heard = await send(ending, plan)
      const used = (of: 'api' | 'worker' | 'postgres'): number => cpuBetween(before[of], pids[of]()) / 1e3 / heard.answers
      const cpuUs = { api: used('api'), worker: used('worker'), postgres: used('postgres'), generator: NaN }
      if (what === 'orders') await countThose(bench, before.orders, heard)
      return resultOf(heard, cpuUs)
    }
  }
}

/** Every answer is an order; of those without one there are no more than there were connections. */
async function countThose (bench: Bench, before: number, { answers }: Heard): Promise<void> {
  let placed = await countOrders(bench) - before
  for (let waitedMs = 0; waitedMs < settleMsMax; waitedMs += settleMs) {
    await pause(settleMs)
    const now = await countOrders(bench) - before
    if (now === placed) break
    placed = now
  }
  if (placed < answers || placed > answers + connections) throw new Error(`${answers} orders were answered, ${placed} were placed`)
  bench.tally.ordersAcknowledged += placed
}

const settleMs = 300

async function countOrders ({ shop }: Bench): Promise<number> {
  const [row] = await shop.db<[{ count: number }]>`select count(*)::int as count from orders`
  return row.count
}

function resultOf ({ answers, perSecond, p50Ms, p99Ms }: Heard, cpuUs: LoadResult['cpuUs']): LoadResult {
  return {
    measured: answers,
    seconds: answers / perSecond,
    perSecond,
    ...percentilesOf(new Float64Array()),
    p50Ms,
    p99Ms,
    cpuUs,
    statuses: {},
    firstRefusal: undefined,
    ranOut: false
  }
}
