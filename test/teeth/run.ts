// `npm run teeth`: plants known bugs, one at a time, in a copy of what is committed, and shows that a test goes red for each.
import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import type { Ending } from '../../bench/ending.ts'
import { runToEnd } from '../../bench/run-to-end.ts'
import { startTestCluster } from '../support/postgres.ts'
import { readBugs, type Bug } from './bugs.ts'
import { runTests, type Verdict } from './run-test.ts'
import { openScratch, type Scratch } from './scratch.ts'

/** Bugs whose tests need no database and end soonest. */
const slice: readonly string[] = [
  'duplicate-json-key', 'level-before-contract', 'mapped-address', 'overlapping-range', 'rounded-half-down', 'untimed-callback'
]
/** How long the tests of one bug may take, in milliseconds. */
const msMax = 240_000

/** A cell of the table shows so much. */
const cellCharsMax = 240

const usage = `npm run teeth -- [--only NAME,…] [--slice] [--control]
  Plants each bug of test/teeth/bugs in a copy of what is committed and runs the test that is to catch it, which first must have been
  green without it. A bug passes when an assertion of that test fails; a crash or a time-out is no proof. Nothing is random here.
  --only    some bugs, by the names of their files
  --slice   what CI runs: ${slice.join(', ')}
  --control runs the tests without any bug, and nothing more
  --help    this text`

interface Outcome { readonly bug: Bug, readonly verdict: Verdict, readonly seconds: number }

const words = readWords()
if (words.help) {
  console.log(usage)
  process.exit(0)
}
await runToEnd('teeth', async ending => {
  const bugs = chosenBugs()
  const scratch = openScratch()
  ending.add(scratch.remove)
  const env = await openGround(bugs, scratch, ending)
  const green = await proveGreen(bugs, scratch, env)
  const outcomes = words.control ? [] : await plantEach(bugs, green, scratch, env)
  const failed = words.control ? [...green].filter(([, passed]) => !passed).length : outcomes.filter(({ verdict }) => verdict.kind !== 'red').length
  if (outcomes.length > 0) console.log(`\n${tableOf(outcomes)}\n`)
  console.log(`${(words.control ? green.size : outcomes.length) - failed} passed, ${failed} failed`)
  if (failed === 0) return
  await ending.run()
  process.exit(1)
})

function readWords () {
  const flag = { type: 'boolean' } as const
  try {
    return parseArgs({ options: { help: flag, slice: flag, control: flag, only: { type: 'string' } } }).values
  } catch (error) {
    console.error(`${(error as Error).message}\n${usage}`)
    process.exit(2)
  }
}

function chosenBugs (): readonly Bug[] {
  const bugs = readBugs()
  const names = words.only?.split(',') ?? (words.slice ? slice : bugs.map(({ name }) => name))
  return names.map(name => {
    const bug = bugs.find(bug => bug.name === name)
    if (!bug) throw new Error(`there is no bug ${name}; there are ${bugs.map(bug => bug.name).join(', ')}`)
    return bug
  })
}

/** One PostgreSQL for the whole run; what is compiled once serves every run. */
async function openGround (bugs: readonly Bug[], { temporary }: Scratch, ending: Ending): Promise<NodeJS.ProcessEnv> {
  const compiled = join(temporary, 'compiled')
  mkdirSync(compiled)
  const env = { NODE_COMPILE_CACHE: compiled }
  if (bugs.every(({ caughtBy: { file } }) => file.startsWith('test/base/'))) return env
  if (process.env.KAHUB_TEST_CLUSTER) return { ...env, KAHUB_TEST_CLUSTER: process.env.KAHUB_TEST_CLUSTER }
  const cluster = await startTestCluster()
  ending.add(cluster.stop)
  return { ...env, KAHUB_TEST_CLUSTER: cluster.url }
}

/** Runs the tests without any bug, once for each file: a test that is red anyway proves nothing. */
async function proveGreen (bugs: readonly Bug[], scratch: Scratch, env: NodeJS.ProcessEnv): Promise<ReadonlyMap<string, boolean>> {
  const files = Map.groupBy(bugs.map(({ caughtBy }) => caughtBy), ({ file }) => file)
  const green = new Map<string, boolean>()
  for (const [file, catchers] of files) {
    const tests = [...new Set(catchers.map(({ test }) => test))]
    const { verdict, seconds } = await timed(() => runTests(scratch, file, tests, env, msMax))
    const passed = verdict.kind === 'green' && verdict.tests >= tests.length
    green.set(file, passed)
    console.log(`${seconds} s  without a bug, ${file} is ${passed ? 'green' : `not green: ${tell(verdict)}`}`)
  }
  return green
}

async function plantEach (
  bugs: readonly Bug[], green: ReadonlyMap<string, boolean>, scratch: Scratch, env: NodeJS.ProcessEnv
): Promise<readonly Outcome[]> {
  const outcomes: Outcome[] = []
  for (const bug of bugs) {
    const { file, test } = bug.caughtBy
    if (!green.get(file)) {
      outcomes.push({ bug, verdict: { kind: 'broken', why: `${file} is not green without it` }, seconds: 0 })
      continue
    }
    scratch.plant(bug.path)
    const outcome = await timed(() => runTests(scratch, file, [test], env, msMax))
    scratch.restore(bug.path)
    outcomes.push({ bug, ...outcome })
    console.log(`${outcome.seconds} s  ${bug.name}: ${tell(outcome.verdict)}`)
  }
  return outcomes
}

async function timed (run: () => Promise<Verdict>): Promise<{ verdict: Verdict, seconds: number }> {
  const startedMs = performance.now()
  const verdict = await run()
  return { verdict, seconds: Math.round((performance.now() - startedMs) / 100) / 10 }
}

function tell (verdict: Verdict): string {
  if (verdict.kind === 'red') return `caught: ${verdict.assertion}`
  return verdict.kind === 'green' ? 'NOT CAUGHT: the test is green all the same' : `NO PROOF: ${verdict.why}`
}

function tableOf (outcomes: readonly Outcome[]): string {
  const cell = (text: string) => text.replaceAll('|', '\\|').split('\n')[0]!.slice(0, cellCharsMax)
  const rows = outcomes.map(({ bug, verdict, seconds }) => {
    const caught = verdict.kind === 'red'
      ? `${bug.caughtBy.file}${verdict.line === undefined ? '' : `:${verdict.line}`}, ${verdict.test}: ${verdict.assertion}`
      : tell(verdict)
    return `| ${bug.name} | ${cell(bug.breaks)} | ${cell(caught)} | ${seconds.toFixed(1)} |`
  })
  return ['| bug | breaks | caught by, and the first assertion that failed | s |', '|---|---|---|---|', ...rows].join('\n')
}
