// Every operation of the contract, by requests made of its schemas and spoilt; what the answers tell is used in the next ones.
import { drawAddress } from '../../bench/prepare-requests.ts'
import { worlds } from '../../schema/vocabulary.ts'
import { fingerprintOf } from '../support/fingerprint.ts'
import { judge } from '../judge/judge.ts'
import { readTaking } from './contract-schemas.ts'
import { openCoverage } from './coverage.ts'
import { drawFor } from './draw.ts'
import { openOracle } from './oracle.ts'
import { pages, purchase } from './pages.ts'
import { kept, renewed, sampleOf } from './operation-plans.ts'
import { planOf, written, type Plan } from './plan.ts'
import { openPool } from './pool.ts'
import type { FuzzContext, FuzzResult, FuzzRun } from './run-type.ts'
import { shrink } from './shrink.ts'
import { openSigners } from './signers.ts'
import { spoil } from './spoil.ts'
import { keysOfTheHouse, openStage, type Stage } from './stage.ts'
import { asCurl, type Asked, type Told } from './wire.ts'

export const operations: FuzzRun = {
  name: 'operations',
  says: 'no request to any operation brings a server error, an answer outside the contract, a leak, or a change by a refusal',
  run
}

const livePercent = 70
const learntPercent = 45
const learntPerOperation = 12
const refusedKept = 400
const purchasesMax = 12
const loggedCharsMax = 600
const sayEvery = 1_000
/** Faults of a kind whose smallest request is looked for. */
const shrunkPerKind = 3

interface Sent { readonly plan: Plan, readonly asked: Asked, readonly told: Told | undefined, readonly faults: readonly string[] }

async function run (context: FuzzContext): Promise<FuzzResult> {
  const { seed, requests, ending, say } = context
  const stage = await openStage(ending)
  const contract = readTaking()
  const takings = [...contract, ...pages]
  const pool = openPool(keysOfTheHouse(stage))
  const signers = await openSigners(stage)
  const oracle = openOracle(signers.secrets)
  const coverage = openCoverage(contract)
  const pagesReached = openCoverage(pages)
  const learnt = new Map<string, Plan[]>()
  const refused = new Map<string, Plan>()
  const kinds = new Map<string, number>()
  const faults: string[] = []

  // A reset leaves no reseller behind that samples could be made of.
  const ordered = contract.toSorted((a, b) => Number(a.operationId === 'resetSandbox') - Number(b.operationId === 'resetSandbox'))
  for (const [i, [taking, world]] of ordered.flatMap(taking => worlds.map(world => [taking, world] as const)).entries()) {
    const plan = await sampleOf(stage, taking, world)
    if (plan) await tryPlan(plan, 'sample', `sample ${i} of seed ${seed}`)
  }
  for (let i = 0; i < purchasesMax; i++) {
    const means = { draw: drawFor(seed, -1 - i), pool }
    await tryPlan(purchase(stage.furniture.live.sku, means), 'sample', `purchase ${i} of seed ${seed}`)
  }
  say(`${contract.length - coverage.neverFulfilled().length} of ${contract.length} operations fulfilled by samples`)
  for (let i = 0; i < requests; i++) {
    await tryPlan(makePlan(i), 'made', `request ${i} of seed ${seed}`)
    if ((i + 1) % sayEvery === 0) say(`${i + 1} requests, ${faults.length} faults`)
  }
  faults.push(...coverage.neverFulfilled().map(id => `${id} was never fulfilled`))
  faults.push(...await stillSound(stage))
  faults.push(...await changesByRefusals())
  faults.push(...errorsLogged(stage.written()))
  const sampled = coverage.fulfilledBySampleOnly()
  const table = `${coverage.table()}\n\nFulfilled by prepared samples only: ${sampled.join(', ') || 'none'}.\n\n` +
    `Pages: ${pages.length} addresses, all asked; never with a success: ${pagesReached.neverFulfilled().map(id => id.slice(5)).join(', ')}.`
  return { tried: requests, faults, table }

  function makePlan (number: number): Plan {
    const draw = drawFor(seed, number)
    const means = { draw, pool }
    const taking = takings[number % takings.length]!
    const known = learnt.get(taking.operationId)
    const made = (): Plan => planOf(taking, draw.percent(livePercent) ? 'live' : 'test', means)
    let plan = known && draw.percent(learntPercent) ? renewed(draw.pick(known), draw.below(2 ** 31)) : made()
    for (let spoils = draw.pick(spoilsPerRequest); spoils > 0; spoils--) plan = spoil(plan, means)
    return kept(plan)
  }

  async function tryPlan (plan: Plan, origin: 'sample' | 'made', place: string): Promise<void> {
    const { operationId } = plan.taking
    const sent = await send(plan)
    const { told } = sent
    const code = told && told.status >= 400 ? /"code": ?"([a-z_]+)"/.exec(told.text)?.[1] : undefined
    const counts = plan.taking.page ? pagesReached : coverage
    if (told && plan.method === plan.taking.method) counts.count(operationId, told.status, code, origin)
    if (told && told.status < 400) {
      pool.learn([told.text, told.headers.location, ...told.headers['set-cookie'] ?? []].join('\n'))
      learnt.set(operationId, [...learnt.get(operationId) ?? [], plan].slice(-learntPerOperation))
    } else if (told && refused.size < refusedKept && !('kahub-sandbox' in plan.headers)) {
      refused.set(`${plan.method} ${operationId} ${code}`, plan)
    }
    if (sent.faults.length === 0) return
    const kind = kindOf(sent.faults[0]!)
    const known = kinds.get(kind) ?? 0
    kinds.set(kind, known + 1)
    faults.push(known < shrunkPerKind ? await shown(sent, place) : `${place}: ${sent.faults[0]}\n  ${asCurl(sent.asked)}`)
  }

  async function send (plan: Plan): Promise<Sent> {
    const asked = fromSomewhere(written(plan, plan.role === 'nobody' ? undefined : signers.of(plan.role, plan.world)), plan)
    try {
      const told = await stage.wire.send(asked)
      await signers.heed(asked, told)
      return { plan, asked, told, faults: plan.taking.page ? oracle.faultsOfPage(asked, told) : oracle.faultsOf(asked, told) }
    } catch (error) {
      return { plan, asked, told: undefined, faults: [`no answer: ${(error as Error).message}`] }
    }
  }

  /** A fault with the smallest request that shows it. */
  async function shown ({ plan, faults: [first] }: Sent, place: string): Promise<string> {
    const kind = kindOf(first!)
    const fails = async (smaller: Plan): Promise<boolean> => (await send(smaller)).faults.some(fault => kindOf(fault) === kind)
    const again = await fails(plan)
    const smallest = again ? await shrink(plan, fails) : plan
    const { asked } = await send(smallest)
    return `${place}: ${first} (${plan.spoilt.join(', ') || 'as the contract has it'}${again ? '' : '; not again'})\n  ${asCurl(asked)}`
  }

  /** What was refused is refused again, all of it, and not a row is another than before; no worker is there to change one meanwhile. */
  async function changesByRefusals (): Promise<string[]> {
    const { send: sendAlone } = await stage.withoutWorkers()
    const isRefused = async (plan: Plan): Promise<boolean> => {
      const told = await sendAlone(written(plan, plan.role === 'nobody' ? undefined : signers.of(plan.role, plan.world)))
      return told.status >= 400
    }
    const refusedOf = async (plans: readonly Plan[]): Promise<Plan[]> => {
      const again: Plan[] = []
      for (const plan of plans) if (await isRefused(plan)) again.push(plan)
      return again
    }
    // The first time some are taken after all: the world has gone on since.
    const again = await refusedOf([...refused.values()])
    const before = await fingerprintOf(stage.house.db)
    const still = await refusedOf(again)
    const after = await fingerprintOf(stage.house.db)
    say(`${again.length} refused requests were sent again, to see whether they change a row`)
    const changed = Object.keys(after).filter(table => after[table] !== before[table])
    if (still.length < again.length) return [`${again.length - still.length} requests were refused twice and then taken`]
    return changed.length === 0 ? [] : [`requests that were refused changed rows of ${changed.join(', ')}`]
  }
}

