// What main.ts can do, each command from its settings to its exit code.
import { mkdir, readFile, writeFile } from 'node:fs/promises'
import { once } from 'node:events'
import { join } from 'node:path'
import pc from 'picocolors'
import { stringify } from 'yaml'
import { printProblemGuide } from '../schema/problem-guide.ts'
import { worlds as worldNames } from '../schema/vocabulary.ts'
import type { CallbackRules } from './base/callback-url.ts'
import { newMasterKey, readMasterKeys, type MasterKeys } from './base/seal.ts'
import {
  appForPrinting, connectionsLacking, graphForPrinting, openWorlds, serve, serveMetrics, startWorkers, type OpenWorlds,
  type SandboxGatewayPlace, type Serving
} from './compose.ts'
import type { Config } from './config.ts'
import { ensureDemo, showDemoLink, tryDemoOrder } from './demo.ts'
import { createOperatorKey, ensureOperatorFile } from './operator-key.ts'
import { startEmbedded } from './postgres/embedded.ts'
import { migrate } from './postgres/migrate.ts'
import { openWorkerMetrics } from './workers/metrics.ts'
import { UnsoundBooks } from './workers/passes.ts'

interface Command {
  readonly says: string
  run (config: Config, stop: AbortSignal, words: readonly string[]): Promise<number>
}

export const commands = {
  start: { says: 'the whole product: database, API and workers in one process', run: start },
  demo: { says: 'the same up to one demo order, then exit', run: demo },
  api: { says: 'the API alone, on DATABASE_URL', run: api },
  worker: { says: 'the workers alone, on DATABASE_URL', run: worker },
  migrate: { says: 'bring DATABASE_URL to the newest migration', run: migrateOnly },
  'operator-key': { says: 'make an operator key on DATABASE_URL and print it once (operator-key test: for the sandbox)', run: operatorKey },
  'master-key': { says: 'print a new master key for KAHUB_MASTER_KEY', run: async () => { console.log(newMasterKey()); return 0 } },
  openapi: { says: 'print openapi.yaml (--write: into the file, with schema.graphql and docs/errors.md)', run: openapi }
} satisfies Record<string, Command>
export type CommandName = keyof typeof commands

/** What a command stands on: a database, its keys, and how to end both. */
interface Ground { readonly url: string, readonly masterKeys: MasterKeys, readonly embedded: boolean, stop (): Promise<void> }

async function start (config: Config, stop: AbortSignal): Promise<number> {
  return await withProduct(config, stop, async (product) => {
    await greet(config, product)
    if (!stop.aborted) await once(stop, 'abort')
    console.log('Stopping …')
    return 0
  })
}

async function demo (config: Config, stop: AbortSignal): Promise<number> {
  return await withProduct({ ...config, demo: true, port: 0 }, stop, async product => {
    await tryDemoOrder(config.home, product.serving.url, say)
    return 0
  })
}

interface Product { readonly ground: Ground, readonly worlds: OpenWorlds, readonly serving: Serving, readonly withDemo: boolean }

/** Brings everything up, runs the work, and takes everything down in the reverse order, whatever happened. */
async function withProduct (config: Config, stop: AbortSignal, work: (product: Product) => Promise<number>): Promise<number> {
  const undo: (() => Promise<unknown>)[] = []
  try {
    const ground = await openGround(config)
    undo.push(() => ground.stop())
    await migrate(ground.url)
    const worlds = await openWorlds(
      ground.url, ground.masterKeys, undefined, callbackRulesOf(config, ground.embedded), sandboxGatewayOf(config, ground.embedded)
    )
    undo.push(() => Promise.all([worlds.live.close(), worlds.test.close()]))
    await warnOfConnections(worlds)
    const workerMetrics = openWorkerMetrics()
    const serving = await serve(worlds, { ...config, logger: { level: config.logLevel ?? 'warn' }, workerMetrics, graphiql: ground.embedded })
    undo.push(() => serving.close())
    const workers = startWorkers(worlds, reportPass, workerMetrics)
    undo.push(() => workers.stop())
    const withDemo = config.demo ?? ground.embedded
    if (withDemo) await mkdir(config.home, { recursive: true, mode: 0o700 })
    if (ground.embedded || withDemo) for (const name of worldNames) await ensureOperatorFile(worlds[name], config.home, serving.url)
    if (withDemo && !stop.aborted) await ensureDemo(config.home, serving.url, say)
    return await work({ ground, worlds, serving, withDemo })
  } finally {
    for (const end of undo.reverse()) await end().catch(error => console.error(`kahub: while stopping: ${(error as Error).message}`))
  }
}

