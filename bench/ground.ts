// The ground of a run: a PostgreSQL of its own with full durability, migrated, and the real server as processes of its own.
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { newMasterKey } from '../src/base/seal.ts'
import { connectionsPerProcessMax } from '../src/compose.ts'
import { startEmbedded } from '../src/postgres/embedded.ts'
import { migrate } from '../src/postgres/migrate.ts'
import { openOwner, type Db } from '../src/postgres/pool.ts'
import type { Ending } from './ending.ts'
import { startProcess, type Started } from './start-process.ts'

const main = fileURLToPath(new URL('../src/main.ts', import.meta.url))

export interface Ground {
  readonly url: string
  readonly masterKey: string
  readonly postmasterPid: number
  /** One connection as the owner of the database. */
  readonly owner: Db
}

export interface Server {
  readonly host: string
  /** One for each API process; all serve the same database. */
  readonly ports: readonly number[]
  readonly apiPids: readonly number[]
  readonly workerPid: number
  stop (): Promise<void>
}

/** What four API processes and a worker may want, and the bench itself. */
const connectionsMax = String(6 * connectionsPerProcessMax)

/** Starts PostgreSQL in a temporary folder and migrates it. */
export async function openGround (ending: Ending): Promise<Ground> {
  const home = await mkdtemp(join(tmpdir(), 'kahub-bench-'))
  ending.add(() => rm(home, { recursive: true, force: true }))
  const embedded = await startEmbedded({ home, log: () => {}, settings: { max_connections: connectionsMax } })
  ending.add(() => embedded.stop())
  await migrate(embedded.url)
  const owner = openOwner(embedded.url)
  ending.add(() => owner.end({ timeout: 1 }))
  return { url: embedded.url, masterKey: newMasterKey(), postmasterPid: embedded.pid, owner }
}

/** Starts API processes and a worker process on the ground; `nodeWords` go to the APIs' Node. */
export async function startServer (ending: Ending, ground: Ground, apiCount: number, nodeWords: readonly string[] = []): Promise<Server> {
  const apis: Started[] = []
  for (let i = 0; i < apiCount; i++) apis.push(await startApi(ending, ground, nodeWords))
  const worker = await startKahub(ending, ground, [], 'worker', /^kahub works/)
  return serverOf(apis, worker.pid, [...apis, worker])
}

/** The same server with so many more API processes beside those it has; its `stop` ends the added ones only. */
export async function widenServer (ending: Ending, ground: Ground, server: Server, more: number): Promise<Server> {
  const apis: Started[] = []
  for (let i = 0; i < more; i++) apis.push(await startApi(ending, ground, []))
  const added = serverOf(apis, server.workerPid, apis)
  return { ...added, ports: [...server.ports, ...added.ports], apiPids: [...server.apiPids, ...added.apiPids] }
}

/** The first API processes of a server, as if there were no others. */
export function narrowServer (server: Server, apiCount: number): Server {
  return { ...server, ports: server.ports.slice(0, apiCount), apiPids: server.apiPids.slice(0, apiCount) }
}

/** Starts one more worker process on the ground; it ends with the run, or when it is told to. */
export async function startWorker (ending: Ending, ground: Ground): Promise<Pick<Started, 'pid' | 'stop'>> {
  return await startKahub(ending, ground, [], 'worker', /^kahub works/)
}

function serverOf (apis: readonly Started[], workerPid: number, all: readonly Started[]): Server {
  return {
    host: apis[0]!.match[1]!,
    ports: apis.map(api => Number(api.match[2])),
    apiPids: apis.map(api => api.pid),
    workerPid,
    async stop () {
      await Promise.all(all.map(started => started.stop()))
    }
  }
}

function startApi (ending: Ending, ground: Ground, nodeWords: readonly string[]): Promise<Started> {
  return startKahub(ending, ground, nodeWords, 'api', /^kahub serves http:\/\/([\d.]+):(\d+)/)
}

function startKahub (ending: Ending, ground: Ground, nodeWords: readonly string[], command: string, ready: RegExp): Promise<Started> {
  return startProcess(ending, {
    name: `kahub ${command}`,
    words: [...nodeWords, main, command],
    environment: {
      DATABASE_URL: ground.url,
      KAHUB_MASTER_KEY: ground.masterKey,
      PORT: '0',
      METRICS_PORT: '0',
      LOG_LEVEL: 'error',
      // The receivers of callbacks are on this machine too, and so are a crowd of buyers behind a proxy and what they pay with.
      CALLBACK_LOOPBACK: '1',
      TRUST_PROXY: '127.0.0.1',
      SANDBOX_GATEWAY: '1'
    },
    ready
  })
}
