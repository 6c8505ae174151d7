import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { setTimeout as pause } from 'node:timers/promises'
import { newId, type Uuid } from '../../src/base/ids.ts'
import { readMasterKeys } from '../../src/base/seal.ts'
import { createEndpoint } from '../../src/domain/callbacks/create-endpoint.ts'
import { appendEvents } from '../../src/domain/events/append-events.ts'
import { bareArray } from '../../src/postgres/arrays.ts'
import { transact } from '../../src/postgres/transact.ts'
import { codesFor, orderLoad, type Bench, type Load, type Scenario } from '../bench.ts'
import { startWorker } from '../ground.ts'
import { measurePair } from '../measure-pair.ts'
import { cpuBetween, familyOf, readCpu } from '../process-costs.ts'

const endpointsCount = 100
const holesCount = 20
const drainedEvents = 30_000
const backlogEvents = 100_000
const eventsPerSecond = 500
const tickMs = 100
const halfLoadConnections = 8
const halfLoadPerSecondMax = 4_000
const waitMsMax = 120_000

export const drainRate = 'callbacks delivered per second'
export const callbackCpu = 'CPU per callback, workers and PostgreSQL'
export const healthyP99 = 'callback p99, beside black holes'
export const ordersWithCallbacks = 'orders at half load, with callbacks'
export const ordersBesideBacklog = 'orders at half load, beside a backlog of callbacks'
export const backlogRate = 'callbacks of a backlog delivered per second, beside orders at half load'

export const callbacks: Scenario = {
  name: 'callbacks',
  says: 'two workers and 100 endpoints: 30,000 deliveries; 500 events a second beside black holes; a backlog of 100,000 beside orders',
  async run (bench) {
    const { ending, ground, shop, size, measures, say } = bench
    const worker = await startWorker(ending, ground)
    const receiver = await openReceiver()
    const forget = ending.add(async () => { receiver.close() })
    const endpoints = await makeEndpoints(bench, receiver.url)

    await setState(bench, endpoints, 'paused')
    await tell(bench, drainedEvents)
    await fannedOut(bench)
    const pids = (): number[] => [bench.server.workerPid, worker.pid, ...familyOf(ground.postmasterPid)]
    const before = readCpu(pids())
    const startedMs = performance.now()
    await setState(bench, endpoints, 'enabled')
    await receiver.reached(drainedEvents)
    const perSecond = drainedEvents / ((performance.now() - startedMs) / 1000)
    measures.set(drainRate, perSecond)
    measures.set(callbackCpu, cpuBetween(before, readCpu(pids())) / 1e3 / drainedEvents)
    say(`  ${Math.round(perSecond)} deliveries/s, ${Math.round(measures.get(callbackCpu)!)} µs of CPU each`)

    await setUrls(bench, endpoints.slice(0, holesCount), `${receiver.url}/hole`)
    receiver.forget()
    // Whole turns, in which every endpoint has as many events as the others: how many are to arrive is then known.
    const eventsPerTick = eventsPerSecond * tickMs / 1000
    const turns = Math.ceil((size.seconds + size.warmUpSeconds) * eventsPerSecond / endpointsCount)
    for (let tick = 0; tick < turns * endpointsCount / eventsPerTick; tick++) {
      await tell(bench, eventsPerTick, tick)
      await pause(tickMs)
    }
    await receiver.reached(turns * (endpointsCount - holesCount))
    const latencies = receiver.latenciesMs().sort((a, b) => a - b)
    measures.set(healthyP99, latencies[Math.floor(latencies.length * 0.99)]!)
    const [p50, p99] = [latencies[latencies.length >> 1], measures.get(healthyP99)]
    say(`  beside black holes: p50 ${p50} ms, p99 ${p99} ms from the event to the receiver`)
    await setUrls(bench, endpoints.slice(0, holesCount), receiver.url)

    await shop.fillShelves(shop.skus, codesFor(bench, 4, shop.skus.length))
    await compareWithBacklog(bench, endpoints)
    await ground.owner`update live.endpoints set deleted_at = now() where id = any(${bareArray(endpoints)}::uuid[])`
    await worker.stop()
    forget()
    receiver.close()
  }
}

