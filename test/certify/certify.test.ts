// The certificate's teeth: the good shop passes every scenario, the careless one is caught in each, and so is each single mistake that
// is planted in the good one.
import t, { type Test } from 'tap'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { createServer, type Server } from 'node:http'
import type { Readable } from 'node:stream'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { Kahub, type CreateEndpointBody, type KahubOptions } from '../../sdk/src/index.ts'
import { sandboxFaults } from '../../schema/vocabulary.ts'
import { certifyShop, type Certificate } from '../../src/cli/certify/certify-shop.ts'
import { findingKinds, type FindingCode } from '../../src/cli/certify/findings.ts'
import type { Limits } from '../../src/cli/certify/play.ts'
import { scenarios } from '../../src/cli/certify/scenarios.ts'
import { startWorkers } from '../../src/compose.ts'
import { freePort } from '../support/free-port.ts'
import { openHouse } from '../support/house.ts'
import { openCarelessShop } from './careless-shop.ts'
import { defects, type Defect } from './defects.ts'

const root = join(import.meta.dirname, '..', '..')
const limits = { toldMsMax: 16_000, callbackMsMax: 16_000, quietMs: 1_000, lookEveryMs: 100 }
const variantsAtOnce = 8
const quiet = '--disable-warning=ExperimentalWarning'
let made = 0

t.setTimeout(230_000)
const folder = await mkdtemp(join(tmpdir(), 'kahub-certify-'))
t.teardown(() => rm(folder, { recursive: true, force: true }))
const house = await openHouse(t, { callbackRules: { ports: [443], loopback: true } })
const workers = startWorkers(house.worlds, (pass, error) => { throw new Error(`${pass}: ${String(error)}`) })
t.teardown(() => workers.stop())
await stockGoods()
const goodText = (await readFile(join(root, 'examples/shop/shop.mjs'), 'utf8'))
  .replace("'@kahub/sdk'", JSON.stringify(pathToFileURL(join(root, 'sdk/src/index.ts')).href))

type OpenShop = (means: { readonly kahub: Kahub, readonly secret: string, readonly file: string }) => { readonly server: Server }

t.test('the good shop passes everything', async t => {
  const { certificate } = await certified(t, await shopOf(goodText))
  for (const { id, result, findings, reason } of certificate.scenarios) {
    t.equal(result, 'passed', `${id} ${JSON.stringify(findings)} ${reason ?? ''}`)
  }
  t.match(certificate, { certificate: 'kahub', passed: scenarios.length, failed: 0, not_tried: 0, kahub: { url: house.url } })
})

const carelessness: Readonly<Record<string, FindingCode>> = {
  purchase_repeated: 'double_order',
  timeout_before_commit: 'reference_changed',
  timeout_after_commit: 'double_order',
  reset_before_commit: 'reference_changed',
  reset_after_commit: 'double_order',
  error_before_commit: 'gave_up',
  error_after_commit: 'order_lost',
  unavailable: 'gave_up',
  rate_limited: 'too_soon',
  slow_answer: 'double_order',
  out_of_stock: 'told_delivered',
  insufficient_balance: 'told_delivered',
  partial_stock: 'partial_as_whole',
  price_change: 'price_unguarded',
  supplier_unknown: 'undecided_as_failed',
  order_cancelled: 'undecided_as_failed',
  callback: 'codes_twice',
  callback_duplicate: 'codes_twice',
  callback_replayed: 'codes_twice',
  callback_late: 'codes_twice',
  callback_out_of_order: 'codes_twice',
  callback_forged: 'forged_accepted',
  callback_stale: 'stale_accepted'
}

t.test('the careless shop is caught in every scenario that it can be careless in', async t => {
  const { certificate } = await certified(t, openCarelessShop, { options: { retriesMax: 0 } })
  for (const [id, code] of Object.entries(carelessness)) {
    const codes = codesOf(certificate, id)
    t.ok(codes.includes(code), `${id}: ${code} among ${codes.join(', ')}`)
  }
  // It takes no quotes, so that none can expire.
  t.same(scenarios.map(({ id }) => id).filter(id => !(id in carelessness)), ['purchase', 'quote_expiry'])
})

