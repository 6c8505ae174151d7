// What the figures mean for somebody who buys machines. Every sentence is worked out of this run; what it did not measure is left out.
import type { Measured } from './figure.ts'
import type { LoadResult } from './load-plan.ts'
import { callbackCpu, drainRate } from './scenarios/callbacks.ts'
import { ordersOfOneWallet, ordersOnOneSku, spreadLoad } from './scenarios/orders.ts'
import { apiCounts, processesLoad } from './scenarios/processes.ts'
import {
  apiMemoryAfter, bytesPerCode, bytesPerOrder, postgresMemory, walPerOrder, walPerOrderFresh, workerMemory
} from './scenarios/storage.ts'

/** Nobody runs cores at their end: of their time so much is planned with. */
const plannedPart = 0.6
/** The machines of the example. */
const databaseCores = 16
/** Workers of the callbacks scenario. */
const workers = 2
const usPerSecond = 1e6
const secondsPerDay = 86_400

/** The notes, a sentence or two each. */
export function capacityNotes (measured: Measured): readonly string[] {
  const load = fastest(measured)
  return [
    ...load ? [...coreNotes(load), bottleneckNote(measured, load)] : [],
    ...processNotes(measured),
    ...storageNotes(measured, load),
    ...memoryNotes(measured),
    ...callbackNotes(measured)
  ]
}

function fastest ({ loads }: Measured): LoadResult | undefined {
  return [1, 2].flatMap(apis => [64, 256].map(connections => loads.get(spreadLoad(connections, apis)))).filter(load => load !== undefined)
    .toSorted((a, b) => b.perSecond - a.perSecond)[0]
}

function coreNotes ({ cpuUs: { api, postgres, worker, generator }, perSecond }: LoadResult): readonly string[] {
  const all = api + postgres + worker
  const apiCores = api / postgres * databaseCores
  const rate = plannedPart * databaseCores * usPerSecond / postgres
  return [
    `An order costs ${us(api)} of an API process, ${us(postgres)} of PostgreSQL and ${us(worker)} of a worker: a core does ` +
      `${whole(usPerSecond / all)} orders/s, and PostgreSQL is ${whole(postgres / all * 100)} % of it. ` +
      `Here ${whole(perSecond)}/s were measured, while the load generator took another ${us(generator)} for each.`,
    'API processes hold nothing that others need: for more orders, start more of them, on any number of machines. ' +
      `A PostgreSQL of ${databaseCores} cores, planned with at ${plannedPart * 100} %, does ${whole(rate)} orders/s ` +
      `(${whole(rate * secondsPerDay / 1e6)} million a day) and keeps ` +
      `${whole(apiCores)} cores of API processes as busy. That is reckoned from the costs, not measured.`
  ]
}

function bottleneckNote ({ loads }: Measured, { perSecond, cpuUs }: LoadResult): string {
  const [hot, wallet] = [loads.get(ordersOnOneSku)?.perSecond, loads.get(ordersOfOneWallet)?.perSecond]
  const locks = hot === undefined || wallet === undefined
    ? ''
    : ` What is sold of one SKU (${whole(hot)}/s here) or bought by one wallet (${whole(wallet)}/s) waits for one row, ` +
      'one batch after the other: more API processes do not raise these two, a shorter commit does.'
  const next = cpuUs.api >= cpuUs.postgres ? 'the API process, of which there can be more' : 'PostgreSQL, of which there is one'
  return `What is reached first at ${whole(perSecond)}/s is ${next}; after it comes the one PostgreSQL that all share.${locks}`
}

function processNotes ({ loads }: Measured): readonly string[] {
  const rates = apiCounts.map(apis => loads.get(processesLoad(apis))?.perSecond)
  if (rates.includes(undefined)) return []
  const told = apiCounts.map((apis, i) => `${whole(rates[i]!)}/s by ${apis}`).join(', ')
  return [`API processes on this one machine: ${told}. They share its cores with PostgreSQL and the load generator; ` +
    'more processes than cores divide the same cores, and show only what that costs.']
}

function storageNotes ({ measures }: Measured, load: LoadResult | undefined): readonly string[] {
  const [order, code, wal, fresh] = [bytesPerOrder, bytesPerCode, walPerOrder, walPerOrderFresh].map(name => measures.get(name))
  if (order === undefined || code === undefined || wal === undefined || fresh === undefined) return []
  const rate = load?.perSecond ?? 1_000
  return [
    `A million orders take ${gigabytes(order * 1e6)} on the disk, a million codes ${gigabytes(code * 1e6)}, indexes included.`,
    `An order writes ${whole(wal)} bytes of WAL, just after a checkpoint ${whole(fresh)} (whole pages): ` +
      `${(wal * rate / 1e6).toFixed(1)} to ${(fresh * rate / 1e6).toFixed(1)} MB/s at ${whole(rate)} orders/s, ` +
      `and ${gigabytes(wal * 1e6)} to archive or replicate for a million.`
  ]
}

function memoryNotes ({ measures }: Measured): readonly string[] {
  const names = [apiMemoryAfter, 'API memory at rest', workerMemory, postgresMemory]
  const [api, atRest, worker, postgres] = names.map(name => measures.get(name))
  if (api === undefined || atRest === undefined || worker === undefined || postgres === undefined) return []
  const most = Math.max(api, measures.get('API memory under load') ?? 0)
  return [`Memory: ${megabytes(atRest)} for an API process at rest, ${megabytes(most)} at most under load; ` +
    `${megabytes(worker)} for a worker; ${megabytes(postgres)} for PostgreSQL with what of its shared buffers was in use.`]
}

function callbackNotes ({ measures }: Measured): readonly string[] {
  const [rate, cpu] = [measures.get(drainRate), measures.get(callbackCpu)]
  if (rate === undefined || cpu === undefined) return []
  return [`Callbacks: ${whole(rate / workers)}/s by each of ${workers} workers, ${us(cpu)} each with what PostgreSQL does for them. ` +
    'Workers share the work by leases: more of them, on any machine, take more.']
}

function us (value: number): string {
  return `${whole(value)} µs`
}

function whole (value: number): string {
  return Math.round(value).toLocaleString('en')
}

function megabytes (bytes: number): string {
  return `${whole(bytes / 1e6)} MB`
}

function gigabytes (bytes: number): string {
  return `${(bytes / 1e9).toFixed(1)} GB`
}