/** Orders at half load without a backlog and beside one, which the second time they run beside it is still being sent. */
async function compareWithBacklog (bench: Bench, endpoints: readonly Uuid[]): Promise<void> {
  const load = (): Load => ({
    connections: halfLoadConnections,
    perSecondMax: halfLoadPerSecondMax,
    load: orderLoad('callbacks', bench.shop.skus)
  })
  let backlog = 0
  let sentFromMs = 0
  await measurePair(bench, {
    name: ordersWithCallbacks,
    load,
    async prepare () {
      if (backlog > 0) await sentAll(bench)
    }
  }, {
    name: ordersBesideBacklog,
    load,
    async prepare () {
      if (backlog > 0) return
      await setState(bench, endpoints, 'paused')
      await tell(bench, backlogEvents)
      await fannedOut(bench)
      backlog = await dueDeliveries(bench)
      sentFromMs = performance.now()
      await setState(bench, endpoints, 'enabled')
    }
  })

  /** The orders beside it have just ended: what was sent until now, and the rest with nothing beside it. */
  async function sentAll ({ measures, notes, say }: Bench): Promise<void> {
    const left = await dueDeliveries(bench)
    const perSecond = (backlog - left) / ((performance.now() - sentFromMs) / 1000)
    measures.set(backlogRate, perSecond)
    say(`  ${Math.round(perSecond)}/s of the backlog were delivered meanwhile, ${left} were left`)
    if (left < 1_000) notes.push('The backlog of callbacks was gone before the orders beside it were measured.')
    const deadlineMs = performance.now() + waitMsMax
    while (await dueDeliveries(bench) > 1_000) {
      if (performance.now() > deadlineMs) throw new Error(`the backlog was not delivered within ${waitMsMax} ms`)
      await pause(100)
    }
  }
}

interface Receiver {
  readonly url: string
  /** Waits until so many callbacks have arrived since the last forgetting. */
  reached (count: number): Promise<void>
  latenciesMs (): number[]
  forget (): void
  close (): void
}

/** Takes everything but what comes to /hole, which it never answers. */
async function openReceiver (): Promise<Receiver> {
  let latencies: number[] = []
  const server = createServer((request, response) => {
    if (request.url === '/hole') return void request.resume()
    let text = ''
    request.setEncoding('utf8').on('data', chunk => { text += chunk }).once('end', () => {
      latencies.push(Date.now() - Date.parse(/"timestamp":"([^"]+)"/.exec(text)![1]!))
      response.writeHead(200).end()
    })
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    async reached (count) {
      const deadlineMs = performance.now() + waitMsMax
      while (latencies.length < count) {
        if (performance.now() > deadlineMs) throw new Error(`${latencies.length} of ${count} callbacks arrived in ${waitMsMax} ms`)
        await pause(10)
      }
    },
    latenciesMs: () => [...latencies],
    forget: () => { latencies = [] },
    close: () => {
      server.close()
      server.closeAllConnections()
    }
  }
}

async function makeEndpoints ({ ground, shop }: Bench, url: string): Promise<readonly Uuid[]> {
  const tools = { masterKeys: readMasterKeys(ground.masterKey), callbackRules: { ports: [443], loopback: true } }
  const ids: Uuid[] = []
  for (let n = 0; n < endpointsCount; n++) {
    const id = newId()
    const { resellerId } = shop.buyers[n % shop.buyers.length]!
    await transact(shop.db, tx => createEndpoint(tx, tools, {
      id, resellerId, url, types: [], signatures: ['v1'], description: '', concurrencyMax: 10, perSecondMax: 10_000
    }))
    ids.push(id)
  }
  return ids
}

/** Appends events, spread over the resellers that have an endpoint. */
async function tell ({ shop }: Bench, count: number, from = 0): Promise<void> {
  const buyers = shop.buyers.slice(0, endpointsCount)
  for (let told = 0; told < count; told += 5_000) {
    await transact(shop.db, tx => appendEvents(tx, Array.from({ length: Math.min(5_000, count - told) }, (_, n) => ({
      resellerId: buyers[(from * count + told + n) % buyers.length]!.resellerId,
      type: 'wallet.adjusted',
      data: {
        reason: 'for the bench',
        n
      }
    }))))
  }
}

async function fannedOut ({ shop, ground }: Bench): Promise<void> {
  for (;;) {
    const [row] = await shop.db<{ behind: boolean }[]>`
      select exists (
        select from endpoints join resellers on resellers.id = reseller_id where deleted_at is null and event_sequence > fanned_to
      ) as behind`
    if (!row!.behind) break
    await pause(50)
  }
  await ground.owner`vacuum analyze`
}

async function setState ({ shop }: Bench, ids: readonly Uuid[], state: 'enabled' | 'paused'): Promise<void> {
  await shop.db`update endpoints set state = ${state}, next_due_at = now() where id = any(${bareArray(ids)}::uuid[])`
}

async function setUrls ({ shop }: Bench, ids: readonly Uuid[], url: string): Promise<void> {
  await shop.db`update endpoints set url = ${url} where id = any(${bareArray(ids)}::uuid[])`
}

async function dueDeliveries ({ shop }: Bench): Promise<number> {
  const [row] = await shop.db<{ count: number }[]>`select count(*)::int as count from deliveries where state = 'due'`
  return row!.count
}
