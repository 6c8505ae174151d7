// The receivers in examples/ as a newcomer runs them: they take what this house sends, and refuse what is forged.
import t, { type Test } from 'tap'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import { createServer as createHttpServer } from 'node:http'
import { connect } from 'node:net'
import { setTimeout as pause } from 'node:timers/promises'
import { fileURLToPath, pathToFileURL } from 'node:url'
import { webhooks } from '../../sdk/src/index.ts'
import { readId } from '../../src/base/ids.ts'
import { fanOut } from '../../src/domain/callbacks/fan-out.ts'
import { openSender } from '../../src/outgoing/send-callback.ts'
import { openDelivering } from '../../src/workers/deliver.ts'
import { freePort } from '../support/free-port.ts'
import { openHouse, type Reseller } from '../support/house.ts'

const root = fileURLToPath(new URL('../../', import.meta.url))
const rules = { ports: [443], loopback: true }
const house = await openHouse(t, { callbackRules: rules })
const { live } = house.worlds
const sku = await house.sku({ codes: 50 })
const sender = openSender({ rules })
t.teardown(() => sender.close())
const delivering = openDelivering(live, { sender })

interface Receiver {
  readonly url: string
  /** What it said so far. */
  said (): string
}

for (const name of ['node', 'fastify', 'express']) {
  t.test(`the receiver with ${name} takes a real callback once it is verified, and refuses a forged one`, async t => {
    const alice = await house.reseller()
    const port = await freePort()
    const endpoint = await alice.kahub.endpoints.create({ url: `http://127.0.0.1:${port}/`, signatures: ['v1'] })
    const receiver = await startReceiver(t, name, port, endpoint.secret!)
    await proves(t, receiver, alice, endpoint.id)
    await alice.kahub.endpoints.rotateSecret(endpoint.id, { overlap_seconds: 0 })
    await alice.kahub.endpoints.test(endpoint.id)
    t.match(await delivered(alice, endpoint.id), { state: 'due', last_status: 401 }, 'signed with another secret')
  })
}

t.test('the receiver with fetch takes a real callback by public key, and refuses a forged one and another’s', async t => {
  const [alice, bob] = [await house.reseller(), await house.reseller()]
  const port = await freePort()
  const url = `http://127.0.0.1:${port}/`
  const endpoint = await alice.kahub.endpoints.create({ url, signatures: ['v1a'] })
  const receiver = await serveFetch(t, port, { publicKeys: `${house.url}/.well-known/jwks.json`, endpoint: endpoint.id })
  await proves(t, receiver, alice, endpoint.id)
  const other = await bob.kahub.endpoints.create({ url, signatures: ['v1a'] })
  await bob.kahub.endpoints.test(other.id)
  t.match(await delivered(bob, other.id), { state: 'due', last_status: 401 }, 'signed with our key, for another')
})

async function proves (t: Test, receiver: Receiver, reseller: Reseller, endpointId: string): Promise<void> {
  const order = await reseller.places({ sku, quantity: 1 })
  const delivery = await delivered(reseller, endpointId)
  t.match(delivery, { state: 'delivered', type: 'order.completed', attempts: 1, last_status: 204 })
  while (!receiver.said().includes(order.id)) await pause(5)
  t.match(receiver.said(), delivery.type)

  const { request } = await reseller.kahub.deliveries.get(delivery.id)
  const forged = await webhooks.signForTest(JSON.parse(request!.body), { secret: webhooks.newSecret() })
  const before = receiver.said().length
  const now = String(Math.floor(Date.now() / 1000))
  for (const [says, headers] of Object.entries({
    'signed with another secret': forged.headers,
    'without a signature': { 'content-type': 'application/json', 'webhook-id': delivery.id, 'webhook-timestamp': now },
    'without any header': {}
  })) {
    const { status } = await fetch(receiver.url, { method: 'POST', headers, body: forged.body })
    t.ok(status >= 400 && status < 500, `${says}: ${status}`)
  }
  t.notMatch(receiver.said().slice(before), order.id, 'and does nothing with it')
}

/** The newest delivery of an endpoint, after one attempt. */
async function delivered (reseller: Reseller, endpointId: string) {
  while ((await fanOut(live.callbackDb)).more);
  await house.db`update endpoints set next_due_at = now(), resume_at = '-infinity' where id = ${readId('endpoint', endpointId)!}`
  await delivering.untilIdle()
  return (await reseller.kahub.deliveries.list({ endpoint: endpointId, limit: 1 })).data[0]!
}

/** A folder in which the package of the SDK is this repository's. */
function folderWith (t: Test, code: string): string {
  return t.testdir({
    'receiver.mjs': code,
    node_modules: {
      '@kahub': {
        sdk: {
          'package.json': JSON.stringify({ name: '@kahub/sdk', type: 'module', exports: './index.js' }),
          'index.js': `export * from ${JSON.stringify(pathToFileURL(`${root}sdk/src/index.ts`).href)}\n`
        }
      }
    }
  })
}

async function startReceiver (t: Test, name: string, port: number, secret: string): Promise<Receiver> {
  const folder = folderWith(t, readFileSync(`${root}examples/webhooks-${name}.mjs`, 'utf8'))
  const child = spawn(process.execPath, ['receiver.mjs'], {
    cwd: folder, env: { ...process.env, NODE_OPTIONS: '', PORT: String(port), WEBHOOK_SECRET: secret }, stdio: ['ignore', 'pipe', 'ignore']
  })
  t.teardown(async () => {
    const exited = once(child, 'exit')
    child.kill()
    await exited
  })
  let said = ''
  child.stdout.setEncoding('utf8').on('data', text => { said += text })
  while (!await isOpen(port)) await pause(20)
  return { url: `http://127.0.0.1:${port}/`, said: () => said }
}

/** The handler as a runtime that speaks fetch would serve it, with the addresses of this house. */
async function serveFetch (t: Test, port: number, own: { readonly publicKeys: string, readonly endpoint: string }): Promise<Receiver> {
  const example = readFileSync(`${root}examples/webhooks-fetch.mjs`, 'utf8')
  const code = example.replace('https://api.example.com/.well-known/jwks.json', own.publicKeys).replace(/ep_0{26}/, own.endpoint)
  const { default: handler } = await import(pathToFileURL(`${folderWith(t, code)}/receiver.mjs`).href) as {
    default: { fetch (request: Request): Promise<Response> }
  }
  let said = ''
  const { log, warn } = console
  console.log = (...words: unknown[]) => { said += JSON.stringify(words) }
  console.warn = () => {}
  const server = createHttpServer(async (request, response) => {
    const headers = Object.entries(request.headers).map(([header, value]): [string, string] => [header, String(value)])
    const body = Buffer.concat(await request.toArray())
    const answer = await handler.fetch(new Request(`http://127.0.0.1:${port}${request.url}`, { method: 'POST', headers, body }))
    response.writeHead(answer.status).end()
  }).listen(port, '127.0.0.1')
  await once(server, 'listening')
  t.teardown(() => {
    Object.assign(console, { log, warn })
    server.closeAllConnections()
    server.close()
  })
  return { url: `http://127.0.0.1:${port}/`, said: () => said }
}

async function isOpen (port: number): Promise<boolean> {
  const socket = connect(port, '127.0.0.1')
  return await new Promise(resolve => {
    socket.once('connect', () => resolve(true)).once('error', () => resolve(false))
  }).finally(() => socket.destroy()) as boolean
}