t.test('each single mistake is caught by the scenario that is there for it', async t => {
  const waiting = Object.entries(defects)
  await Promise.all(Array.from({ length: variantsAtOnce }, async () => {
    for (let next = waiting.shift(); next; next = waiting.shift()) {
      const [name, defect] = next
      const { finds, passes = [], options } = defect
      const { certificate } = await certified(t, await shopOf(planted(name, defect)), { options, only: [...Object.keys(finds), ...passes] })
      for (const [id, code] of Object.entries(finds)) {
        const codes = codesOf(certificate, id)
        t.ok(codes.includes(code), `a shop that ${name}: ${id} finds ${code} among ${codes.join(', ')}`)
      }
      for (const id of passes) t.same(codesOf(certificate, id), [], `a shop that ${name}: ${id} finds nothing`)
    }
  }))
})

t.test('no scenario and no finding is without a shop that it catches', async t => {
  const caught = [...Object.values(defects).map(({ finds }) => finds), carelessness]
  const withoutMistake = scenarios.filter(({ id }) => !Object.values(defects).some(({ finds }) => id in finds))
  t.same(withoutMistake, [], 'each scenario has its mistake')
  const withoutScenario = sandboxFaults.filter(fault => !scenarios.some(scenario => scenario.fault === fault))
  t.same(withoutScenario, [], 'each fault of the sandbox has its scenario')
  const found = new Set<string>(caught.flatMap(finds => Object.values(finds)))
  t.same(Object.keys(findingKinds).filter(code => !found.has(code)).sort(), ['callback_missing', 'order_missing', 'shop_unreadable'])
})

t.test('the guide tells of every scenario and every finding, in both languages', async t => {
  for (const name of ['certify.md', 'certify.zh-CN.md']) {
    const told = new Set([...(await readFile(join(root, 'docs', name), 'utf8')).matchAll(/`(\w+)`/g)].map(([, word]) => word))
    t.same([...scenarios.map(({ id }) => id), ...Object.keys(findingKinds)].filter(word => !told.has(word)), [], name)
  }
  const guides = new Set(Object.values(findingKinds).map(({ guide }) => guide))
  for (const guide of guides) t.ok((await readFile(join(root, 'docs', `${guide}.md`), 'utf8')).length > 0, guide)
})

t.test('a shop that bought nothing here, or says nothing that can be read, is told so and asked no more', async t => {
  const cases = [
    ['{"state":"delivered","codes":["A","B"],"paid":"20"}', 'order_missing'],
    ['{"state":"failed"}', 'order_missing'],
    ['{"state":"done"}', 'shop_unreadable'],
    ['{"state":"delivered","codes":[1]}', 'shop_unreadable'],
    ['{"state":"delivered","paid":"much"}', 'shop_unreadable'],
    ['<html>', 'shop_unreadable'],
    ['x'.repeat(2 ** 21), 'shop_unreadable']
  ] as const
  await Promise.all(cases.map(async ([answer, code]) => {
    const shop: OpenShop = () => ({
      server: createServer(({ method, url }, response) => {
        const known = method === 'GET' && !url!.includes('is-it-there')
        response.writeHead(known || method === 'POST' ? 200 : 404).end(known ? answer : '')
      })
    })
    const { certificate } = await certified(t, shop, { more: { toldMsMax: 300 } })
    t.same(codesOf(certificate, 'purchase'), [code], answer.slice(0, 60))
    t.match(certificate, { passed: 0, failed: 1, not_tried: scenarios.length - 1 })
  }))
})

t.test('an endpoint that is told nothing of orders is found', async t => {
  const given: Given = { types: ['wallet.deposited'], only: ['callback'], more: { callbackMsMax: 1_500 } }
  const { certificate } = await certified(t, await shopOf(goodText), given)
  t.same(codesOf(certificate, 'callback'), ['callback_missing'])
})