/** Buyers come from everywhere: an address each, or the limits of one address would be all that is seen. */
function fromSomewhere (asked: Asked, { taking }: Plan): Asked {
  if (!taking.page || 'x-forwarded-for' in asked.headers) return asked
  const draw = drawFor(Date.now(), asked.target.length)
  return { ...asked, headers: { ...asked.headers, 'x-forwarded-for': drawAddress(bound => draw.below(bound)) } }
}

/** How many things are wrong with a request: with some nothing is. */
const spoilsPerRequest = [0, 0, 1, 1, 1, 1, 2, 2, 3]

function kindOf (fault: string): string {
  return fault.replace(/^\S+ \S+ /, '').replace(/\d+|[0-9a-z]{20,}/g, '')
}

/** A server that has logged an error has met something it did not expect, whatever it answered. */
function errorsLogged (written: string): string[] {
  const lines = written.split('\n').filter(line => /"level":(?:50|60)|Unhandled|ERROR/.test(line))
  return lines.map(line => `logged: ${line.slice(0, loggedCharsMax)}`)
}

/** The process lives, and by the judge the books of both worlds hold. */
async function stillSound ({ house, wire }: Stage): Promise<string[]> {
  const faults: string[] = []
  const { status } = await wire.send({ method: 'GET', target: '/health/ready', headers: {}, body: undefined, signer: undefined })
  if (status !== 200) faults.push(`the server is not ready: ${status}`)
  for (const world of worlds) {
    for (const verdict of await judge({ database: house.databaseUrl, world })) {
      faults.push(...verdict.faults.map(fault => `${world} ${verdict.invariant}: ${fault}`))
    }
  }
  return faults
}
