// sqlmap, let loose on the contract: a small proxy signs whatever it sends. A door of our own that is really open proves that it works.
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm } from 'node:fs/promises'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Ending } from '../../bench/ending.ts'
import type { FuzzContext, FuzzResult, FuzzRun } from './run-type.ts'
import { openSigners, type Signers } from './signers.ts'
import { openStage, type Stage } from './stage.ts'

export const sqlmap: FuzzRun = {
  name: 'sqlmap',
  says: 'sqlmap finds no parameter of the contract that reaches SQL, and finds the one that was left open for it',
  run
}

/** How long sqlmap may look at one request, and at how many in all. */
const extents = {
  slice: { secondsMax: 12, targetsMax: 1, techniques: 'BE', level: 1 },
  whole: { secondsMax: 45, targetsMax: 100, techniques: 'BEUSQ', level: 2 }
} as const
const killedAfterMs = 3_000
const saidCharsMax = 1_500
const openDoor = '/open-door'
/** Refusals are answers to go on with, not reasons to stop. */
const ignored = '400,401,403,404,405,406,409,413,415,422,429'

interface Target { readonly name: string, readonly method: 'GET' | 'POST' | 'PATCH', readonly target: string, readonly body?: string }

async function run ({ extent, ending, say }: FuzzContext): Promise<FuzzResult> {
  if (!await isInstalled()) return { tried: 0, faults: [], table: '', leftOut: 'sqlmap is not installed (apt install sqlmap)' }
  const limits = extents[extent]
  const stage = await openStage(ending)
  const proxy = await openProxy(stage, await openSigners(stage), ending)
  const home = await mkdtemp(join(tmpdir(), 'kahub-sqlmap-'))
  ending.add(() => rm(home, { recursive: true, force: true }))
  const faults: string[] = []
  const rows: string[] = []
  const door: Target = { name: 'the open door', method: 'GET', target: `${openDoor}?id=1*` }
  const opened = await look(proxy.url, home, ending, door, { ...limits, secondsMax: extents.whole.secondsMax })
  if (opened.outcome !== 'injectable') faults.push(`the open door was not found: ${opened.outcome}\n${opened.said.slice(-saidCharsMax)}`)
  rows.push(`| a door left open on purpose | ${opened.outcome} | ${proxy.served()} |`)
  for (const target of targetsOf(stage).slice(0, limits.targetsMax)) {
    const before = proxy.served()
    const { outcome, said } = await look(proxy.url, home, ending, target, limits)
    const requests = proxy.served() - before
    say(`${target.name}: ${outcome}, ${requests} requests`)
    rows.push(`| ${target.name} | ${outcome} | ${requests} |`)
    if (outcome === 'injectable') faults.push(`${target.name} ${target.target} ${target.body ?? ''}\n${said.slice(-saidCharsMax)}`)
    if (outcome === 'not looked at' || requests === 0) faults.push(`${target.name} was not looked at\n${said.slice(-saidCharsMax)}`)
  }
  faults.push(...proxy.failures)
  return { tried: proxy.served(), faults, table: ['| request | sqlmap says | requests |', '|---|---|---|', ...rows].join('\n') }
}

/** Requests whose marked places (*) sqlmap fills. */
function targetsOf ({ furniture: { live: { sku, product, order, reseller } } }: Stage): Target[] {
  const document = 'query ($id: ID!, $q: String) { order(id: $id) { id } products(q: $q) { nodes { id } } }'
  const line = `"lines":[{"sku":"${sku}","quantity":1}]`
  return [
    { name: 'products by their words', method: 'GET', target: '/v1/products?q=wallet*&tag=a*&category=cards*&region=CN*' },
    { name: 'orders by reference and number', method: 'GET', target: '/v1/orders?reference=a*&number=1*&state=completed*&cursor=a*' },
    { name: 'an order by its id', method: 'GET', target: `/v1/orders/${order}*` },
    { name: 'a new order', method: 'POST', target: '/v1/orders', body: `{"reference":"sqlmap*",${line}}` },
    { name: 'a new quote', method: 'POST', target: '/v1/quotes', body: `{"reference":"a","lines":[{"sku":"${sku}*","quantity":1}]}` },
    { name: 'prices', method: 'GET', target: `/v1/prices?sku=${sku}*&quantity=1*` },
    {
      name: 'transfers by kind and time',
      method: 'GET',
      target: '/v1/wallets/CNY*/transfers?kind=deposit*&created_from=2026-01-01T00:00:00Z*'
    },
    { name: 'events by their types', method: 'GET', target: '/v1/events?after=0*&types=order.completed*' },
    { name: 'a new host', method: 'POST', target: '/v1/hosts', body: '{"reference":"a*","name":"Ming*","commission_rate":"0.1"}' },
    { name: 'links by slug', method: 'GET', target: '/v1/links?slug=a*&state=active*' },
    { name: 'a page for buyers', method: 'GET', target: '/l/abc*?lang=en*' },
    { name: 'resellers by level', method: 'GET', target: '/admin/v1/resellers?status=active*&level=gold*' },
    { name: 'a renamed product', method: 'PATCH', target: `/admin/v1/products/${product}`, body: '{"name":"Wallet*","tags":["a*"]}' },
    { name: 'a level', method: 'GET', target: `/admin/v1/resellers/${reseller.id}*/orders?reference=a*` },
    { name: 'the graph', method: 'POST', target: '/graphql', body: `{"query":"${document}","variables":{"id":"${order}*","q":"a*"}}` }
  ]
}

