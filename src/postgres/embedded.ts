/**
 * The PostgreSQL that kahub brings along, for development, tests and trial.
 *
 * The cast: the *home* belongs to one kahub process at a time (embedded-lock.ts); the *place* is where the data, the log and the
 * socket are and which account owns them (embedded-place.ts); the *binaries* come from npm (embedded-binaries.ts).
 * The rules: real durability, whatever is asked; no TCP unless asked; a statement or a parameter never reaches the log;
 * PostgreSQL has its own process group, so the terminal's Ctrl-C reaches only us, and we end it in order.
 */
import { execFile, spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { closeSync, openSync, readFileSync } from 'node:fs'
import { mkdtemp, chown, readFile, readdir, realpath, rename, rm, rmdir } from 'node:fs/promises'
import { basename, join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { promisify } from 'node:util'
import { usableBinaries } from './embedded-binaries.ts'
import { lockHome, startOf } from './embedded-lock.ts'
import { choosePlace, openHome, type Place } from './embedded-place.ts'

export { findBinaries } from './embedded-binaries.ts'

/** A start may have to replay a crash's write-ahead log (at most max_wal_size) before it is ready. */
const startMsMax = 120_000
const startAttemptsMax = 10
const fastStopMs = 2_000
const immediateStopMs = 700
const orphanEndMsMax = 10_000
const restartsMax = 5
const restartsWindowMs = 60_000
const pollMs = 10
const saidBytesMax = 2_000

/** What is never given up for speed: an acknowledged order is on the disk. */
const durable: Readonly<Settings> = { fsync: 'on', full_page_writes: 'on', synchronous_commit: 'on' }

const ordinary: Readonly<Settings> = {
  listen_addresses: '',
  port: '5432',
  max_connections: '200',
  shared_buffers: '256MB',
  jit: 'off',
  max_wal_size: '2GB',
  min_wal_size: '256MB',
  wal_compression: 'on',
  checkpoint_timeout: '15min',
  random_page_cost: '1.1',
  timezone: 'UTC',
  log_timezone: 'UTC',
  // A week of log files, one per weekday, about the server's own life only ("log" ranks above "error"): the message of a
  // refused statement quotes values, and a DETAIL line carries rows or the statement, so the one is left out, the other cut.
  logging_collector: 'on',
  log_filename: 'postgres-%a.log',
  log_file_mode: '0600',
  log_rotation_age: '1d',
  log_rotation_size: '0',
  log_truncate_on_rotation: 'on',
  log_line_prefix: '%m [%p] ',
  log_checkpoints: 'off',
  log_statement: 'none',
  log_min_duration_statement: '-1',
  log_min_messages: 'log',
  log_min_error_statement: 'panic',
  log_error_verbosity: 'terse',
  log_parameter_max_length: '0',
  log_parameter_max_length_on_error: '0'
}

type Log = (line: string) => void
type Settings = Record<string, string>

export type EmbeddedOptions = { home: string, log: Log, settings?: Settings, binaries?: string }

export type Embedded = {
  /** libpq's Unix socket form, see address.ts; the account is the cluster's superuser, the database is `kahub`. */
  url: string
  binaries: string
  dataDirectory: string
  /** The postmaster's; another one after PostgreSQL was killed and started again. */
  readonly pid: number
  /** Ends PostgreSQL within 3 s and gives the home back. */
  stop (): Promise<void>
}

/**
 * Starts PostgreSQL on `home`, making the cluster when there is none, and keeps it running until `stop`. `settings` win over the
 * defaults, except that durability cannot be weakened; with `listen_addresses` of this machine, every local user may connect
 * by TCP without a password. Throws a plain sentence when the home is in use, unreachable, or of another major version.
 */
export async function startEmbedded (options: EmbeddedOptions): Promise<Embedded> {
  const { log, settings = {} } = options
  checkSettings(settings)
  const home = await openHome(options.home)
  const lock = lockHome(home)
  try {
    const place = await choosePlace(home, log)
    const binaries = await usableBinaries(place, options.binaries)
    await endOrphan(place, log)
    await clearSockets(place)
    await makeData(place, binaries, log)
    const { listen_addresses: addresses = '', port = '5432' } = { ...ordinary, ...settings }
    if (addresses !== '') log(`PostgreSQL listens on ${addresses} too: every user of this machine may connect`)
    const sockets = { unix_socket_directories: `"${place.sockets}"`, unix_socket_permissions: '0700' }
    const all = { ...ordinary, ...settings, ...durable, ...sockets, log_directory: place.log }
    const server = await keepRunning(place, binaries.folder, all, log)
    const release = (): void => { server.abandon(); lock.release() }
    process.once('exit', release)
    let stopped: Promise<void> | undefined
    const stop = async (): Promise<void> => {
      await server.stop()
      await clearSockets(place)
      if (place.socketsAreTemporary) await rmdir(place.sockets)
      process.off('exit', release)
      lock.release()
    }
    return {
      url: `postgres://kahub@localhost/kahub?host=${encodeURIComponent(place.sockets)}${port === '5432' ? '' : `&port=${port}`}`,
      binaries: binaries.folder,
      dataDirectory: place.data,
      get pid () { return server.pid() },
      stop: async () => await (stopped ??= stop())
    }
  } catch (error) {
    lock.release()
    throw error
  }
}

function checkSettings (settings: Settings): void {
  for (const [name, value] of Object.entries(settings)) {
    if (!/^[a-z_]+(\.[a-z_]+)?$/.test(name)) throw new Error(`"${name}" is not the name of a PostgreSQL setting`)
    if ((durable[name] ?? value) !== value) throw new Error(`${name} stays "${durable[name]}": durability is never traded for speed`)
  }
}

/**
 * A killed kahub leaves its PostgreSQL running: it is stopped, because its settings may be others than ours. A postmaster.pid
 * that names some other process (a reboot, a pid used again) is removed, or PostgreSQL would refuse to start.
 */
async function endOrphan ({ data }: Place, log: Log): Promise<void> {
  const file = join(data, 'postmaster.pid')
  const pid = Number((await readFile(file, 'utf8').catch(() => '')).split('\n', 1)[0])
  if (!(pid > 0)) return await rm(file, { force: true })
  if (startOf(pid) === undefined || !await isPostmasterOf(pid, data)) return await rm(file, { force: true })
  log(`stopping the PostgreSQL (pid ${pid}) that an earlier run left behind`)
  const started = startOf(pid)
  const deadline = Date.now() + orphanEndMsMax
  const ended = async (ms: number): Promise<boolean> => {
    for (const until = Date.now() + ms; Date.now() < until && startOf(pid) === started;) await delay(pollMs)
    return startOf(pid) !== started
  }
  signal(pid, 'SIGINT')
  if (!await ended(fastStopMs)) signal(pid, 'SIGQUIT')
  if (!await ended(deadline - Date.now())) throw new Error(`the PostgreSQL of an earlier run (pid ${pid}) does not end by itself`)
  await rm(file, { force: true })
}

/** Only the postmaster keeps its command line as it was given; its children rewrite theirs. */
async function isPostmasterOf (pid: number, data: string): Promise<boolean> {
  const words = process.platform === 'linux'
    ? (await readFile(`/proc/${pid}/cmdline`, 'utf8').catch(() => '')).split('\0')
    : (await promisify(execFile)('ps', ['-o', 'command=', '-p', String(pid)]).then(({ stdout }) => stdout, () => '')).split(' ')
  if (!/^(postgres|postmaster)$/.test(basename(words[0] ?? ''))) return false
  const named = words[words.indexOf('-D') + 1] ?? ''
  return await realpath(named).catch(() => named) === await realpath(data)
}

/** The home's lock is ours and the orphan is gone, so whatever socket is left is nobody's. */
async function clearSockets ({ sockets }: Place): Promise<void> {
  for (const name of await readdir(sockets)) if (name.startsWith('.s.PGSQL.')) await rm(join(sockets, name), { force: true })
}

/** Makes the cluster beside its final place and renames it there whole: a crash half-way leaves nothing that looks like one. */
async function makeData (place: Place, binaries: { folder: string, major: number }, log: Log): Promise<void> {
  for (const name of await readdir(place.folder)) {
    if (name.startsWith('data-making-')) await rm(join(place.folder, name), { recursive: true, force: true })
  }
  const version = (await readFile(join(place.data, 'PG_VERSION'), 'utf8').catch(() => '')).trim()
  if (version === String(binaries.major)) return
  if (version !== '') {
    throw new Error(`The data in ${place.data} was made by PostgreSQL ${version}, the programs in ${binaries.folder} are PostgreSQL ` +
      `${binaries.major}. Run it with PostgreSQL ${version} and carry it over with pg_dump, or move that folder away to begin anew.`)
  }
  log(`making a PostgreSQL ${binaries.major} cluster in ${place.data}`)
  const making = await mkdtemp(join(place.folder, 'data-making-'))
  if (place.account.uid !== undefined) await chown(making, place.account.uid, place.account.gid ?? place.account.uid)
  // From 17 on PostgreSQL has a C.UTF-8 of its own, which no update of the C library can change under an index.
  const locale = binaries.major >= 17
    ? ['--locale-provider=builtin', '--builtin-locale=C.UTF-8', '--locale=C']
    : [process.platform === 'linux' ? '--locale=C.UTF-8' : '--locale=C']
  const running = { ...place.account, cwd: making, env: { LC_ALL: 'C', TZ: 'UTC' } }
  await promisify(execFile)(join(binaries.folder, 'initdb'), ['--pgdata', making, '--username=kahub', '--encoding=UTF8', ...locale,
    '--data-checksums', '--auth-local=trust', '--auth-host=trust'], running)
  // Single-user mode: the database is there before anyone can connect, and a crash cannot leave a cluster without it.
  const single = promisify(execFile)(join(binaries.folder, 'postgres'), ['--single', '-D', making, 'postgres'], running)
  single.child.stdin?.end('create database kahub\n')
  const { stderr } = await single
  // It ends with 0 whatever became of the statement.
  if (/ERROR|FATAL/.test(stderr)) throw new Error(`the database kahub could not be made: ${stderr.slice(-saidBytesMax).trim()}`)
  await rename(making, place.data)
}

/** Runs the postmaster, and again when it ends by itself, but not for ever. */
async function keepRunning (place: Place, folder: string, settings: Settings, log: Log): Promise<Server> {
  let stopping = false
  let current = await launch(place, folder, settings)
  let restarts: number[] = []
  let relaunching: Promise<void> = Promise.resolve()
  const watch = (child: ChildProcess): void => { child.once('exit', () => { if (!stopping) relaunching = relaunch() }) }
  const relaunch = async (): Promise<void> => {
    restarts = [...restarts.filter(at => at > Date.now() - restartsWindowMs), Date.now()]
    if (restarts.length > restartsMax) return log(`PostgreSQL keeps ending and stays down; its log is in ${place.log}`)
    log('PostgreSQL ended unexpectedly and is started again')
    try {
      current = await launch(place, folder, settings)
      watch(current)
      if (stopping) await end(current)
    } catch (error) {
      log(`PostgreSQL did not start again: ${(error as Error).message}`)
    }
  }
  watch(current)
  return {
    pid: () => current.pid as number,
    stop: async () => {
      stopping = true
      await end(current)
      await relaunching
    },
    abandon: () => {
      stopping = true
      if (isRunning(current)) signal(current.pid as number, 'SIGINT')
    }
  }
}

type Server = { pid (): number, stop (): Promise<void>, abandon (): void }

/** Starts a postmaster and waits until it takes connections. What it says before its own log begins goes to start.log. */
async function launch (place: Place, folder: string, settings: Settings): Promise<ChildProcess> {
  const said = join(place.log, 'start.log')
  const words = Object.entries(settings).flatMap(([name, value]) => ['-c', `${name}=${value}`])
  for (let attempt = 1; ; attempt++) {
    await rm(said, { force: true })
    const file = openSync(said, 'wx', 0o600)
    const child = spawn(join(folder, 'postgres'), ['-D', place.data, ...words], {
      ...place.account, cwd: place.folder, env: { LC_ALL: 'C', TZ: 'UTC' }, detached: true, stdio: ['ignore', file, file]
    })
    closeSync(file)
    if (child.pid === undefined) {
      const [error] = await once(child, 'error') as [Error]
      throw new Error(`PostgreSQL cannot be started from ${folder}: ${error.message}`)
    }
    child.unref()
    if (await becomesReady(child, place.data)) return child
    const reason = readFileSync(said, 'utf8').slice(-saidBytesMax).trim()
    // The children of a killed postmaster hold its shared memory for a moment longer than it lives.
    if (!/still in use|is another postmaster/.test(reason) || attempt === startAttemptsMax) {
      throw new Error(`PostgreSQL does not start (its log is in ${place.log}): ${reason}`)
    }
    await delay(pollMs * 2 ** attempt)
  }
}

/** The postmaster writes its state on the eighth line of postmaster.pid, which is what pg_ctl looks at too. */
async function becomesReady (child: ChildProcess, data: string): Promise<boolean> {
  const deadline = Date.now() + startMsMax
  while (isRunning(child)) {
    const lines = (await readFile(join(data, 'postmaster.pid'), 'utf8').catch(() => '')).split('\n')
    if (lines[0] === String(child.pid) && lines[7]?.trim() === 'ready') return true
    if (Date.now() > deadline) {
      await end(child)
      return false
    }
    await delay(pollMs)
  }
  return false
}

/** Fast, then immediate, then by force: each step is safe for the data, the later ones cost a replay at the next start. */
async function end (child: ChildProcess): Promise<void> {
  child.ref()
  for (const [name, ms] of [['SIGINT', fastStopMs], ['SIGQUIT', immediateStopMs], ['SIGKILL', orphanEndMsMax]] as const) {
    if (!isRunning(child)) return
    const exited = once(child, 'exit', { signal: AbortSignal.timeout(ms) })
    signal(child.pid as number, name)
    await exited.catch(() => undefined)
  }
}

const isRunning = (child: ChildProcess): boolean => child.exitCode === null && child.signalCode === null

function signal (pid: number, name: NodeJS.Signals): void {
  try {
    process.kill(pid, name)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error
  }
}
