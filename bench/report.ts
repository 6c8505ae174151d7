// The report of a run: for the terminal, and the same tables in RESULTS.md.
import { execFile } from 'node:child_process'
import { mkdir, readFile, writeFile } from 'node:fs/promises'
import { cpus, release, totalmem, type } from 'node:os'
import { promisify } from 'node:util'
import type { Db } from '../src/postgres/pool.ts'
import type { Size } from './bench.ts'
import type { Chart } from './charts.ts'
import type { Figure } from './figure.ts'
import { showAim } from './figures.ts'
import type { LoadResult } from './load-plan.ts'

const resultsFile = new URL('RESULTS.md', import.meta.url)
const notesFile = new URL('notes.md', import.meta.url)
const chartsFolder = new URL('charts/', import.meta.url)
const repository = new URL('..', import.meta.url)

export interface Report {
  readonly command: string
  readonly size: Size
  readonly apis: number
  readonly machine: readonly string[]
  readonly figures: readonly Figure[]
  readonly loads: ReadonlyMap<string, LoadResult>
  readonly measures: ReadonlyMap<string, number>
  readonly charts: readonly Chart[]
  readonly capacity: readonly string[]
  readonly scenarios: readonly { readonly name: string, readonly says: string }[]
  readonly notes: readonly string[]
  readonly seconds: number
}

type Row = readonly string[]

/** What the run was made on and of: machine, programs, commit. */
export async function describeMachine (owner: Db, loadBefore: number): Promise<readonly string[]> {
  const [row] = await owner<[{ server: string, sync: string, commit: string }]>`
    select current_setting('server_version') as server, current_setting('fsync') as sync, current_setting('synchronous_commit') as commit`
  const describe = ['describe', '--always', '--dirty=, with uncommitted changes']
  const { stdout: commit } = await promisify(execFile)('git', describe, { cwd: repository }).catch(() => ({ stdout: 'unknown' }))
  return [
    `Machine: ${cpus().length} × ${cpus()[0]?.model.trim() ?? 'unknown'}, ${Math.round(totalmem() / 2 ** 30)} GB, ` +
      `${type()} ${release()}; load before the run ${loadBefore.toFixed(1)}`,
    `Programs: Node ${process.version}, PostgreSQL ${row.server} (fsync ${row.sync}, synchronous_commit ${row.commit})`,
    `Commit: ${commit.trim()}`
  ]
}

/** The figures and loads of a run for the terminal. */
export function showReport ({ figures, loads }: Report): string {
  return [...aligned(figureRows(figures)), '', ...aligned(loadRows(loads))].join('\n')
}

/** Writes RESULTS.md and the charts anew; what was written by hand (notes.md) stands at the end. */
export async function writeResults (report: Report): Promise<void> {
  const { command, size, apis, machine, figures, loads, measures, charts, capacity, scenarios, notes, seconds } = report
  await writeCharts(charts)
  const lines = [
    '# What it does, measured',
    '',
    'Written by the bench itself. Figures are of one run on one machine, on which server, PostgreSQL and load generator share all',
    'cores: the ratios travel, the rates do not. The books were proven over all rows, after the rounds and after every scenario.',
    '',
    `- Date: ${new Date().toISOString().slice(0, 16).replace('T', ' ')} UTC`,
    ...machine.map(line => `- ${line}`),
    `- Command: \`${command}\` (${Math.round(seconds / 60)} minutes)`,
    '',
    '## Figures aimed at',
    '',
    'A ratio is of loads that were measured beside each other, in rounds; its value is the middle one of the rounds.',
    '',
    ...markdown(figureRows(figures)),
    '',
    ...charts.flatMap(({ name, says }) => [`![${says}](charts/${name}.svg)`, '']),
    '## What the figures mean for N machines',
    '',
    ...capacity.map(line => `- ${line}`),
    '',
    '## Loads',
    '',
    ...markdown(loadRows(loads)),
    '',
    `API processes where nothing else is said: ${apis}; one worker process; PostgreSQL. Connections are dealt out over the APIs. ` +
      'CPU is the scheduler’s own count over the measured time, by process.',
    '',
    '## Other measures',
    '',
    ...markdown(measureRows(measures)),
    '',
    '## What is in each scenario',
    '',
    ...scenarios.map(({ name, says }) => `- **${name}**: ${says}.`),
    '',
    ...explanations(size).map(line => `- ${line}`),
    ...notes.map(line => `- ${line}`),
    '',
    (await readFile(notesFile, 'utf8')).trimEnd(),
    ''
  ]
  await writeFile(resultsFile, lines.join('\n'))
}

