import { setTimeout as pause } from 'node:timers/promises'
import { codesFor, measureLoad, orderLoad, type Bench, type Scenario } from '../bench.ts'
import { cpuBetween, familyOf, readCpu } from '../process-costs.ts'
import { freshPrefix, showSkus } from '../shop.ts'
import { callJson } from '../signed-call.ts'

const linesPerFile = 100_000
const linesPerChunk = 250
/** With so many requests in flight the API is at about half of what it can do. */
const halfLoadConnections = 8
const pollMs = 50
const waitMsMax = 120_000

export const singleAlone = 'orders at half load'
export const singleBeside = 'orders at half load, beside a bulk order'

export const bulkOrders: Scenario = {
  name: 'bulk-orders',
  says: 'a bulk order of 100,000 lines of one code: sent, checked, confirmed, bought; and single orders beside one',
  async run (bench) {
    const { shop, size, measures, say } = bench
    // What runs beside single orders has to last as long as they are measured.
    const beside = Math.ceil((size.seconds + size.warmUpSeconds) * linesPerSecondMax / linesPerFile)
    await shop.fillShelves(shop.skus, Math.ceil((3 + beside) * linesPerFile / shop.skus.length) + codesFor(bench, 2, shop.skus.length))
    // The first warms up.
    await bulkOnce(bench)
    const { lines, seconds, cpuSeconds } = await bulkOnce(bench)
    measures.set('bulk lines per second', lines / seconds)
    measures.set('seconds of CPU to check 100,000 lines', cpuSeconds)
    say(`  ${Math.round(lines / seconds)} lines/s end to end; checked in ${cpuSeconds.toFixed(2)} s of CPU`)

    const single = () => ({ connections: halfLoadConnections, load: orderLoad('half', shop.skus) })
    await measureLoad(bench, singleAlone, single())
    const ids: string[] = []
    for (let i = 0; i < beside; i++) ids.push(await sendFile(bench))
    for (const id of ids) await confirm(bench, id)
    await measureLoad(bench, singleBeside, single())
    const running = await stateOf(bench, ids.at(-1)!)
    if (running.state !== 'running') bench.notes.push('The bulk orders were over before the single orders beside them were measured.')
    for (const id of ids) await ended(bench, id)
  }
}

/** No more than this is bought in a second, so that what runs in the background does not end too early. */
const linesPerSecondMax = 40_000

interface Ran { readonly lines: number, readonly seconds: number, readonly cpuSeconds: number }

/** One bulk order from its file to its last line. */
async function bulkOnce (bench: Bench): Promise<Ran> {
  const pids = () => [...bench.server.apiPids, ...familyOf(bench.ground.postmasterPid)]
  const before = readCpu(pids())
  const startedMs = performance.now()
  const id = await sendFile(bench)
  const cpuSeconds = cpuBetween(before, readCpu(pids())) / 1e9
  await confirm(bench, id)
  await ended(bench, id)
  return { lines: linesPerFile, seconds: (performance.now() - startedMs) / 1000, cpuSeconds }
}

interface BulkAnswer { readonly id: string, readonly state: string, readonly lines_delivered: number }

async function sendFile ({ server, shop }: Bench): Promise<string> {
  const skus = showSkus(shop.skus)
  let body = 'sku,quantity,reference\n'
  for (let i = 0; i < linesPerFile; i++) body += `${skus[i % skus.length]},1,line ${i}\n`
  const target = `/v1/bulk-orders?reference=${freshPrefix('bulk')}`
  const bulk = await callJson<BulkAnswer>(server, shop.buyers[0]!, { method: 'POST', target, contentType: 'text/csv', body })
  if (bulk.state !== 'validated') throw new Error(`the file was found ${bulk.state}`)
  return bulk.id
}

async function confirm ({ server, shop }: Bench, id: string): Promise<void> {
  await callJson(server, shop.buyers[0]!, { method: 'POST', target: `/v1/bulk-orders/${id}/confirm`, body: '{}' })
}

function stateOf ({ server, shop }: Bench, id: string): Promise<BulkAnswer> {
  return callJson<BulkAnswer>(server, shop.buyers[0]!, { method: 'GET', target: `/v1/bulk-orders/${id}` })
}

async function ended (bench: Bench, id: string): Promise<void> {
  for (let waitedMs = 0; waitedMs < waitMsMax; waitedMs += pollMs) {
    const { state, lines_delivered: delivered } = await stateOf(bench, id)
    if (state === 'completed') {
      bench.tally.ordersAcknowledged += linesPerFile / linesPerChunk
      return
    }
    if (state !== 'running') throw new Error(`the bulk order ended ${state} with ${delivered} of ${linesPerFile} lines`)
    await pause(pollMs)
  }
  throw new Error(`the bulk order did not end within ${waitMsMax} ms`)
}
