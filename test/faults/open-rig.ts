// The ground of a fault run: the product as it is run in production (two API processes, two workers, one PostgreSQL), with a line that
// can fail between any two of them and in front, and a shop to buy from.
import { existsSync } from 'node:fs'
import { chmod, mkdir, mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Ending } from '../../bench/ending.ts'
import { openShop, type Shop, type ShopSize } from '../../bench/shop.ts'
import { newMasterKey } from '../../src/base/seal.ts'
import { connectionsPerProcessMax } from '../../src/compose.ts'
import { migrate } from '../../src/postgres/migrate.ts'
import { openOwner, type Db } from '../../src/postgres/pool.ts'
import { openJournal, type Journal } from '../judge/journal.ts'
import { openFaultLine, type FaultLine } from './fault-proxy.ts'
import { keepProcess, type KeptProcess } from './keep-process.ts'
import { makeSmallRoom, type Room } from './make-room.ts'
import { raisePostgres, type RigPostgres } from './raise-postgres.ts'
import { openRandom, type Random } from './random.ts'
import { openTlsDoor, type TlsDoor } from './tls-door.ts'

export type Say = (line: string) => void

export interface Rig {
  readonly ending: Ending
  readonly say: Say
  readonly seed: number
  readonly random: Random
  readonly postgres: RigPostgres
  readonly masterKey: string
  /** Straight to PostgreSQL, as the owner of the database. */
  readonly owner: Db
  readonly shop: Shop
  readonly processes: ReadonlyMap<string, KeptProcess>
  /** By name: `api-1` in plain, `api-1 tls`, `api-1 postgres`, `worker-1 postgres`, … */
  readonly lines: ReadonlyMap<string, FaultLine>
  readonly doors: readonly Door[]
  /** The small file system the database stands on, where one can be had. */
  readonly room: Room | undefined
  /** A folder of journals, and a journal of what the nemesis did. */
  readonly journals: string
  readonly struck: Journal
  /** Aborted when the run ends, however it ends. */
  readonly over: AbortSignal
}

/** Where a client may knock. */
export interface Door { readonly host: string, readonly port: number, readonly certificate: string | undefined }

export interface RigWish extends ShopSize {
  readonly name: string
  readonly seed: number
  readonly codesEach: number
  /** Lines that can fail, a clock that jumps and a disk that fills: for the nemesis. Without them processes meet directly. */
  readonly faults: 'all' | 'kills only'
  readonly home?: string
  readonly settings?: Readonly<Record<string, string>>
}

export const apiNames = ['api-1', 'api-2'] as const
export const workerNames = ['worker-1', 'worker-2'] as const
/** Nobody listens there: a process that is not up refuses. */
const nowhere = 1
const roomMebibytes = 640
/** Smaller than they would be: a disk is then full soon, and connections are few. */
const smallSettings = { min_wal_size: '32MB', max_wal_size: '160MB', max_connections: '160' }
/** What four processes may want, and the rig itself. */
const ampleSettings = { max_connections: String(4 * connectionsPerProcessMax + 100) }
const faketimeLibraries = ['x86_64', 'aarch64'].map(machine => `/usr/lib/${machine}-linux-gnu/faketime/libfaketimeMT.so.1`)

/** Makes a folder of the run's own, which goes with it. */
export async function makeHome (ending: Ending, name: string): Promise<string> {
  const home = await mkdtemp(join(tmpdir(), `kahub-${name}-`))
  ending.add(() => rm(home, { recursive: true, force: true }))
  // The account that PostgreSQL runs as passes through, when we are root.
  await chmod(home, 0o711)
  return home
}

