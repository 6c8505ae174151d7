// `npm run bench`: starts its own PostgreSQL and servers, measures, prints figures with their aims, proves the books.
import { loadavg } from 'node:os'
import { parseArgs } from 'node:util'
import { fullSize, openBench, quickSize, type Bench, type Scenario, type Size } from './bench.ts'
import type { Ending } from './ending.ts'
import { capacityNotes } from './capacity-notes.ts'
import { chartsOf } from './charts.ts'
import type { Measured } from './figure.ts'
import { figuresOf } from './figures.ts'
import { openGround, startServer, widenServer } from './ground.ts'
import { residentBytes } from './process-costs.ts'
import { proveAll } from './prove-all.ts'
import { describeMachine, showReport, writeResults, type Report } from './report.ts'
import { race, type Contestant } from './race.ts'
import { runToEnd } from './run-to-end.ts'
import { baselines } from './scenarios/baselines.ts'
import { bulkOrders } from './scenarios/bulk-orders.ts'
import { callbacks } from './scenarios/callbacks.ts'
import { coldStarts } from './scenarios/cold-start.ts'
import { crossCheck } from './scenarios/cross-check.ts'
import { download } from './scenarios/download.ts'
import { flashSale } from './scenarios/flash-sale.ts'
import { graphql } from './scenarios/graphql.ts'
import { history } from './scenarios/history.ts'
import { importCodes } from './scenarios/import-codes.ts'
import { live } from './scenarios/live.ts'
import { manyCodes, namesOfMany } from './scenarios/many-codes.ts'
import { keyPairs, oneSku, oneWallet, orders } from './scenarios/orders.ts'
import { ping } from './scenarios/ping.ts'
import { plain } from './scenarios/plain.ts'
import { processes } from './scenarios/processes.ts'
import { products } from './scenarios/products.ts'
import { sdk } from './scenarios/sdk.ts'
import { stock, stockOfMany } from './scenarios/stock.ts'
import { storage } from './scenarios/storage.ts'
import { subscriptions } from './scenarios/subscriptions.ts'
import { openShop } from './shop.ts'
import { warmServer } from './warm-up.ts'

const scenarios: readonly Scenario[] = [
  baselines, plain, ping, orders, oneSku, oneWallet, keyPairs, stock, products, graphql,
  processes, crossCheck, storage, manyCodes, download, bulkOrders, callbacks, importCodes, sdk, subscriptions,
  flashSale, live, history, coldStarts
]
const names = scenarios.map(({ name }) => name)
/** What a quick run leaves out: what tells least about an order, for the time it takes. */
const notQuick: readonly string[] = [
  crossCheck, storage, manyCodes, bulkOrders, callbacks, sdk, subscriptions, flashSale, live, coldStarts
].map(({ name }) => name)

/** A signature is good for five minutes; requests are signed before the warm-up. */
const secondsMax = 60
const apisMax = 16

const usage = `npm run bench -- [--quick] [--only NAME,…] [--seconds N] [--write]
  --quick      shorter measurements and a tenth of the history
  --only       some scenarios: ${names.join(', ')}
  --seconds    length of each measurement, 1 to ${secondsMax}
  --apis       API processes, 1 to ${apisMax}; 1 by default
  --write      write bench/RESULTS.md`

await runToEnd('bench', ending => run(ending, readWords(process.argv.slice(2))))

interface Words { readonly size: Size, readonly only: readonly string[], readonly apis: number, readonly write: boolean }

async function run (ending: Ending, { size, only, apis, write }: Words): Promise<void> {
  if (process.platform !== 'linux') throw new Error('the bench reads CPU and memory from /proc and runs on Linux only')
  const startedMs = performance.now()
  const loadBefore = loadavg()[0]!
  const ground = await openGround(ending)
  const shop = await openShop(ending, ground, size)
  const bench = openBench(ending, ground, shop, size)
  const chosen = scenarios.filter(({ name }) => only.includes(name))
  const server = await startServer(ending, ground, apis)
  const atRest = Math.max(...server.apiPids.map(residentBytes))
  bench.measures.set('API memory at rest', atRest)
  bench.say(`API memory at rest: ${Math.round(atRest / 1e6)} MB`)
  await runRace({ ...bench, server }, chosen)
  for (const scenario of chosen) await runAlone({ ...bench, server }, scenario)
  const measured: Measured = { ...bench, names: { ...namesOfMany(size), skus: stockOfMany(size) } }
  const report: Report = {
    ...bench,
    apis,
    command: ['npm run bench --', ...process.argv.slice(2)].join(' '),
    machine: await describeMachine(ground.owner, loadBefore),
    figures: figuresOf(measured),
    charts: chartsOf(measured, size.growth),
    capacity: capacityNotes(measured),
    scenarios: chosen,
    seconds: (performance.now() - startedMs) / 1000
  }
  console.log(`\n${showReport(report)}\n\n${[...report.machine, ...report.notes].join('\n')}\n${report.seconds.toFixed(0)} s`)
  if (write) await writeResults(report)
}

/** What is measured in rounds, of all scenarios together. */
async function runRace (bench: Bench, chosen: readonly Scenario[]): Promise<void> {
  const racing = chosen.filter(({ contestants }) => contestants)
  if (racing.length === 0) return await warmServer(bench)
  const startedMs = performance.now()
  const { ending, ground, server, say } = bench
  const doubled = await widenServer(ending, ground, server, server.ports.length)
  await warmServer({ ...bench, server: doubled })
  const contestants: Contestant[] = []
  for (const { name, says, contestants: prepare } of racing) {
    say(`${name}: ${says}`)
    contestants.push(...await prepare!({ ...bench, doubled }))
  }
  await race(bench, contestants)
  await doubled.stop()
  await proveAll(bench)
  say(`  ${seconds(startedMs)} s`)
}

async function runAlone (bench: Bench, { name, says, run }: Scenario): Promise<void> {
  if (!run) return
  const startedMs = performance.now()
  bench.say(`${name}: ${says}`)
  await run(bench)
  await proveAll(bench)
  bench.say(`  ${seconds(startedMs)} s`)
}

function seconds (startedMs: number): string {
  return ((performance.now() - startedMs) / 1000).toFixed(0)
}

function readWords (words: string[]): Words {
  const { values } = parseArgs({
    args: words,
    options: {
      quick: { type: 'boolean' },
      only: { type: 'string' },
      seconds: { type: 'string' },
      apis: { type: 'string' },
      write: { type: 'boolean' },
      help: { type: 'boolean' }
    }
  })
  if (values.help) {
    console.log(usage)
    process.exit()
  }
  const only = values.only?.split(',') ?? names.filter(name => !(values.quick && notQuick.includes(name)))
  const unknown = only.find(name => !names.includes(name))
  if (unknown !== undefined) throw new Error(`there is no scenario ${JSON.stringify(unknown)}\n${usage}`)
  const size = values.quick ? quickSize : fullSize
  const seconds = Number(values.seconds ?? size.seconds)
  if (!(seconds >= 1 && seconds <= secondsMax)) throw new Error(`--seconds is from 1 to ${secondsMax}`)
  const apis = Number(values.apis ?? 1)
  if (!(Number.isInteger(apis) && apis >= 1 && apis <= apisMax)) throw new Error(`--apis is from 1 to ${apisMax}`)
  return { size: { ...size, seconds }, only, apis, write: values.write ?? false }
}
