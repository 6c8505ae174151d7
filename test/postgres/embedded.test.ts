import t from 'tap'
import { spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { chmod, chown, mkdir, mkdtemp, readFile, readdir, rm, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { createInterface } from 'node:readline'
import postgres from 'postgres'
import { addressOf, databaseUrl } from '../../src/postgres/address.ts'
import { findBinaries, startEmbedded, type Embedded } from '../../src/postgres/embedded.ts'
import { startOf } from '../../src/postgres/embedded-lock.ts'
import { openCluster } from '../support/postgres.ts'

const root = process.getuid?.() === 0
const wanted = process.env.KAHUB_TEST_POSTGRES
const owner = join(import.meta.dirname, '..', 'support', 'embedded-owner.ts')

t.test('a fresh home answers over a Unix socket only, with its durability and its silence', async t => {
  const home = await temporaryHome(t)
  const server = await start(t, home)
  const sql = connect(t, server.url)
  const settings = await sql`select name, setting from pg_settings where name = any(${['jit', 'fsync', 'synchronous_commit',
    'full_page_writes', 'listen_addresses', 'data_checksums', 'log_min_error_statement', 'log_parameter_max_length',
    'log_parameter_max_length_on_error', 'server_encoding']})`
  t.same(Object.fromEntries(settings.map(({ name, setting }) => [name, setting])), {
    jit: 'off',
    fsync: 'on',
    synchronous_commit: 'on',
    full_page_writes: 'on',
    listen_addresses: '',
    data_checksums: 'on',
    log_min_error_statement: 'panic',
    log_parameter_max_length: '0',
    log_parameter_max_length_on_error: '0',
    server_encoding: 'UTF8'
  })
  t.equal((await stat(server.dataDirectory)).uid === 0, false, 'root never owns the data')
  t.equal((await stat(home)).mode & 0o777, root ? 0o711 : 0o700)
  t.equal(groupOf(server.pid), server.pid, 'the terminal does not reach it')

  await sql`create table kept (word text primary key)`
  await sql`insert into kept values ('canary-7Q2F')`
  await t.rejects(sql`insert into kept values (${'canary-7Q2F'})`, { code: '23505' })
  await t.rejects(sql.unsafe("select 'canary-7Q2F'::int"), { code: '22P02' })
  await sql`select pg_sleep(0), 'canary-7Q2F'`
  const logs = join(dirname(server.dataDirectory), 'log')
  const written = (await Promise.all((await readdir(logs)).map(async name => await readFile(join(logs, name), 'utf8')))).join('')
  t.match(written, /ready to accept connections/, 'its own life is in the log')
  t.notMatch(written, /canary-7Q2F/, 'what was said to it is not')

  const [busy] = [sql`select pg_sleep(600)`.execute().catch((error: Error) => error)]
  await server.stop()
  t.ok(await busy instanceof Error, 'a stop does not wait for a running statement')
  t.equal(alive(server.pid), false)
  const again = await start(t, home)
  t.same(await connect(t, again.url)`select word from kept`, [{ word: 'canary-7Q2F' }])
})

t.test('durability cannot be set aside, and other settings can', async t => {
  const home = await temporaryHome(t)
  await t.rejects(startEmbedded({ home, log: () => {}, settings: { fsync: 'off' } }), /fsync stays "on"/)
  await t.rejects(startEmbedded({ home, log: () => {}, settings: { 'a b': '1' } }), /not the name of a PostgreSQL setting/)
  const said: string[] = []
  const server = await start(t, home, { settings: { work_mem: '7MB', port: '6543', listen_addresses: '' }, said })
  t.match(server.url, /&port=6543$/)
  t.same(await connect(t, server.url)`select current_setting('work_mem') as memory`, [{ memory: '7MB' }])
  t.match(said[0], /making a PostgreSQL/)
})

t.test('a second owner of a home is refused by a sentence that names the first', async t => {
  const home = await temporaryHome(t)
  const server = await start(t, home)
  await t.rejects(startEmbedded({ home, log: () => {} }), { message: new RegExp(`another kahub \\(pid ${process.pid}\\) is using `) })
  const other = spawnSync(process.execPath, [owner, home], { encoding: 'utf8' })
  t.match(other.stderr, new RegExp(`another kahub \\(pid ${process.pid}\\) is using `))
  t.same(await connect(t, server.url)`select 1 as one`, [{ one: 1 }], 'the first goes on')
})

t.test('what a killed owner left behind is stopped by the next start, and every committed row is there', async t => {
  const home = await temporaryHome(t)
  const { child, told } = await startOwner(t, home)
  const sql = connect(t, told.url)
  await sql`create table kept as select 42 as answer`
  await sql.end()
  child.kill('SIGKILL')
  await once(child, 'exit')
  t.equal(alive(told.pid), true, 'its PostgreSQL is an orphan now')
  const said: string[] = []
  const server = await start(t, home, { said })
  t.equal(alive(told.pid), false)
  t.same(said, [`stopping the PostgreSQL (pid ${told.pid}) that an earlier run left behind`])
  t.same(await connect(t, server.url)`select answer from kept`, [{ answer: 42 }])
})

t.test('an owner that ends without a stop takes its PostgreSQL with it', async t => {
  const home = await temporaryHome(t)
  const { child, told } = await startOwner(t, home)
  child.stdin.end()
  t.same(await once(child, 'exit'), [0, null])
  t.equal(alive(told.pid), false)
  t.same((await readdir(home)).filter(name => name.includes('lock')), [], 'and its lock')
})

t.test('a PostgreSQL that was killed is started again on the same address', async t => {
  const server = await start(t, await temporaryHome(t))
  const first = server.pid
  const sql = connect(t, server.url)
  await sql`create table kept as select 42 as answer`
  process.kill(first, 'SIGKILL')
  const answer = await retry(async () => await connect(t, server.url)`select answer from kept`)
  t.same(answer, [{ answer: 42 }])
  t.not(server.pid, first)
})

t.test('a cluster half made, a stale pid file and a stale lock do not stand in the way', async t => {
  const home = await temporaryHome(t)
  const first = await start(t, home)
  await first.stop()
  const folder = dirname(first.dataDirectory)
  const { uid, gid } = await stat(folder)
  await mkdir(join(folder, 'data-making-abc', 'base'), { recursive: true })
  // This very process is alive, but it is no PostgreSQL: what a reboot leaves when a pid is used again.
  await writeFile(join(first.dataDirectory, 'postmaster.pid'), `${process.pid}\n${first.dataDirectory}\n`, { mode: 0o600 })
  if (root) await chown(join(first.dataDirectory, 'postmaster.pid'), uid, gid)
  await writeFile(join(home, 'postgres.lock'), JSON.stringify({ pid: process.pid, started: 'before the reboot' }))
  const second = await start(t, home)
  t.same(await connect(t, second.url)`select 1 as one`, [{ one: 1 }])
  t.same((await readdir(folder)).filter(name => name.startsWith('data-making')), [])
})

t.test('data of another major version is refused with what to do, and left alone', async t => {
  const home = await temporaryHome(t)
  const first = await start(t, home)
  await first.stop()
  const file = join(first.dataDirectory, 'PG_VERSION')
  const version = await readFile(file, 'utf8')
  await writeFile(file, '9\n')
  await t.rejects(start(t, home), /was made by PostgreSQL 9, .* move that folder away to begin anew/)
  await writeFile(file, version)
  t.ok(await start(t, home))
})

t.test('a home too deep for a socket address gets its socket elsewhere, and it is removed at the end', async t => {
  const home = join(await temporaryHome(t), 'deep'.repeat(12), 'deeper'.repeat(12))
  const server = await start(t, home)
  const { path = '' } = addressOf(server.url).options
  t.ok(Buffer.byteLength(path) < 100)
  t.same(await connect(t, server.url)`select 1 as one`, [{ one: 1 }])
  await server.stop()
  await t.rejects(stat(dirname(path)), { code: 'ENOENT' })
})

t.test('as root, a home where PostgreSQL cannot get keeps its data elsewhere and says so', { skip: !root && 'needs root' }, async t => {
  const closed = await temporaryHome(t)
  await chmod(closed, 0o700)
  const said: string[] = []
  const server = await start(t, join(closed, 'home'), { said })
  const folder = dirname(server.dataDirectory)
  t.teardown(async () => await rm(folder, { recursive: true, force: true }))
  t.notOk(folder.startsWith(closed))
  t.ok(said[0]?.includes(folder))
  t.equal((await stat(folder)).mode & 0o777, 0o700)
  t.same(await connect(t, server.url)`select 1 as one`, [{ one: 1 }])
  await server.stop()

  const again = await start(t, join(closed, 'home'))
  t.equal(dirname(again.dataDirectory), folder, 'the next start finds it')
  await again.stop()
  await rm(join(closed, 'home'), { recursive: true })
  const anew = await start(t, join(closed, 'home'))
  const other = dirname(anew.dataDirectory)
  t.teardown(async () => await rm(other, { recursive: true, force: true }))
  t.not(other, folder, 'who deletes the home begins anew')
  await anew.stop()
  await writeFile(join(closed, 'home', 'postgres-away'), '../../etc')
  await t.rejects(start(t, join(closed, 'home')), /postgres-away names no folder of ours/)
})

t.test('an ordinary user runs it too, and root goes on with that user\'s data', { skip: ordinaryUserCannot() }, async t => {
  const home = await temporaryHome(t)
  await chown(home, 1000, 1000)
  const { child, told } = await startOwner(t, home, { uid: 1000, gid: 1000 })
  t.equal((await stat(told.dataDirectory)).uid, 1000)
  t.same(await connect(t, told.url)`select 1 as one`, [{ one: 1 }])
  child.stdin.end()
  t.same(await once(child, 'exit'), [0, null])
  const server = await start(t, home)
  t.same(await connect(t, server.url)`select 1 as one`, [{ one: 1 }])
  t.equal((await stat(server.dataDirectory)).uid, 1000)
})

t.test('binaries that are not there are named', async t => {
  await t.rejects(findBinaries('/nowhere'), /\/nowhere does not hold PostgreSQL's programs/)
  t.ok((await readdir(await findBinaries())).includes('initdb'))
})

t.test('a database address is read in every form of libpq', async t => {
  t.same(addressOf('postgres://a:b@db.example:6000/c'), { url: 'postgres://a:b@db.example:6000/c', options: { port: 6000 } })
  t.same(addressOf('postgresql://a@localhost/c?host=/run/pg&sslmode=require'),
    { url: 'postgresql://a@localhost/c?sslmode=require', options: { path: '/run/pg/.s.PGSQL.5432' } })
  t.same(addressOf('postgres://a@localhost/c?host=db.example&port=7000').options, { host: 'db.example', port: 7000 })
  t.throws(() => addressOf('mysql://a@b/c'), /looks like/)
  t.throws(() => addressOf('nonsense'), /looks like/)
  t.equal(databaseUrl('postgres://a@localhost/c?host=%2Frun', 'd'), 'postgres://a@localhost/d?host=%2Frun')
})

t.test('a template that several files ask for at once is made once, and each gets a database of its own', async t => {
  const cluster = await openCluster()
  t.teardown(async () => await cluster.stop())
  const before = process.env.KAHUB_TEST_CLUSTER
  t.teardown(() => { if (before === undefined) delete process.env.KAHUB_TEST_CLUSTER })
  process.env.KAHUB_TEST_CLUSTER = cluster.url('postgres')
  const others = await openCluster()
  const name = `template_${process.pid}`
  let migrations = 0
  const migrate = async (url: string): Promise<void> => {
    migrations++
    const sql = connect(t, url)
    await sql`create table worlds as select 'live' as name`
  }
  await Promise.all([cluster.template(name, migrate), others.template(name, migrate)])
  t.equal(migrations, 1)
  const [one, two] = await Promise.all([cluster.createDatabase(name), others.createDatabase(name)])
  await connect(t, cluster.url(one))`delete from worlds`
  t.same(await connect(t, others.url(two))`select name from worlds`, [{ name: 'live' }])
  await others.stop()
  await cluster.dropDatabase(name)
})

type Test = Pick<typeof t, 'teardown'>

async function temporaryHome (t: Test): Promise<string> {
  const home = await mkdtemp(join(tmpdir(), 'kahub-embedded-'))
  t.teardown(async () => await rm(home, { recursive: true, force: true }))
  if (root) await chmod(home, 0o711)
  return home
}

type Wish = { settings?: Record<string, string>, said?: string[] }

async function start (t: Test, home: string, { settings, said = [] }: Wish = {}): Promise<Embedded> {
  const server = await startEmbedded({
    home, log: line => { said.push(line) }, ...(settings ? { settings } : {}), ...(wanted ? { binaries: wanted } : {})
  })
  t.teardown(async () => await server.stop())
  return server
}

function connect (t: Test, url: string): postgres.Sql {
  const { url: plain, options } = addressOf(url)
  const sql = postgres(plain, { ...options, max: 2, onnotice: () => {} })
  t.teardown(async () => await sql.end({ timeout: 1 }))
  return sql
}

type Owner = { child: ReturnType<typeof spawnOwner>, told: { url: string, pid: number, dataDirectory: string } }

async function startOwner (t: Test, home: string, account: { uid?: number, gid?: number } = {}): Promise<Owner> {
  const child = spawnOwner(home, account)
  t.teardown(() => { child.stdin.destroy() })
  const [line] = await Promise.race([
    once(createInterface({ input: child.stdout }), 'line'),
    once(child, 'exit').then(() => { throw new Error('the owner did not start') })
  ]) as [string]
  return { child, told: JSON.parse(line) as Owner['told'] }
}

const spawnOwner = (home: string, account: { uid?: number, gid?: number }) =>
  spawn(process.execPath, [owner, home], { ...account, stdio: ['pipe', 'pipe', 'inherit'] })

/** Waits for the thing itself: a connection that is refused while PostgreSQL is down is tried again. */
async function retry<T> (attempt: () => Promise<T>, attemptsMax = 500): Promise<T> {
  for (let tried = 1; ; tried++) {
    try {
      return await attempt()
    } catch (error) {
      if (tried === attemptsMax) throw error
    }
  }
}

/** A process that ended but was not collected by its parent (an orphan's, here) counts as ended. */
const alive = (pid: number): boolean => startOf(pid) !== undefined

const groupOf = (pid: number): number => Number(spawnSync('ps', ['-o', 'pgid=', '-p', String(pid)], { encoding: 'utf8' }).stdout)

/** Why the test with another user cannot run here, if it cannot. */
function ordinaryUserCannot (): string | false {
  if (!root) return 'needs root'
  const reading = `require('fs').readFileSync(${JSON.stringify(owner)})`
  return spawnSync(process.execPath, ['-e', reading], { uid: 1000, gid: 1000 }).status !== 0 && 'the checkout is closed to other users'
}