/** Opens a rig; all of it ends with the run. */
export async function openRig (ending: Ending, say: Say, wish: RigWish): Promise<Rig> {
  const { seed, faults } = wish
  const random = openRandom(seed)
  const home = wish.home ?? await makeHome(ending, wish.name)
  const journals = join(home, 'journals')
  await mkdir(journals)
  const room = faults === 'all' ? await makeSmallRoom(ending, home, roomMebibytes, say) : undefined
  const base = join(room?.folder ?? home, 'base')
  const postgres = await raisePostgres(ending, base, { ...faults === 'all' ? smallSettings : ampleSettings, ...wish.settings })
  if (!postgres.data.startsWith(home)) throw new Error(`the data stands in ${postgres.data}, and not in ${home}`)
  await migrate(postgres.url)
  const owner = openOwner(postgres.url)
  ending.add(() => owner.end({ timeout: 1 }))
  const masterKey = newMasterKey()
  const ground = { url: postgres.url, masterKey, get postmasterPid () { return postgres.pid }, owner }
  const shop = await openShop(ending, ground, wish)
  await shop.fillShelves([shop.oneSku, ...shop.skus], wish.codesEach)

  const lines = new Map<string, FaultLine>()
  const processes = new Map<string, KeptProcess>()
  const doors: Door[] = []
  const library = faults === 'all' ? faketimeLibraries.find(existsSync) : undefined
  if (faults === 'all' && library === undefined) say('left out: clocks that jump (Debian\'s package faketime is not installed)')
  for (const name of [...apiNames, ...workerNames]) {
    const command = (apiNames as readonly string[]).includes(name) ? 'api' : 'worker'
    const url = faults === 'all' ? await lineTo(`${name} postgres`, () => ({ host: '127.0.0.1', port: postgres.port })) : postgres.url
    const environment = {
      NODE_ENV: 'production',
      DATABASE_URL: url,
      KAHUB_MASTER_KEY: masterKey,
      PORT: '0',
      METRICS_PORT: '0',
      LOG_LEVEL: 'error',
      CALLBACK_LOOPBACK: '1'
    }
    // One of two has a clock of its own: what it says is wrong, the other tells right.
    const clock = name.endsWith('2') && library !== undefined ? { library, file: join(home, `${name}.clock`) } : undefined
    processes.set(name, keepProcess(ending, { name, command, environment, clock }))
    if (command === 'api' && faults === 'all') await openDoors(name)
  }
  await Promise.all([...processes.values()].map(one => one.ready()))
  if (faults !== 'all') {
    for (const name of apiNames) {
      doors.push({ host: '127.0.0.1', get port () { return processes.get(name)!.port ?? nowhere }, certificate: undefined })
    }
  }
  const struck = openJournal(journals, 'nemesis')
  ending.add(() => struck.close())
  const over = new AbortController()
  ending.add(() => over.abort())
  return { over: over.signal, ending, say, seed, random, postgres, masterKey, owner, shop, processes, lines, doors, room, journals, struck }

  async function openLine (name: string, target: Parameters<typeof openFaultLine>[0]): Promise<FaultLine> {
    const line = await openFaultLine(target, random.branch(name))
    ending.add(() => line.close())
    lines.set(name, line)
    return line
  }

  async function lineTo (name: string, target: Parameters<typeof openFaultLine>[0]): Promise<string> {
    const { port } = await openLine(name, target)
    return `postgres://kahub@127.0.0.1:${port}/kahub`
  }

  /** In plain, and in TLS, whose line may turn bits over on the way back as well. */
  async function openDoors (name: string): Promise<void> {
    const served = () => {
      const port = processes.get(name)?.port
      return port === undefined ? undefined : { host: '127.0.0.1', port }
    }
    const plain = await openLine(name, served)
    doors.push({ host: '127.0.0.1', port: plain.port, certificate: undefined })
    const door: TlsDoor = await openTlsDoor(served)
    ending.add(() => door.close())
    const sealed = await openLine(`${name} tls`, () => ({ host: '127.0.0.1', port: door.port }))
    doors.push({ host: 'localhost', port: sealed.port, certificate: door.certificate })
  }
}