t.test('the command prints what was found, and ends with what scripts can tell', async t => {
  const key = join(folder, 'key.json')
  const careless = await openFor(t, openCarelessShop, { retriesMax: 0 })
  await writeFile(key, JSON.stringify(careless.credentials))
  const out = join(folder, 'certificate.json')
  const only = ['--only', 'purchase,error_after_commit']

  const failed = await kahub(['certify', careless.url, '--key', key, ...only, '--out', out])
  t.equal(failed.code, 1)
  t.match(failed.out, /^✗ error_after_commit +500, and the order was made/m)
  t.match(failed.out, /done +It is done, and the answer is 500/)
  t.match(failed.out, /expected +The same again with the same reference/)
  t.match(failed.out, /seen +The goods were delivered .* the customer got nothing: the shop says failed; kahub has the order/)
  t.match(failed.out, new RegExp(`do +An error is no answer.* ${house.url}/docs/idempotency`))
  t.match(failed.out, /kahub certificate: [01] of 2 passed/)
  const written = JSON.parse(await readFile(out, 'utf8'))
  t.match(written, { certificate: 'kahub', shop: careless.url, scenarios: [{ id: 'purchase' }, { id: 'error_after_commit', result: 'failed' }] })

  const list = await kahub(['certify', '--list', '--json'])
  t.same(JSON.parse(list.out).map(({ id }: { id: string }) => id), scenarios.map(({ id }) => id), 'the list needs no key')
  const typo = await kahub(['certify', careless.url, '--key', key, '--only', 'timeout'])
  t.equal(typo.code, 2)
  t.match(typo.err, /no scenario timeout/)
  t.equal((await kahub(['certify', '--key', key])).code, 2)
  const nobody = await kahub(['certify', `http://127.0.0.1:${await freePort()}`, '--key', key])
  t.equal(nobody.code, 1)
  t.match(nobody.err, /no shop that can be certified: ECONNREFUSED/)
  const elsewhere = await kahub(['certify', careless.url, '--key', key, '--endpoint', 'ep_00000000000000000000000000'])
  t.match(elsewhere.err, /no enabled endpoint ep_0/)
})

t.test('a live key is refused before anything is sent', async t => {
  const live = await house.reseller()
  const key = join(folder, 'live.json')
  await writeFile(key, JSON.stringify({ ...live.credentials, url: 'http://127.0.0.1:1' }))
  const refused = await kahub(['certify', 'http://127.0.0.1:1', '--key', key])
  t.equal(refused.code, 2, 'it did not so much as try to reach the server')
  t.match(refused.err, /is not a test key/)
  // A key that only looks like one is told by its world.
  const asked: string[] = []
  const liar = new Kahub({
    ...live.credentials,
    fetch: async (url, init) => {
      asked.push(url)
      return await fetch(url, init)
    }
  })
  Object.defineProperty(liar, 'keyId', { value: 'key_test_0' })
  const certifying = certifyShop(liar, { shopUrl: 'http://127.0.0.1:1', callbacks: true, stop: new AbortController().signal })
  await t.rejects(certifying, { message: /key of the live world/ })
  t.same(asked, [`${house.url}/v1/me`])
})

t.test('the sample shop starts as its guide says, and is certified by the command', async t => {
  const { credentials } = await house.reseller({ world: 'test', balance: '1000000' })
  const place = await mkdtemp(join(folder, 'start-'))
  await writeFile(join(place, 'key.json'), JSON.stringify(credentials))
  const port = await freePort()
  const hook = `data:text/javascript,${encodeURIComponent(`import { registerHooks } from 'node:module'
    const sdk = ${JSON.stringify(pathToFileURL(join(root, 'sdk/src/index.ts')).href)}
    registerHooks({ resolve: (name, context, next) => name === '@kahub/sdk' ? { url: sdk, shortCircuit: true } : next(name, context) })`)}`
  const words = [join(root, 'examples/shop/start.mjs'), join(place, 'key.json'), String(port), place]
  const shop = spawn(process.execPath, [quiet, '--import', hook, ...words], { stdio: ['ignore', 'pipe', 'inherit'] })
  t.teardown(async () => {
    shop.kill()
    await once(shop, 'exit')
  })
  t.match(String((await once(shop.stdout, 'data'))[0]), /the shop is open/)
  const { secret } = JSON.parse(await readFile(join(place, 'shop-endpoint.json'), 'utf8'))
  const certify = ['certify', `http://127.0.0.1:${port}`, '--key', join(place, 'key.json')]
  const only = ['--only', 'purchase,reset_after_commit,callback_forged,callback_stale']
  const passed = await kahub([...certify, '--secret', secret, ...only, '--json'])
  t.equal(passed.code, 0, passed.err)
  t.match(JSON.parse(passed.out), { passed: 4, failed: 0, not_tried: 0 })
  t.match(passed.err, /✓ reset_after_commit/, 'progress goes beside the answer')
  const kept = await kahub([...certify, '--no-callbacks', '--only', 'purchase,callback'])
  t.match(kept.out, /– callback +not tried: callbacks are left out/)
  t.match(kept.out, /1 of 1 passed \(1 not tried\)/)
})

