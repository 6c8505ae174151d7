// `node bench/profile.ts`: where the API's CPU goes while it takes orders. Prints the functions with the most time of their own.
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { measureLoad, orderLoad, codesFor, openBench, quickSize, type Bench, type Size } from './bench.ts'
import type { Ending } from './ending.ts'
import { openGround, startServer } from './ground.ts'
import { runToEnd } from './run-to-end.ts'
import { openShop } from './shop.ts'
import { warmServer } from './warm-up.ts'

const functionsShown = 25
const connections = 64
const root = fileURLToPath(new URL('..', import.meta.url))

interface CallFrame { readonly functionName: string, readonly url: string, readonly lineNumber: number }
/** As V8 writes it; times are microseconds of the machine's monotonic clock, which process.hrtime reads too. */
interface CpuProfile {
  readonly nodes: readonly { readonly id: number, readonly callFrame: CallFrame }[]
  readonly samples: readonly number[]
  readonly timeDeltas: readonly number[]
  readonly startTime: number
}

const { values: { seconds } } = parseArgs({ options: { seconds: { type: 'string', default: '5' } } })
await runToEnd('profile', ending => profileOrders(ending, Number(seconds)))

async function profileOrders (ending: Ending, seconds: number): Promise<void> {
  if (!(seconds >= 1 && seconds <= 60)) throw new Error('--seconds is from 1 to 60')
  const folder = await mkdtemp(join(tmpdir(), 'kahub-profile-'))
  ending.add(() => rm(folder, { recursive: true, force: true }))
  const size: Size = { ...quickSize, seconds }
  const ground = await openGround(ending)
  const shop = await openShop(ending, ground, size)
  const server = await startServer(ending, ground, 1, ['--cpu-prof', `--cpu-prof-dir=${folder}`])
  const bench: Bench = { ...openBench(ending, ground, shop, size), server }
  await shop.fillShelves(shop.skus, codesFor(bench, 1, shop.skus.length))
  await warmServer(bench)
  const loadedFromUs = Number(process.hrtime.bigint() / 1_000n)
  const { cpuUs } = await measureLoad(bench, `orders, ${connections} connections`, { connections, load: orderLoad('profile', shop.skus) })
  // The profile is written as the process ends.
  await server.stop()
  const [file] = (await readdir(folder)).filter(name => name.endsWith('.cpuprofile'))
  if (file === undefined) throw new Error('the server left no profile')
  print(JSON.parse(await readFile(join(folder, file), 'utf8')) as CpuProfile, loadedFromUs)
  console.log(`CPU per order, profiling included: API ${cpuUs.api.toFixed(0)} µs, PostgreSQL ${cpuUs.postgres.toFixed(0)} µs`)
}

/** Prints the own time of functions since a moment, as a share of the time in which the process did something. */
function print ({ nodes, samples, timeDeltas, startTime }: CpuProfile, fromUs: number): void {
  const names = new Map(nodes.map(({ id, callFrame }) => [id, nameOf(callFrame)]))
  const ownUs = new Map<string, number>()
  let busyUs = 0
  let atUs = startTime
  for (const [i, id] of samples.entries()) {
    const name = names.get(id)!
    const us = timeDeltas[i]!
    atUs += us
    if (atUs < fromUs || name === '(idle)') continue
    busyUs += us
    ownUs.set(name, (ownUs.get(name) ?? 0) + us)
  }
  for (const [name, us] of [...ownUs].sort((a, b) => b[1] - a[1]).slice(0, functionsShown)) {
    console.log(`${(us / busyUs * 100).toFixed(1).padStart(5)} %  ${name}`)
  }
}

function nameOf ({ functionName, url, lineNumber }: CallFrame): string {
  const path = url.replace(/^file:\/\//, '').replace(root, '')
  return path === '' ? functionName : `${functionName || '(anonymous)'}  ${path}:${lineNumber + 1}`
}
