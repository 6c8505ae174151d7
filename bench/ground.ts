// The ground of a run: a PostgreSQL of its own with full durability, migrated, and the real server as processes of its own.
import { spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import { newMasterKey } from '../src/base/seal.ts'
import { startEmbedded } from '../src/postgres/embedded.ts'
import { migrate } from '../src/postgres/migrate.ts'
import { openOwner, type Db } from '../src/postgres/pool.ts'
import type { Ending } from './ending.ts'

// The server runs as `npm start` runs it.
const { flags } = createRequire(import.meta.url)('../bin/runtime.cjs') as { flags: readonly string[] }
const main = fileURLToPath(new URL('../src/main.ts', import.meta.url))
const startMsMax = 30_000
const stopMsMax = 8_000
const saidLinesMax = 40

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

/** Starts PostgreSQL in a temporary folder and migrates it. */
export async function openGround (ending: Ending): Promise<Ground> {
  const home = await mkdtemp(join(tmpdir(), 'kahub-bench-'))
  ending.add(() => rm(home, { recursive: true, force: true }))
  const embedded = await startEmbedded({ home, log: () => {} })
  ending.add(() => embedded.stop())
  await migrate(embedded.url)
  const owner = openOwner(embedded.url)
  ending.add(() => owner.end({ timeout: 1 }))
  return { url: embedded.url, masterKey: newMasterKey(), postmasterPid: embedded.pid, owner }
}

/** Starts API processes and a worker process on the ground; `nodeWords` go to the APIs' Node. */
export async function startServer (ending: Ending, ground: Ground, apiCount: number, nodeWords: readonly string[] = []): Promise<Server> {
  const apis: Started[] = []
  for (let i = 0; i < apiCount; i++) apis.push(await startProcess(ending, ground, nodeWords, 'api', /^kahub serves http:\/\/([\d.]+):(\d+)/))
  const worker = await startProcess(ending, ground, [], 'worker', /^kahub works/)
  return {
    host: apis[0]!.match[1]!,
    ports: apis.map(api => Number(api.match[2])),
    apiPids: apis.map(api => api.child.pid!),
    workerPid: worker.child.pid!,
    async stop () {
      await Promise.all([...apis, worker].map(started => started.stop()))
    }
  }
}

/** Starts one more worker process on the ground; it ends with the run, or when it is told to. */
export async function startWorker (ending: Ending, ground: Ground): Promise<{ stop (): Promise<void> }> {
  return await startProcess(ending, ground, [], 'worker', /^kahub works/)
}

interface Started { readonly child: ChildProcess, readonly match: RegExpExecArray, stop (): Promise<void> }

async function startProcess (
  ending: Ending, ground: Ground, nodeWords: readonly string[], command: string, ready: RegExp
): Promise<Started> {
  const child = spawn(process.execPath, [...flags, ...nodeWords, main, command], {
    stdio: ['ignore', 'pipe', 'pipe'],
    env: {
      PATH: process.env.PATH,
      NODE_ENV: 'production',
      DATABASE_URL: ground.url,
      KAHUB_MASTER_KEY: ground.masterKey,
      PORT: '0',
      METRICS_PORT: '0',
      LOG_LEVEL: 'error',
      // The receivers of callbacks are on this machine too, and so are a crowd of buyers behind a proxy and what they pay with.
      CALLBACK_LOOPBACK: '1',
      TRUST_PROXY: '127.0.0.1',
      SANDBOX_GATEWAY: '1'
    }
  })
  let stopping = false
  const stop = async (): Promise<void> => {
    stopping = true
    forget()
    await end(child)
  }
  const forget = ending.add(stop)
  const said: string[] = []
  const match = Promise.withResolvers<RegExpExecArray>()
  for (const output of [child.stdout!, child.stderr!]) {
    createInterface({ input: output }).on('line', line => {
      if (said.push(line) > saidLinesMax) said.shift()
      const found = ready.exec(line)
      if (found) match.resolve(found)
    })
  }
  const fail = (reason: string): void => match.reject(new Error(`kahub ${command} ${reason}: ${said.join('\n')}`))
  child.once('error', error => fail(`does not start (${error.message})`))
  child.once('close', code => {
    fail(`ended with ${code}`)
    if (!stopping) console.error(`kahub ${command} ended by itself with ${code}: ${said.join('\n')}`)
  })
  const timer = setTimeout(() => fail(`was not ready after ${startMsMax} ms`), startMsMax)
  try {
    return { child, match: await match.promise, stop }
  } finally {
    clearTimeout(timer)
  }
}

async function end (child: ChildProcess): Promise<void> {
  if (child.pid === undefined || child.exitCode !== null || child.signalCode !== null) return
  const exited = once(child, 'exit')
  child.kill('SIGTERM')
  const timer = setTimeout(() => child.kill('SIGKILL'), stopMsMax)
  await exited
  clearTimeout(timer)
}