async function api (config: Config, stop: AbortSignal): Promise<number> {
  return await withWorlds(config, async worlds => {
    const serving = await serve(worlds, { ...config, logger: { level: config.logLevel ?? 'info' } })
    say(`kahub serves ${serving.url} (metrics ${serving.metricsUrl})`)
    if (!stop.aborted) await once(stop, 'abort')
    await serving.close()
    return 0
  })
}

async function worker (config: Config, stop: AbortSignal): Promise<number> {
  return await withWorlds(config, async worlds => {
    const workerMetrics = openWorkerMetrics()
    const told = await serveMetrics([workerMetrics.registry], config.metricsPort)
    const workers = startWorkers(worlds, reportPass, workerMetrics)
    say(`kahub works (metrics ${told.url})`)
    if (!stop.aborted) await once(stop, 'abort')
    await workers.stop()
    told.close()
    return 0
  })
}

async function operatorKey (config: Config, _stop: AbortSignal, words: readonly string[]): Promise<number> {
  const world = worldNames.find(name => name === (words[0] ?? 'live'))
  if (world === undefined) throw new Error(`There is no world ${JSON.stringify(words[0])}. Worlds: ${worldNames.join(', ')}.`)
  return await withWorlds(config, async worlds => {
    const { keyId, algorithm, secret } = await createOperatorKey(worlds[world])
    console.log(JSON.stringify({ url: `http://${config.host}:${config.port}`, keyId, algorithm, secret }, null, 2))
    return 0
  })
}

async function migrateOnly (config: Config): Promise<number> {
  const applied = await migrate(neededUrl(config))
  console.log(applied.length > 0 ? `Applied ${applied.join(', ')}.` : 'Nothing to apply.')
  return 0
}

async function openapi (_config: Config, _stop: AbortSignal, words: readonly string[]): Promise<number> {
  const text = await printContract()
  if (words.includes('--write')) {
    await writeFile(new URL('../openapi.yaml', import.meta.url), text)
    await writeFile(new URL('../schema.graphql', import.meta.url), await graphForPrinting())
    for (const [name, language] of [['errors.md', 'en'], ['errors.zh-CN.md', 'zh-CN']] as const) {
      await writeFile(new URL(`../docs/${name}`, import.meta.url), printProblemGuide(language))
    }
  } else process.stdout.write(text)
  return 0
}

/** The contract as openapi.yaml holds it. */
export async function printContract (): Promise<string> {
  const app = await appForPrinting()
  await app.ready()
  const text = stringify(app.swagger(), { lineWidth: 0, aliasDuplicateObjects: false })
  await app.close()
  return text
}

async function withWorlds (config: Config, work: (worlds: OpenWorlds) => Promise<number>): Promise<number> {
  const worlds = await openWorlds(
    neededUrl(config), readMasterKeys(neededMasterKey(config)), undefined, callbackRulesOf(config, false), sandboxGatewayOf(config, false)
  )
  try {
    await warnOfConnections(worlds)
    return await work(worlds)
  } finally {
    await Promise.all([worlds.live.close(), worlds.test.close()])
  }
}

async function warnOfConnections (worlds: OpenWorlds): Promise<void> {
  const lacking = await connectionsLacking(worlds)
  if (lacking !== undefined) console.error(`kahub: ${lacking}`)
}

function callbackRulesOf ({ callbackPorts, callbackLoopback }: Config, embedded: boolean): CallbackRules {
  return { ports: callbackPorts, loopback: callbackLoopback ?? embedded }
}

function sandboxGatewayOf ({ sandboxGateway }: Config, embedded: boolean): SandboxGatewayPlace {
  return sandboxGateway ?? embedded ? 'both worlds' : 'test world'
}

