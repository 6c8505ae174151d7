// Receivers with the SDK: genuine callbacks are unwrapped, everything else is refused with its reason; ours and the official
// Standard Webhooks library agree both ways.
import t from 'tap'
import { execFile, spawn } from 'node:child_process'
import { generateKeyPairSync, randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { Webhook } from 'standardwebhooks'
import { CallbackError, webhooks, type UnwrapOptions } from '../../sdk/src/index.ts'
import { eventMeanings } from '../../schema/rest/events.ts'
import { eventTypes } from '../../schema/vocabulary.ts'
import { signCallback } from '../../src/base/callback-signature.ts'
import { waitsMs } from '../../src/domain/callbacks/retry-schedule.ts'
import { freePort } from '../support/free-port.ts'

const root = fileURLToPath(new URL('../../', import.meta.url))
const bytes = randomBytes(32)
const secret = `whsec_${bytes.toString('base64')}`
const { privateKey, publicKey } = generateKeyPairSync('ed25519')
const jwk = { ...publicKey.export({ format: 'jwk' }), kid: 'one' } as { kty: string, crv: string, x: string, kid: string }
const event = { id: 'evt_1', type: 'endpoint.test', timestamp: '2026-11-21T00:00:00.000Z', endpoint: 'ep_1', sequence: 7, event_sequence: 9, data: { endpoint: 'ep_1', state: 'enabled' } }
const body = JSON.stringify(event)
const nowS = 1_800_000_000
const now = nowS * 1000

function headersOf (signature: string, { id = 'dlv_1', timestamp = nowS } = {}) {
  return { 'webhook-id': id, 'webhook-timestamp': String(timestamp), 'webhook-signature': signature }
}

function signed (signers: { secrets?: readonly Buffer[], privateKey?: typeof privateKey }, of = { id: 'dlv_1', timestamp: nowS, body }) {
  return signCallback(of, { secrets: [], ...signers })
}

async function reasonOf (raw: string | Uint8Array, headers: Record<string, string | undefined>, options: UnwrapOptions = { secrets: secret }) {
  return await webhooks.unwrap(raw, headers, { now, ...options }).then(() => 'genuine', error => {
    if (error instanceof CallbackError) return error.reason
    throw error
  })
}

t.test('what kahub signs is unwrapped, by secret, by several, by public key, from text or bytes', async t => {
  const other = `whsec_${randomBytes(32).toString('base64')}`
  const v1 = headersOf(signed({ secrets: [bytes] }))
  const v1a = headersOf(signed({ privateKey }))
  t.same(await webhooks.unwrap(body, v1, { secrets: secret, now }), event)
  t.same(await webhooks.unwrap(Buffer.from(body), v1, { secrets: [other, secret], now }), event)
  t.same(await webhooks.unwrap(body, new Headers(v1), { secrets: [secret], now }), event)
  t.same(await webhooks.unwrap(body, v1a, { publicKeys: { keys: [jwk] }, endpoints: 'ep_1', now }), event)
  t.equal(await reasonOf(body, headersOf(signed({ secrets: [randomBytes(32), bytes], privateKey }))), 'genuine', 'one that fits is enough')
  t.equal(await reasonOf(body, { 'Webhook-Id': 'dlv_1', 'Webhook-Timestamp': String(nowS), 'Webhook-Signature': v1['webhook-signature'] }), 'genuine')
  const callback = await webhooks.unwrap(body, v1, { secrets: secret, now })
  if (callback.type === 'endpoint.test') t.equal(callback.data.endpoint, 'ep_1', 'typed by its type')
})

t.test('whatever is not genuine is refused with its reason', async t => {
  const good = signed({ secrets: [bytes] })
  const v1a = signed({ privateKey })
  const endpoints = ['ep_0', 'ep_1']
  const flipped = good.replace(/,(.)/, (_, first: string) => `,${first === 'A' ? 'B' : 'A'}`)
  const cases: Readonly<Record<string, readonly [string, Promise<string>]>> = {
    'no headers': ['headers_missing', reasonOf(body, {})],
    'no id': ['headers_missing', reasonOf(body, { ...headersOf(good), 'webhook-id': undefined })],
    'a time that is none': ['timestamp_malformed', reasonOf(body, { ...headersOf(good), 'webhook-timestamp': '1e9' })],
    'five minutes and a second old': ['too_old', reasonOf(body, headersOf(signed({ secrets: [bytes] }, { id: 'dlv_1', timestamp: nowS - 301, body }), { timestamp: nowS - 301 }))],
    'five minutes old': ['genuine', reasonOf(body, headersOf(signed({ secrets: [bytes] }, { id: 'dlv_1', timestamp: nowS - 300, body }), { timestamp: nowS - 300 }))],
    'of the future': ['in_future', reasonOf(body, headersOf(signed({ secrets: [bytes] }, { id: 'dlv_1', timestamp: nowS + 301, body }), { timestamp: nowS + 301 }))],
    'another body': ['signature_wrong', reasonOf(body + ' ', headersOf(good))],
    'another id': ['signature_wrong', reasonOf(body, headersOf(good, { id: 'dlv_2' }))],
    'another time': ['signature_wrong', reasonOf(body, headersOf(good, { timestamp: nowS - 1 }))],
    'another secret': ['signature_wrong', reasonOf(body, headersOf(good), { secrets: `whsec_${randomBytes(32).toString('base64')}` })],
    'a byte of the signature': ['signature_wrong', reasonOf(body, headersOf(flipped))],
    'half the signature': ['signature_wrong', reasonOf(body, headersOf(good.slice(0, 20)))],
    'no base64': ['signature_wrong', reasonOf(body, headersOf('v1,%%%'))],
    'an unknown version': ['signature_wrong', reasonOf(body, headersOf(good.replace('v1,', 'v9,')))],
    'a v1 signature under the name of v1a': ['signature_wrong', reasonOf(body, headersOf(good.replace('v1,', 'v1a,')), { publicKeys: { keys: [jwk] }, endpoints })],
    'only v1a, and only a secret': ['signature_wrong', reasonOf(body, headersOf(v1a))],
    'v1a of a stranger': ['signature_wrong', reasonOf(body, headersOf(signed({ privateKey: generateKeyPairSync('ed25519').privateKey })), { publicKeys: { keys: [jwk] }, endpoints })],
    'v1a, sent to another’s endpoint': ['endpoint_unknown', reasonOf(body, headersOf(v1a), { publicKeys: { keys: [jwk] }, endpoints: ['ep_2'] })],
    'v1, sent to another’s endpoint': ['endpoint_unknown', reasonOf(body, headersOf(good), { secrets: secret, endpoints: [] })],
    'signed, and no JSON': ['body_unreadable', reasonOf('no', headersOf(signed({ secrets: [bytes] }, { id: 'dlv_1', timestamp: nowS, body: 'no' })))],
    'the right one is the 21st': ['signature_wrong', reasonOf(body, headersOf('v1,AAAA '.repeat(20) + good))]
  }
  for (const [says, [reason, found]] of Object.entries(cases)) t.equal(await found, reason, says)
  await t.rejects(webhooks.unwrap(JSON.parse(body), headersOf(good), { secrets: secret }), { code: 'argument_invalid' }, 'a parsed body')
  await t.rejects(webhooks.unwrap(body, headersOf(good), { now }), { code: 'argument_invalid' }, 'nothing to verify with')
  await t.rejects(webhooks.unwrap(body, headersOf(v1a), { publicKeys: { keys: [jwk] }, now }), { code: 'argument_invalid' }, 'the key of all alone')
  await t.rejects(webhooks.unwrap(body, headersOf(good), { secrets: 'whsec_x', now }), { code: 'argument_invalid' }, 'a secret that is none')
})

t.test('public keys are fetched once, and again when no key fits, not more often', async t => {
  let fetched = 0
  let keys = [{ ...jwk, x: (generateKeyPairSync('ed25519').publicKey.export({ format: 'jwk' }) as { x: string }).x }]
  const publicKeys = webhooks.publicKeysAt('https://kahub.example.com/.well-known/jwks.json', {
    fetch: async () => { fetched++; return Response.json({ keys }) }
  })
  const headers = headersOf(signed({ privateKey }))
  for (let i = 0; i < 5; i++) t.equal(await reasonOf(body, headers, { publicKeys, endpoints: 'ep_1' }), 'signature_wrong')
  t.equal(fetched, 1, 'forgeries fetch nothing')
  keys = [jwk]
  const fresh = webhooks.publicKeysAt('https://kahub.example.com/', { fetch: async () => { fetched++; return Response.json({ keys }) } })
  for (let i = 0; i < 5; i++) t.equal(await reasonOf(body, headers, { publicKeys: fresh, endpoints: 'ep_1' }), 'genuine')
  t.equal(fetched, 2)
  const broken = webhooks.publicKeysAt('https://kahub.example.com/', { fetch: async () => new Response('no', { status: 503 }) })
  await t.rejects(webhooks.unwrap(body, headers, { publicKeys: broken, endpoints: 'ep_1', now }), /503/)
  for (const url of ['http://kahub.example.com/', 'http://127.0.0.1.example.com/', 'data:application/json,{"keys":[]}', 'jwks.json']) {
    t.throws(() => webhooks.publicKeysAt(url), { code: 'argument_invalid' }, url)
  }
  t.ok(webhooks.publicKeysAt('http://127.0.0.1:8080/.well-known/jwks.json'))
})

t.test('a public key that is no longer shown is good for a day at most, unless nothing is shown at all', async t => {
  const { now: realNow } = Date
  t.teardown(() => { Date.now = realNow })
  const later = (days: number) => { Date.now = () => realNow() + days * 86_400_001 }
  let shown: Response | undefined = Response.json({ keys: [jwk] })
  const publicKeys = webhooks.publicKeysAt('https://kahub.example.com/', { fetch: async () => shown ?? Promise.reject(new Error('down')) })
  const reason = () => reasonOf(body, headersOf(signed({ privateKey })), { publicKeys, endpoints: 'ep_1' })
  t.equal(await reason(), 'genuine')
  shown = undefined
  later(1)
  t.equal(await reason(), 'genuine', 'kahub is not to be reached')
  shown = Response.json({ keys: [] })
  t.equal(await reason(), 'genuine', 'not asked again at once')
  later(2)
  t.equal(await reason(), 'signature_wrong')
})

t.test('the official library verifies ours, and ours verifies its', async t => {
  const official = new Webhook(secret)
  const timestamp = Math.floor(Date.now() / 1000)
  t.same(official.verify(body, headersOf(signed({ secrets: [bytes], privateKey }, { id: 'dlv_1', timestamp, body }), { timestamp })), event, 'the server’s')
  const test = await webhooks.signForTest(event, { secret })
  t.same(official.verify(test.body, test.headers), event, 'the test signer’s')
  const theirs = official.sign('dlv_1', new Date(now), body)
  t.equal(await reasonOf(body, headersOf(theirs)), 'genuine')
  for (let i = 0; i < 50; i++) {
    const text = JSON.stringify({ ...event, data: { text: randomBytes(i).toString('latin1') + '卡密🎁' } })
    const id = `dlv_${i}`
    t.equal(await reasonOf(text, headersOf(official.sign(id, new Date(now), text), { id })), 'genuine')
    t.ok(official.verify(text, headersOf(signed({ secrets: [bytes] }, { id, timestamp, body: text }), { id, timestamp })))
  }
})

t.test('what the test signer signs is genuine, and a new secret is one', async t => {
  const own = webhooks.newSecret()
  const { body, headers } = await webhooks.signForTest(event, { secret: own })
  t.same(await webhooks.unwrap(body, headers, { secrets: own }), event)
})

const docs = readFileSync(`${root}docs/callbacks.md`, 'utf8')
const receivers = {
  'examples/webhooks-node.mjs': [`${root}examples/webhooks-node.mjs`],
  'docs/callbacks.md': ['--input-type=module', '-e', /```js[^\n]*\n(.*?)```/s.exec(docs)![1]!]
}

for (const [name, words] of Object.entries(receivers)) {
  t.test(`the receiver of ${name} takes what is genuine, and nothing else`, async t => {
    const port = await freePort()
    const child = spawn(process.execPath, words, {
      env: { ...process.env, PORT: String(port), WEBHOOK_SECRET: secret }, stdio: ['ignore', 'pipe', 'inherit']
    })
    t.teardown(async () => {
      const exited = once(child, 'exit')
      child.kill()
      await exited
    })
    const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]()
    await lines.next()
    const { body, headers } = await webhooks.signForTest(event, { secret, id: 'dlv_1' })
    const posts = (text: string, sent: Record<string, string>) => fetch(`http://127.0.0.1:${port}/`, { method: 'POST', headers: sent, body: text }).then(answer => answer.status)
    t.equal(await posts(body, headers), 204)
    t.match((await lines.next()).value, 'endpoint.test')
    t.equal(await posts(body, headers), 204, 'again: it is not asked for more often')
    t.equal(await posts(body + ' ', headers), 401)
    t.equal(await posts(body, {}), 401)
    const late = await webhooks.signForTest(event, { secret, timestamp: Math.floor(Date.now() / 1000) - 3_600 })
    t.equal(await posts(late.body, late.headers), 401, 'an old one')
  })
}

t.test('docs/callbacks.md has every type of event, and the schedule that is kept', async t => {
  for (const type of eventTypes) t.ok(docs.includes(`| \`${type}\` | ${eventMeanings[type]} |`), type)
  const shown = waitsMs.map(ms => ms === 0 ? 'at once' : ms < 60_000 ? `${ms / 1000} s` : ms < 3_600_000 ? `${ms / 60_000} min` : `${ms / 3_600_000} h`)
  t.ok(docs.includes(`| after | ${shown.join(' | ')} |`), shown.join(', '))
})

t.test('every example of a receiver is valid JavaScript', async t => {
  for (const name of ['node', 'fastify', 'express', 'fetch']) {
    await t.resolves(promisify(execFile)(process.execPath, ['--check', `${root}examples/webhooks-${name}.mjs`]), name)
  }
})