interface Look { readonly outcome: 'not injectable' | 'injectable' | 'nothing found in time' | 'not looked at', readonly said: string }
interface Limits { readonly secondsMax: number, readonly techniques: string, readonly level: number }

async function look (url: string, home: string, ending: Ending, { method, target, body }: Target, limits: Limits): Promise<Look> {
  const { secondsMax, techniques, level } = limits
  const words = [
    '-u', url + target, `--method=${method}`, '--batch', '--dbms=PostgreSQL', `--level=${level}`, '--risk=1', `--technique=${techniques}`,
    '--timeout=10', '--retries=0', '--flush-session', '--disable-coloring', `--output-dir=${home}`, `--ignore-code=${ignored}`,
    ...body === undefined ? [] : [`--data=${body}`, '--header=Content-Type: application/json']
  ]
  const child = spawn('sqlmap', words, { stdio: ['ignore', 'pipe', 'pipe'] })
  const forget = ending.add(() => child.kill('SIGKILL'))
  const chunks: string[] = []
  for (const output of [child.stdout, child.stderr]) output.setEncoding('utf8').on('data', (text: string) => chunks.push(text))
  const timer = setTimeout(() => {
    child.kill('SIGINT')
    setTimeout(() => child.kill('SIGKILL'), killedAfterMs).unref()
  }, secondsMax * 1_000)
  await once(child, 'close')
  clearTimeout(timer)
  forget()
  const said = chunks.join('')
  if (/identified the following injection point|is vulnerable/.test(said)) return { outcome: 'injectable', said }
  if (/do(?:es)? not (?:appear|seem) to be injectable/.test(said)) return { outcome: 'not injectable', said }
  return { outcome: /testing/.test(said) ? 'nothing found in time' : 'not looked at', said }
}

interface Proxy { readonly url: string, readonly failures: string[], served (): number }

/** Signs what comes and sends it on; at one address of its own what comes is put into SQL as it is. */
async function openProxy (stage: Stage, signers: Signers, ending: Ending): Promise<Proxy> {
  const failures: string[] = []
  let served = 0
  const server = createServer((request, response) => {
    served++
    void answer(request, response).catch(error => response.writeHead(502).end(String(error)))
  }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  ending.add(() => server.close())
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, failures, served: () => served }

  async function answer (request: IncomingMessage, response: ServerResponse): Promise<void> {
    const target = request.url!
    if (target.startsWith(openDoor)) return await answerOpenDoor(target, response)
    const bodies: Buffer[] = []
    for await (const chunk of request) bodies.push(chunk)
    const body = bodies.length === 0 ? undefined : Buffer.concat(bodies)
    const signer = target.startsWith('/l/') ? undefined : signers.of(target.startsWith('/admin/') ? 'operator' : 'reseller', 'live')
    const headers = body === undefined ? {} : { 'content-type': 'application/json' }
    const told = await stage.wire.send({ method: request.method!, target, headers, body, signer })
    if (told.status >= 500) failures.push(`${told.status} to ${request.method} ${target} ${body ?? ''}`)
    response.writeHead(told.status, { 'content-type': told.type || 'text/plain' }).end(told.text)
  }

  /** The mistake that is looked for: words of an address put into a statement as they are. */
  async function answerOpenDoor (target: string, response: ServerResponse): Promise<void> {
    const id = new URL(target, 'http://x').searchParams.get('id') ?? ''
    try {
      const rows = await stage.house.db.unsafe(`select rank, name from live.levels where rank = ${id}`)
      response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(rows))
    } catch (error) {
      response.writeHead(500, { 'content-type': 'text/plain' }).end(String(error))
    }
  }
}

async function isInstalled (): Promise<boolean> {
  const child = spawn('sqlmap', ['--version'], { stdio: 'ignore' })
  return await new Promise(resolve => {
    child.once('error', () => resolve(false))
    child.once('close', code => resolve(code === 0))
  })
}