function neededUrl ({ databaseUrl }: Config): string {
  if (databaseUrl === undefined) throw new Error('Set DATABASE_URL to the Postgres to use. (npm start alone brings its own.)')
  return databaseUrl
}

function neededMasterKey ({ masterKey }: Config): string {
  if (masterKey === undefined) throw new Error('Set KAHUB_MASTER_KEY: it seals every code and secret. Make one with: npm run main master-key. Keep it safe and apart from the database.')
  return masterKey
}

/** The database of the settings, or an embedded one with a master key in the home. */
async function openGround (config: Config): Promise<Ground> {
  if (config.databaseUrl !== undefined) {
    return { url: config.databaseUrl, masterKeys: readMasterKeys(neededMasterKey(config)), embedded: false, stop: async () => {} }
  }
  const database = await startEmbedded({ home: config.home, log: say, ...(config.postgresBinaries !== undefined && { binaries: config.postgresBinaries }) })
  try {
    const masterKeys = readMasterKeys(config.masterKey ?? await masterKeyFile(config.home))
    return { url: database.url, masterKeys, embedded: true, stop: () => database.stop() }
  } catch (error) {
    await database.stop()
    throw error
  }
}

/** The master key of the embedded default: made once, beside the data it protects, which is why it is for trial only. */
async function masterKeyFile (home: string): Promise<string> {
  const file = join(home, 'master.key')
  try {
    return (await readFile(file, 'utf8')).trim()
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error
  }
  const key = newMasterKey()
  await writeFile(file, key + '\n', { mode: 0o600, flag: 'wx' })
  say(`Made ${file}. It opens every code in this folder's database: for real goods set KAHUB_MASTER_KEY and keep it elsewhere.`)
  return key
}

async function greet (config: Config, { ground, serving, withDemo }: Product): Promise<void> {
  const { url } = serving
  if (withDemo) {
    await tryDemoOrder(config.home, url, say)
    await showDemoLink(config.home, url, say)
  }
  say('')
  say(`kahub serves ${pc.bold(url)}`)
  say(`  guides      ${url}/docs`)
  say(`  reference   ${url}/docs/reference`)
  if (ground.embedded) say(`  GraphiQL    ${url}/graphiql`)
  say(`  health      ${url}/health/ready`)
  say(`  metrics     ${serving.metricsUrl}`)
  if (withDemo) {
    say(`  credentials ${join(config.home, 'demo.json')} (a reseller), ${join(config.home, 'operator.json')} (the operator)`)
    say(`              ${join(config.home, 'demo-approver.json')} (the reseller's second key), ${join(config.home, 'demo-test.json')} (the sandbox)`)
    say('')
    say('Try next, in another terminal:')
    say(`  ${pc.cyan('examples/buy.sh')}                         buy as the demo reseller, with curl and openssl`)
    say(`  ${pc.cyan('node bin/node.cjs examples/buy.ts')}       the same with the SDK`)
    say(`  ${pc.cyan('node bin/node.cjs examples/buying-day.ts')}   a shop's whole buying day`)
    say(`  ${pc.cyan('node bin/node.cjs examples/hosts-evening.mjs')}   a host's evening: link, stream, sales, settlement`)
    say(`  ${pc.cyan('npm run kahub -- lots list')}              what is in stock, as the operator sees it`)
  } else if (ground.embedded) {
    say(`  credentials ${join(config.home, 'operator.json')} (the operator)`)
  } else {
    say(`  ${pc.cyan('npm run main operator-key')}               makes the first operator key, with the same DATABASE_URL and KAHUB_MASTER_KEY`)
  }
  say('Ctrl-C stops everything.')
}

function reportPass (pass: string, error: unknown): void {
  // The message of a database error may quote values; of our own errors only the books' faults are told whole.
  const told = error instanceof UnsoundBooks ? error.message : (error as { code?: string }).code ?? (error as Error).name
  console.error(`kahub: the pass "${pass}" failed and will be tried again: ${told}`)
}

function say (line: string): void {
  console.log(line)
}
