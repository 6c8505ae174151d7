// Overload: three times what the product can do is offered, as a crowd offers it. It goes on selling nearly as much as before, tells the
// rest honestly to come again, leaves nobody without an answer, and is itself again when the crowd has gone.
import { fork } from 'node:child_process'
import { setTimeout as pause } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { driveLoad } from '../../bench/drive-load.ts'
import type { Ending } from '../../bench/ending.ts'
import type { LoadPlan } from '../../bench/load-plan.ts'
import { residentBytes } from '../../bench/process-costs.ts'
import { freshPrefix, showSkus } from '../../bench/shop.ts'
import type { Heard, Offer } from './offered-load.ts'
import { apiNames, openRig, type Rig, type Say } from './open-rig.ts'
import { grouped, type Outcome } from './outcome.ts'
import { prove } from './prove.ts'
import { quiet } from './settle.ts'

export interface OverloadWish { readonly seed: number, readonly seconds: number }

const generator = fileURLToPath(new URL('offered-load.ts', import.meta.url))
const times = 3
const goodputLeast = 0.8
const resellers = 32
const skus = 48
const ordersPerSecondMost = 12_000
const connections = 64
const warmUpMs = 2_000
const measureMs = 6_000
/** No order waits longer than the server's own limits allow: the wait for a lane, and the statement's. */
const answerMsMax = 20_000
const memoryBytesMax = 1_200_000_000
const memoryEveryMs = 200
const restMs = 3_000
const quietMsMax = 120_000

/** Offers what can be done, then three times as much, then what can be done. */
export async function runOverload (ending: Ending, say: Say, { seed, seconds }: OverloadWish): Promise<Outcome> {
  const ms = seconds * 1000
  const codesEach = Math.ceil(ordersPerSecondMost * (seconds * 2 + (2 * (warmUpMs + measureMs)) / 1000) / skus)
  const rig = await openRig(ending, say, { name: 'overload', seed, resellers, skus, codesEach, faults: 'kills only' })
  let acknowledged = 0
  const closed = async (): Promise<number> => {
    const result = await driveLoad(ending, planOf(rig, seed, warmUpMs + measureMs))
    acknowledged += Object.values(result.statuses).reduce((sum, count) => sum + count, 0)
    return result.perSecond
  }
  const open = async (perSecond: number): Promise<Heard> => {
    const heard = await offer(ending, { plan: planOf(rig, seed, ms, Math.ceil(perSecond * seconds)), perSecond, ms })
    acknowledged += heard.acknowledged
    return heard
  }
  const capacity = await closed()
  say(`capacity: ${Math.round(capacity)} orders/s over ${connections} connections`)
  const once = await open(capacity)
  say(`at 1 ×: ${tell(once, seconds)}`)
  await pause(restMs)
  let memory = 0
  const look = (): void => { memory = Math.max(memory, ...apiNames.map(name => residentBytes(rig.processes.get(name)!.pid!))) }
  const watching = setInterval(look, memoryEveryMs)
  ending.add(() => clearInterval(watching))
  const thrice = await open(capacity * times)
  clearInterval(watching)
  say(`at ${times} ×: ${tell(thrice, seconds)}; ${Math.round(memory / 1e6)} MB`)
  await pause(restMs)
  const after = await closed()
  say(`afterwards: ${Math.round(after)} orders/s`)

  const kept = thrice.inTime / once.inTime
  const faults: string[] = []
  if (kept < goodputLeast) faults.push(`${percent(kept)} of the goodput is left, ${percent(goodputLeast)} is the least`)
  if (after < capacity * goodputLeast) {
    faults.push(`afterwards there are ${Math.round(after)} orders/s, before there were ${Math.round(capacity)}`)
  }
  for (const heard of [once, thrice]) {
    if (heard.dishonest > 0) faults.push(`${heard.dishonest} refusals without Retry-After`)
    if (heard.unanswered > 0) faults.push(`${heard.unanswered} requests without an answer`)
    if (heard.longestMs > answerMsMax) faults.push(`an answer took ${Math.round(heard.longestMs)} ms`)
    if (heard.firstOdd !== undefined) faults.push(`answered otherwise than 201, 503 or 429: ${heard.firstOdd}`)
  }
  if (memory > memoryBytesMax) faults.push(`an API process grew to ${Math.round(memory / 1e6)} MB`)
  faults.push(...[...rig.processes.values()].flatMap(({ endings, errors }) => [...endings, ...errors]))
  await quiet(rig, [], quietMsMax).catch(error => faults.push((error as Error).message))
  const proven = await prove(rig.postgres.url, rig.journals, say, 'quiet', acknowledged)
  return {
    run: 'overload',
    seed,
    facts: [
      ['capacity', `${grouped(Math.round(capacity))} orders/s`],
      ['at 1 ×', tell(once, seconds)],
      [`at ${times} ×`, tell(thrice, seconds)],
      ['goodput kept', percent(kept)],
      ['memory of an API process', `${Math.round(memory / 1e6)} MB at most`],
      ['afterwards', `${grouped(Math.round(after))} orders/s`],
      ['orders acknowledged', acknowledged]
    ],
    faults: [...faults, ...proven.faults],
    lost: proven.lost,
    double: proven.double
  }
}

function planOf (rig: Rig, seed: number, ms: number, requestsMax = Math.ceil(ordersPerSecondMost * ms / 1000)): LoadPlan {
  return {
    host: '127.0.0.1',
    ports: apiNames.map(name => rig.processes.get(name)!.port!),
    connections,
    requestsMax,
    warmUpMs,
    measureMs: ms - warmUpMs,
    load: { kind: 'orders', skus: showSkus(rig.shop.skus), quantity: 1, referencePrefix: freshPrefix('load') },
    signers: rig.shop.buyers,
    seed,
    apiPids: apiNames.map(name => rig.processes.get(name)!.pid!),
    workerPid: rig.processes.get('worker-1')!.pid!,
    postmasterPid: rig.postgres.pid
  }
}

function offer (ending: Ending, asked: Offer): Promise<Heard> {
  const child = fork(generator, { stdio: ['ignore', 'inherit', 'inherit', 'ipc'] })
  const forget = ending.add(() => { child.kill('SIGKILL') })
  child.send(asked)
  return new Promise<Heard>((resolve, reject) => {
    child.once('message', (message: { heard: Heard } | { error: string }) => {
      if ('heard' in message) resolve(message.heard)
      else reject(new Error(message.error))
    })
    child.once('exit', code => reject(new Error(`the generator ended with ${code} and no result`)))
  }).finally(forget)
}

function tell ({ sent, inTime, statuses, unanswered, longestMs, connections }: Heard, seconds: number): string {
  const answers = Object.entries(statuses).map(([status, count]) => `${grouped(count)} × ${status}`).join(', ')
  return `${grouped(Math.round(sent / seconds))} offered/s, ${grouped(Math.round(inTime / seconds))} acknowledged/s (${answers}), ` +
    `${unanswered} unanswered, the longest ${Math.round(longestMs)} ms, over ${grouped(connections)} connections`
}

function percent (share: number): string {
  return `${Math.round(share * 100)} %`
}