async function writeCharts (charts: readonly Chart[]): Promise<void> {
  await mkdir(chartsFolder, { recursive: true })
  for (const { name, svg } of charts) await writeFile(new URL(`${name}.svg`, chartsFolder), svg)
}

function explanations (size: Size): string[] {
  const { seconds, rounds, roundsOfSome, warmUpSeconds, warmServerSeconds, resellers, skus, manyCodes, manyOrders, importCodes } = size
  return [
    `Every server, the baseline too, is warmed before anything of it is measured: ours by ${warmServerSeconds} s of mixed orders ` +
      'and reads. ' +
      `Each rate is measured for ${seconds} s after ${warmUpSeconds} s more and a checkpoint; in ${rounds} rounds, every second ` +
      `of them in the reverse order, the less important loads in ${roundsOfSome}. Connections are kept alive with one request in flight on each; ` +
      'requests are made and signed (HMAC where nothing else is said) before the clock starts, each with its own nonce and reference.',
    `Orders are spread at random over ${resellers} resellers, each with a key and a wallet, and ${skus} SKUs, ` +
      'as the baselines’ are over as many wallets and shelves. An order writes its nonce, order, line, allocation, transfer, event and ' +
      'reveal row, moves stock, shelf, wallet and revenue, and its answer holds the opened code.',
    'pgbench runs on the same PostgreSQL with the same settings, prepared statements, the better of 8 and 32 clients as tried ' +
      'beforehand; its tables are leaner than ours (bench/pgbench.ts), and it needs no HTTP, JSON or signature.',
    `many-codes: one connection; ${manyOrders} orders of ${manyCodes.toLocaleString('en')} codes beside ten times as many of one, ` +
      'the latter with their code inline; then all codes of those orders, one order after another.',
    `import: ${importCodes.toLocaleString('en')} codes of number and secret as CSV, signed, ` +
      'in parts of 6.8 MB, one after another, making the file included.',
    'history: for every past order one sold code and one in stock, written by plain SQL with all indexes in place; the rows have the ' +
      'real shape, their sealed bytes are noise of the real length.',
    'The books: the judge (test/judge, no code of the app) over all that rows show, ' +
      'the number of orders against those acknowledged, orders sent again, and the product’s own proofs.'
  ]
}

function measureRows (measures: ReadonlyMap<string, number>): Row[] {
  return [['measure', 'value'], ...[...measures].map(([name, value]) => [
    name, / memory/.test(name) ? `${whole(value / 1e6)} MB` : whole(value)
  ])]
}

function figureRows (figures: readonly Figure[]): Row[] {
  const measured = figures.filter(({ value }) => value !== undefined)
  return [['figure', 'measured', 'in each round', 'aim', 'reached'], ...measured.map(({ says, value, rounds, unit, aim, reached }) => [
    says,
    `${unit === '×' ? value!.toFixed(2) : whole(value!)} ${unit}`,
    rounds ? rounds.map(each => each.toFixed(2)).join(' ') : '',
    showAim(aim, unit),
    reached ?? '–'
  ])]
}

function loadRows (loads: ReadonlyMap<string, LoadResult>): Row[] {
  const head = ['load', 'per second', 'p50 ms', 'p99 ms', 'API CPU µs', 'worker µs', 'PostgreSQL µs', 'generator µs']
  return [head, ...[...loads].map(([name, load]) => [
    name + (load.ranOut ? ` (${load.seconds.toFixed(1)} s)` : ''), whole(load.perSecond), load.p50Ms.toFixed(1), load.p99Ms.toFixed(1),
    whole(load.cpuUs.api), whole(load.cpuUs.worker), whole(load.cpuUs.postgres), whole(load.cpuUs.generator)
  ])]
}

function whole (value: number): string {
  // What another's generator costs is not known.
  return Number.isNaN(value) ? '–' : Math.round(value).toLocaleString('en')
}

function aligned (rows: readonly Row[]): string[] {
  const widths = rows[0]!.map((_, column) => Math.max(...rows.map(row => row[column]!.length)))
  return rows.map(row => row.map((cell, column) => column === 0 ? cell.padEnd(widths[column]!) : cell.padStart(widths[column]!)).join('  '))
}

function markdown (rows: readonly Row[]): string[] {
  const [head, ...body] = rows.map(row => `| ${row.join(' | ')} |`)
  return [head!, `|${rows[0]!.map((_, column) => column === 0 ? '---' : '---:').join('|')}|`, ...body]
}
