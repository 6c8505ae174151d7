// The baselines: what one gets from PostgreSQL by writing an order in a transaction of its own, measured by pgbench on the
// same server with the same durability. Five statements: debit, move the shelf, insert order, transfer and event. The tables
// are leaner than ours (no seal, no audit row, no nonce, no lines, one index beside the keys), which favours the baseline.
import { execFile } from 'node:child_process'
import { constants } from 'node:fs'
import { access, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import type { Bench } from './bench.ts'
import type { Ground } from './ground.ts'
import type { LoadResult } from './load-plan.ts'
import { percentilesOf } from './percentiles.ts'
import { cpuBetween, endedChildrenNs, familyOf, readCpu } from './process-costs.ts'

export const orderShapes = ['five statements', 'one call'] as const
export type OrderShape = typeof orderShapes[number]
/** Scripts that pgbench brings along: no orders, but known to everyone. */
export const wellKnownShapes = ['tpcb-like', 'select-only'] as const

const debianFolder = '/usr/lib/postgresql'
const threads = 2
const slackMs = 30_000
/** Of transactions whose time is written down: all of them would slow pgbench. */
const samplingRate = 0.1
/** A million accounts. */
const tpcbScale = 10
const nsPerUs = 1_000
const usPerMs = 1_000

/** The pgbench of this machine, the newest of Debian's or the first on PATH; undefined when there is none. */
export async function findPgbench (): Promise<string | undefined> {
  const versions = (await readdir(debianFolder).catch(() => [])).sort((a, b) => Number(b) - Number(a))
  const folders = [...versions.map(version => join(debianFolder, version, 'bin')), ...(process.env.PATH ?? '').split(':')]
  for (const folder of folders) {
    const file = join(folder, 'pgbench')
    if (await access(file, constants.X_OK).then(() => true, () => false)) return file
  }
  return undefined
}

/** What a pgbench says it is. */
export async function versionOf (file: string): Promise<string> {
  const { stdout } = await promisify(execFile)(file, ['--version'])
  return stdout.trim()
}

/** Makes the baseline's tables in a schema of its own, as many wallets and shelves as our run has; once in a run. */
export async function openBaseline ({ owner }: Ground, size: { readonly wallets: number, readonly skus: number }): Promise<void> {
  const [found] = await owner`select from pg_namespace where nspname = 'bench'`
  if (found) return
  await owner.unsafe(tables)
  await owner`insert into bench.wallets select i, 5000000000000000 from generate_series(1, ${size.wallets}::int) as i`
  await owner`insert into bench.shelf select i, 0, 2000000000 from generate_series(1, ${size.skus}::int) as i`
}

/** Makes the tables of pgbench's own scripts. */
export async function fillTpcb ({ ending, ground }: Bench, file: string): Promise<void> {
  const running = promisify(execFile)(file, ['-i', '-q', '-s', String(tpcbScale), ground.url], { timeout: slackMs })
  await running.finally(ending.add(() => { running.child.kill('SIGKILL') }))
}

export interface PgbenchRun {
  readonly file: string
  readonly shape: OrderShape | typeof wellKnownShapes[number]
  readonly clients: number
  readonly seconds: number
}

/** Runs a shape; throws when a transaction failed. What the generator costs is pgbench's own CPU. */
export async function runPgbench ({ ending, ground, size }: Bench, { file, shape, clients, seconds }: PgbenchRun): Promise<LoadResult> {
  const folder = await mkdtemp(join(tmpdir(), 'kahub-pgbench-'))
  try {
    const words = ['-n', '-M', 'prepared', '-c', String(clients), '-j', String(threads), '-T', String(Math.ceil(seconds))]
    const logged = ['-l', '--sampling-rate', String(samplingRate), '--log-prefix', join(folder, 'log')]
    const script = join(folder, 'order.sql')
    if (shape in scripts) await writeFile(script, scripts[shape as OrderShape]({ wallets: size.resellers, skus: size.skus }))
    const chosen = shape in scripts ? ['-f', script] : ['-b', shape]
    const before = readCosts(ground)
    const running = promisify(execFile)(file, [...words, ...logged, ...chosen, ground.url], { timeout: seconds * 1000 + slackMs })
    const { stdout, stderr } = await running.finally(ending.add(() => { running.child.kill('SIGKILL') }))
    const after = readCosts(ground)
    const perSecond = Number(/^tps = ([\d.]+)/m.exec(stdout)?.[1])
    const measured = Number(/^number of transactions actually processed: (\d+)/m.exec(stdout)?.[1])
    const failed = Number(/^number of failed transactions: (\d+)/m.exec(stdout)?.[1] ?? 0)
    if (!(perSecond > 0) || failed > 0) throw new Error(`pgbench measured nothing: ${stdout}${stderr}`)
    return {
      measured,
      seconds: measured / perSecond,
      perSecond,
      ...percentilesOf(await readLatencies(folder)),
      cpuUs: {
        api: 0,
        worker: 0,
        postgres: (cpuBetween(before.living, after.living) + after.endedNs - before.endedNs) / nsPerUs / measured,
        generator: (after.ownNs - before.ownNs) / nsPerUs / measured
      },
      statuses: {},
      firstRefusal: undefined,
      ranOut: false
    }
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}

/** pgbench's backends end with it; the postmaster has then waited for them, and this process for pgbench. */
function readCosts ({ postmasterPid }: Ground) {
  return { living: readCpu(familyOf(postmasterPid)), endedNs: endedChildrenNs(postmasterPid), ownNs: endedChildrenNs(process.pid) }
}

/** Milliseconds of the sampled transactions, ascending. Of a line, the third field is microseconds. */
async function readLatencies (folder: string): Promise<Float64Array> {
  const found: number[] = []
  for (const name of await readdir(folder)) {
    if (!name.startsWith('log.')) continue
    for (const line of (await readFile(join(folder, name), 'utf8')).split('\n')) {
      if (line !== '') found.push(Number(line.split(' ', 3)[2]) / usPerMs)
    }
  }
  return Float64Array.from(found).sort()
}

interface Drawn { readonly wallets: number, readonly skus: number }

const draw = ({ wallets, skus }: Drawn): string => `\\set wallet random(1, ${wallets})
\\set sku random(1, ${skus})
\\set reference random(1, 9000000000000000000)
`

const scripts: Record<OrderShape, (drawn: Drawn) => string> = {
  'five statements': drawn => `${draw(drawn)}begin;
update bench.wallets set balance = balance - 982500 where id = :wallet and balance >= 982500;
update bench.shelf set next = next + 1 where sku_id = :sku and next < stop returning next - 1 as code \\gset
insert into bench.orders (wallet_id, reference, sku_id, code, total)
  values (:wallet, :reference, :sku, :code, 982500) returning id as order_id \\gset
insert into bench.transfers (wallet_id, order_id, amount) values (:wallet, :order_id, 982500);
insert into bench.events (wallet_id, type, data)
  values (:wallet, 'order.completed', json_build_object('order', :order_id::bigint, 'sku', :sku::int));
commit;
`,
  'one call': drawn => `${draw(drawn)}select bench.place_order(:wallet, :sku, :reference);
`
}

const tables = `
  create schema bench;
  create table bench.wallets (id int primary key, balance bigint not null) with (fillfactor = 50);
  create table bench.shelf (sku_id int primary key, next int not null, stop int not null) with (fillfactor = 50);
  create table bench.orders (
    id bigint generated always as identity primary key, wallet_id int not null, reference bigint not null, sku_id int not null,
    code int not null, total bigint not null, created_at timestamptz not null default now(), unique (wallet_id, reference)
  );
  create table bench.transfers (
    id bigint generated always as identity primary key, wallet_id int not null, order_id bigint not null, amount bigint not null,
    created_at timestamptz not null default now()
  );
  create table bench.events (
    id bigint generated always as identity primary key, wallet_id int not null, type text not null, data json not null,
    created_at timestamptz not null default now()
  );
  create function bench.place_order (buyer int, wanted int, its_reference bigint) returns bigint language plpgsql as $$
  declare
    its_code int;
    its_id bigint;
  begin
    update bench.wallets set balance = balance - 982500 where id = buyer and balance >= 982500;
    if not found then raise exception 'insufficient balance'; end if;
    update bench.shelf set next = next + 1 where sku_id = wanted and next < stop returning next - 1 into its_code;
    if not found then raise exception 'out of stock'; end if;
    insert into bench.orders (wallet_id, reference, sku_id, code, total)
      values (buyer, its_reference, wanted, its_code, 982500) returning id into its_id;
    insert into bench.transfers (wallet_id, order_id, amount) values (buyer, its_id, 982500);
    insert into bench.events (wallet_id, type, data) values (buyer, 'order.completed', json_build_object('order', its_id, 'sku', wanted));
    return its_id;
  end $$`