t.test('books and stock hold after all of it', async t => {
  await house.proves(t)
})

interface Given {
  readonly only?: readonly string[]
  /** Of the shop’s client. */
  readonly options?: Partial<KahubOptions> | undefined
  /** What its endpoint takes. */
  readonly types?: CreateEndpointBody['types']
  readonly more?: Partial<Limits>
}

/** Opens a shop for a reseller of its own, and certifies it. */
async function certified (
  t: Test, open: OpenShop, { only, options, types, more }: Given = {}
): Promise<{ readonly certificate: Certificate }> {
  const { url, credentials, secret } = await openFor(t, open, options, types)
  const { signal: stop } = new AbortController()
  const wish = { shopUrl: url, only, callbacks: true, secret, limits: { ...limits, ...more }, atOnce: 30, stop }
  return { certificate: await certifyShop(new Kahub(credentials), wish) }
}

async function openFor (t: Test, open: OpenShop, options?: Partial<KahubOptions>, types?: CreateEndpointBody['types']) {
  const { kahub, credentials } = await house.reseller({ world: 'test', balance: '1000000' })
  const url = `http://127.0.0.1:${await freePort()}`
  const { secret } = await kahub.endpoints.create({ url: `${url}/kahub`, types })
  const client = new Kahub({ ...credentials, timeoutMs: 1_500, ...options } as KahubOptions)
  const { server } = open({ kahub: client, secret: secret!, file: join(folder, `${credentials.keyId}.json`) })
  server.listen(Number(new URL(url).port), '127.0.0.1')
  await once(server, 'listening')
  t.teardown(() => {
    server.close()
    server.closeAllConnections()
  })
  return { url, credentials, secret: secret! }
}

function codesOf ({ scenarios }: Certificate, id: string): readonly string[] {
  const { result, reason, findings } = scenarios.find(one => one.id === id)!
  return result === 'not_tried' ? [`not tried: ${reason}`] : findings.map(({ code }) => code)
}

/** The program of a shop, as a module of its own. */
async function shopOf (text: string): Promise<OpenShop> {
  const file = join(folder, `shop-${++made}.mjs`)
  await writeFile(file, text.replaceAll(/console\.(warn|error)/g, 'void '))
  return (await import(pathToFileURL(file).href) as { openShop: OpenShop }).openShop
}

function planted (name: string, { instead }: Defect): string {
  return instead.reduce((text, [words, other]) => {
    const times = text.split(words).length - 1
    if (times !== 1) throw new Error(`${name}: ${words} stands ${times} times in examples/shop/shop.mjs`)
    return text.replace(words, () => other)
  }, goodText)
}

async function kahub (words: readonly string[]): Promise<{ readonly code: number, readonly out: string, readonly err: string }> {
  const env = { PATH: process.env.PATH, NO_COLOR: '1', KAHUB_HOME: join(folder, 'nowhere') }
  const child = spawn(process.execPath, [quiet, join(root, 'src/cli/kahub.ts'), ...words], { env, stdio: ['ignore', 'pipe', 'pipe'] })
  const [out, err, [code]] = await Promise.all([textOf(child.stdout), textOf(child.stderr), once(child, 'exit')])
  return { code: code as number, out, err }
}

async function textOf (stream: Readable): Promise<string> {
  return Buffer.concat(await stream.toArray()).toString()
}

/** A catalogue as the demo's: goods without a fault, and goods for each. */
async function stockGoods (): Promise<void> {
  for (let i = 0; i < 4; i++) await house.sku({ world: 'test', codes: 500 })
  const { admin } = house.operators.test
  for (const fault of sandboxFaults) {
    const product = await admin.products.create({ reference: fault, name: fault, kind: 'code', issuer: 'steam', tags: [`fault:${fault}`] })
    await house.sku({ world: 'test', product: product.id, codes: 500 })
  }
}
