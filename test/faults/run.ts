// `npm run faults`: real processes and a real PostgreSQL are killed, frozen, cut off, starved and lied to, by a plan that its seed gives
// again; what clients and receivers wrote down is then held against the database.
import { randomInt } from 'node:crypto'
import { parseArgs } from 'node:util'
import { endingWithin, openEnding, type Ending } from '../../bench/ending.ts'
import { runCallbacks } from './callbacks.ts'
import { runKills } from './kills.ts'
import { runNemesis } from './nemesis.ts'
import type { Say } from './open-rig.ts'
import { showOutcomes, type Outcome } from './outcome.ts'
import { runOverload } from './overload.ts'
import { runPowerCuts } from './power-cut.ts'

interface Words {
  readonly seed: number
  readonly slice: boolean
  readonly seconds: number | undefined
  readonly kills: number | undefined
  readonly orders: number | undefined
  readonly only: readonly string[]
}

type Run = (ending: Ending, say: Say, words: Words) => Promise<Outcome>

const sliceSeed = 20_261
const runs: Readonly<Record<string, Run>> = {
  nemesis: (ending, say, { seed, slice, seconds = slice ? 25 : 240 }) => runNemesis(ending, say, { seed, seconds }),
  kills: (ending, say, { seed, slice, kills = slice ? 5 : 60, orders = slice ? 300 : 10_000 }) =>
    runKills(ending, say, { seed, kills, orders }),
  'power-cut': (ending, say, { seed, slice, kills: cuts = slice ? 1 : 10 }) => runPowerCuts(ending, say, { seed, cuts }),
  callbacks: (ending, say, { seed, slice, kills = slice ? 1 : 10, orders: callbacks = slice ? 500 : 20_000 }) =>
    runCallbacks(ending, say, { seed, callbacks, kills }),
  overload: (ending, say, { seed, slice, seconds = slice ? 4 : 10 }) =>
    runOverload(ending, say, { seed, seconds: Math.min(seconds, overloadSecondsMax) })
}
const names = Object.keys(runs)
/** What a slice has: figures of an overload mean little on a machine that is shared. */
const sliceNames = names.filter(name => name !== 'overload')
const secondsMax = 3_600
/** What is offered is signed before. */
const overloadSecondsMax = 30

const usage = `npm run faults -- [--slice] [--only NAME,…] [--seed N] [--seconds N] [--kills N] [--orders N]
  --slice     what CI runs: about two minutes, always the same seed
  --only      some runs: ${names.join(', ')}
  --seed      the same seed gives the same plan of strikes; by chance when left out
  --seconds   how long the nemesis strikes, 1 to ${secondsMax}
  --kills     how many kills, or power cuts
  --orders    how many acknowledged orders the kills go on for, or how many callbacks are sent`

const startedMs = Date.now()
const words = readWords(process.argv.slice(2))
const outcomes: Outcome[] = []
const all = openEnding()
for (const name of words.only) {
  const ending = endingWithin(all)
  const say: Say = line => console.log(`${name}: ${line}`)
  say(`seed ${words.seed}`)
  try {
    outcomes.push(await runs[name]!(ending, say, words))
  } catch (error) {
    if (all.begun) await new Promise<never>(() => {})
    outcomes.push({ run: name, seed: words.seed, facts: [], faults: [String((error as Error).stack ?? error)] })
  }
  await ending.run()
}
await all.run()
const failed = outcomes.filter(({ faults }) => faults.length > 0).length
const seconds = Math.round((Date.now() - startedMs) / 1000)
console.log(`\n${showOutcomes(outcomes)}\n\n${seconds} s\n${outcomes.length - failed} passed, ${failed} failed`)
process.exit(failed > 0 ? 1 : 0)

function readWords (given: string[]): Words {
  const { values } = parseArgs({
    args: given,
    options: {
      slice: { type: 'boolean' },
      only: { type: 'string' },
      seed: { type: 'string' },
      seconds: { type: 'string' },
      kills: { type: 'string' },
      orders: { type: 'string' },
      help: { type: 'boolean' }
    }
  })
  if (values.help) {
    console.log(usage)
    process.exit()
  }
  const slice = values.slice ?? false
  const only = values.only?.split(',') ?? (slice ? sliceNames : names)
  const unknown = only.find(name => !names.includes(name))
  if (unknown !== undefined) refuse(`there is no run ${JSON.stringify(unknown)}`)
  const whole = (name: 'seed' | 'seconds' | 'kills' | 'orders', max: number): number | undefined => {
    if (values[name] === undefined) return undefined
    const value = Number(values[name])
    if (!(Number.isInteger(value) && value >= 1 && value <= max)) refuse(`--${name} is a whole number from 1 to ${max}`)
    return value
  }
  return {
    seed: whole('seed', 2 ** 31) ?? (slice ? sliceSeed : randomInt(1, 2 ** 31)),
    slice,
    seconds: whole('seconds', secondsMax),
    kills: whole('kills', 100_000),
    orders: whole('orders', 100_000_000),
    only
  }
}

function refuse (says: string): never {
  console.error(`${says}\n${usage}`)
  process.exit(1)
}
