// `npm run fuzz`: requests nobody should send, and proof that they break nothing, tell nothing and change nothing.
import { parseArgs } from 'node:util'
import { endingWithin, type Ending } from '../../bench/ending.ts'
import { runToEnd } from '../../bench/run-to-end.ts'
import { canaries } from './canaries.ts'
import { forgery } from './forgery.ts'
import { graph } from './graph.ts'
import { operations } from './operations.ts'
import type { FuzzContext, FuzzResult, FuzzRun } from './run-type.ts'
import { slow } from './slow.ts'
import { sqlmap } from './sqlmap.ts'
import { tenants } from './tenants.ts'
import { timing } from './timing.ts'

const runs: readonly FuzzRun[] = [operations, graph, tenants, sqlmap, forgery, timing, slow, canaries]

const names = runs.map(({ name }) => name)
const sliceSeed = 20_261_122
const wholeRequests = 10_000
const sliceRequests = 1_200
const requestsMax = 10_000_000
const faultsShownMax = 20

const usage = `npm run fuzz -- [--slice] [--seed N] [--requests N] [--only NAME,…]
  --slice      what CI runs, in about two minutes: less of everything, with the seed ${sliceSeed}
  --seed       the same seed sends the same requests; one is drawn when it is not said
  --requests   how many requests a run of random requests sends; ${wholeRequests} by default, ${sliceRequests} with --slice
  --only       some runs: ${names.join(', ')}

${runs.map(({ name, says }) => `  ${name.padEnd(12)} ${says}`).join('\n')}`

await runToEnd('fuzz', async ending => {
  const words = readWords(process.argv.slice(2))
  console.log(`fuzz: seed ${words.seed}, ${words.extent}, ${words.requests} requests`)
  const done: Done[] = []
  for (const run of runs.filter(({ name }) => words.only.includes(name))) done.push(await runOne(ending, run, words))
  console.log(`\n${tableOf(done, words)}`)
  const failed = done.filter(({ result }) => outcomeOf(result) === 'failed')
  for (const { run, result } of failed) console.log(`\n${run.name}:\n${shownFaults(result)}`)
  const passed = done.filter(({ result }) => outcomeOf(result) === 'passed')
  await ending.run()
  console.log(`\n${passed.length} passed, ${failed.length} failed`)
  process.exit(failed.length === 0 ? 0 : 1)
})

type Words = Pick<FuzzContext, 'seed' | 'extent' | 'requests'> & { readonly only: readonly string[] }

interface Done { readonly run: FuzzRun, readonly result: FuzzResult, readonly seconds: number }

async function runOne (ending: Ending, run: FuzzRun, { seed, extent, requests }: Words): Promise<Done> {
  const own = endingWithin(ending)
  const startedMs = performance.now()
  const say = (line: string) => console.log(`${run.name}: ${line}`)
  say(run.says)
  try {
    const result = await run.run({ seed, extent, requests, ending: own, say })
    const seconds = (performance.now() - startedMs) / 1000
    const { leftOut, tried } = result
    say(leftOut === undefined ? `${outcomeOf(result)}, ${tried} tried, ${seconds.toFixed(0)} s` : `left out: ${leftOut}`)
    return { run, result, seconds }
  } finally {
    await own.run()
  }
}

function outcomeOf ({ tried, faults, leftOut }: FuzzResult): 'passed' | 'failed' | 'left out' {
  if (leftOut !== undefined) return 'left out'
  return faults.length === 0 && tried > 0 ? 'passed' : 'failed'
}

function tableOf (done: readonly Done[], { seed, extent }: Words): string {
  const rows = done.map(({ run, result, seconds }) =>
    `| ${run.name} | ${run.says} | ${result.tried} | ${seconds.toFixed(0)} s | ${result.leftOut ?? outcomeOf(result)} |`)
  const tables = done.filter(({ result }) => result.table !== '').map(({ run, result }) => `\n**${run.name}**\n\n${result.table}`)
  const head = [`Seed ${seed}${extent === 'slice' ? ', slice' : ''}.`, '', '| run | shows that | tried | took | |', '|---|---|---|---|---|']
  return [...head, ...rows, ...tables].join('\n')
}

function shownFaults ({ tried, faults }: FuzzResult): string {
  if (tried === 0) return '  nothing was tried'
  const shown = faults.slice(0, faultsShownMax).map(fault => `- ${fault}`)
  if (faults.length > shown.length) shown.push(`… and ${faults.length - shown.length} more`)
  return shown.join('\n')
}

function readWords (words: string[]): Words {
  const { values } = parseArgs({
    args: words,
    options: {
      slice: { type: 'boolean' },
      seed: { type: 'string' },
      requests: { type: 'string' },
      only: { type: 'string' },
      help: { type: 'boolean' }
    }
  })
  if (values.help) {
    console.log(usage)
    process.exit()
  }
  const only = values.only?.split(',') ?? names
  const unknown = only.find(name => !names.includes(name))
  if (unknown !== undefined) throw new Error(`there is no run ${JSON.stringify(unknown)}\n${usage}`)
  const seed = wholeNumber('--seed', values.seed ?? String(values.slice ? sliceSeed : Math.floor(Math.random() * 2 ** 31)), 2 ** 32 - 1)
  const requests = wholeNumber('--requests', values.requests ?? String(values.slice ? sliceRequests : wholeRequests), requestsMax)
  return { seed, requests, extent: values.slice ? 'slice' : 'whole', only }
}

function wholeNumber (name: string, text: string, max: number): number {
  const number = Number(text)
  if (!(Number.isInteger(number) && number >= 0 && number <= max)) throw new Error(`${name} is a whole number up to ${max}`)
  return number
}
