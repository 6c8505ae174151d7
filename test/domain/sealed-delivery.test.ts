// Delivery sealed to the buyer: which keys are taken, that nothing leaves in the clear while one is in use, and that what leaves opens
// with the private half, by an independent implementation (jose) and by the SDK.
import t, { type Test } from 'tap'
import { createHash, generateKeyPairSync, randomBytes } from 'node:crypto'
import { compactDecrypt, CompactEncrypt, exportJWK, generateKeyPair, importJWK, type JWK } from 'jose'
import { Kahub, KahubError, type DecryptionJwk, type DecryptionKeys } from '../../sdk/src/index.ts'
import { concatKdf, fromBase64url } from '../../sdk/src/jwe.ts'
import { sha256 } from '../../sdk/src/sha256.ts'
import { readId } from '../../src/base/ids.ts'
import { deliverLines } from '../../src/domain/orders/deliver-codes.ts'
import { revealStepMax } from '../../src/domain/orders/reveal-codes.ts'
import { openHouse, outcomeOf, type Reseller } from '../support/house.ts'

const house = await openHouse(t)

interface Pair { readonly publicJwk: JWK, readonly privateJwk: JWK & DecryptionJwk }

/** A pair of keys made by jose, as a buyer makes it. */
async function pairOf (alg: string, options: { crv?: string, modulusLength?: number } = {}): Promise<Pair> {
  const { publicKey, privateKey } = await generateKeyPair(alg, { ...options, extractable: true })
  return { publicJwk: await exportJWK(publicKey), privateJwk: await exportJWK(privateKey) as JWK & DecryptionJwk }
}

const x25519 = await pairOf('ECDH-ES', { crv: 'X25519' })
const p256 = await pairOf('ECDH-ES', { crv: 'P-256' })
const rsa = await pairOf('RSA-OAEP-256', { modulusLength: 2048 })

let made = 0
const reference = () => `reference ${++made}`

const registers = (reseller: Reseller, jwk: unknown, name = 'vault') =>
  reseller.send('POST', '/v1/encryption-keys', { body: { reference: reference(), name, jwk } })

const opensWith = ({ credentials }: Reseller, decryptionKeys?: DecryptionKeys) =>
  new Kahub({ ...credentials, decryptionKeys, retriesMax: 0 })

const codesAs = (reseller: Reseller, order: string, accept: string, query = '') =>
  reseller.send('GET', `/v1/orders/${order}/codes${query}`, { headers: { accept } })

/** The lines that were sealed, opened by jose. */
async function openedByJose (t: Test, jwe: string, privateJwk: JWK): Promise<string> {
  const key = await importJWK(privateJwk, privateJwk.kty === 'RSA' ? 'RSA-OAEP-256' : 'ECDH-ES')
  const { plaintext, protectedHeader } = await compactDecrypt(jwe, key)
  t.match(protectedHeader, { enc: 'A256GCM', typ: 'kahub-codes+jwe', cty: 'application/x-ndjson', kid: /^enc_/ })
  return new TextDecoder().decode(plaintext)
}

const secretsIn = (lines: string): string[] => lines.split('\n').filter(line => line !== '').map(line => JSON.parse(line).secret)

t.test('codes sealed to a key of each accepted kind open with jose and with the SDK: in orders, pages, streams and repeats', async t => {
  for (const [kind, { publicJwk, privateJwk }] of Object.entries({ x25519, p256, rsa })) {
    const secrets = Array.from({ length: 2_300 }, (_, n) => `卡-${kind}-${n}-"${randomBytes(5).toString('hex')}"`)
    const sku = await house.sku({ codes: secrets })
    const alice = await house.reseller()
    const { json: key, status } = await registers(alice, publicJwk)
    t.match({ status, ...key }, { status: 201, in_use: true, jwk: { kid: key.id }, retired_at: null })

    const body = { reference: reference(), lines: [{ sku, quantity: 20 }, { sku, quantity: 30 }] }
    const placed = await alice.send('POST', '/v1/orders', { body })
    t.equal(placed.json.sealed_codes.length, 1)
    const inline = await openedByJose(t, placed.json.sealed_codes[0], privateJwk)
    t.same(secretsIn(inline), secrets.slice(0, 50))
    t.same(inline.trim().split('\n').map(line => JSON.parse(line).line), [...Array(20).fill(1), ...Array(30).fill(2)])
    const repeated = await alice.send('POST', '/v1/orders', { body })
    t.equal(repeated.headers['idempotent-replayed'], 'true')
    t.equal(await openedByJose(t, repeated.json.sealed_codes[0], privateJwk), inline)

    const { id } = await alice.places({ sku, quantity: 2_250 })
    const expected = secrets.slice(50)
    const page = (await codesAs(alice, id, 'application/json', '?limit=1000')).json
    t.match(page, { data: [], sealed: { length: 1 }, count: 2_250, next_offset: 1_000 })
    t.same(secretsIn(await openedByJose(t, page.sealed[0], privateJwk)), expected.slice(0, 1_000))

    const lines = (await codesAs(alice, id, 'application/x-ndjson')).text.trim().split('\n').map(line => JSON.parse(line))
    const end = lines.pop()
    t.equal(lines.length, 3, 'a JWE holds up to 1,000 codes')
    const opened = (await Promise.all(lines.map(line => openedByJose(t, line.jwe, privateJwk)))).join('')
    t.same(secretsIn(opened), expected)
    const summed = createHash('sha256').update(opened).digest('hex')
    t.same(end, { end: true, count: 2_250, sha256: summed }, 'counted and summed over what was sealed')

    const kahub = opensWith(alice, [x25519.privateJwk, p256.privateJwk, rsa.privateJwk])
    const again = await kahub.orders.place(body as never)
    t.same(again.lines.map(line => line.codes!.map(code => code.secret.reveal())), [secrets.slice(0, 20), secrets.slice(20, 50)])
    t.notOk('sealed_codes' in again)
    t.same((await kahub.orders.codes(id, { limit: 1_000, offset: 500 })).data.map(code => code.secret.reveal()), expected.slice(500, 1_500))
    t.same((await kahub.orders.streamCodes(id).toArray({ limit: 3_000 })).map(code => code.secret.reveal()), expected)
  }
})

t.test('a key that is private, weak, broken or for something else is refused with the reason, and nothing of it is kept', async t => {
  const alice = await house.reseller()
  const { x, y } = p256.publicJwk as { x: string, y: string }
  const bytes = (length: number, fill = 0) => Buffer.alloc(length, fill)
  const pointOf = (hex: string) => Buffer.from(hex, 'hex').toString('base64url')
  const n = (rsa.publicJwk as { n: string }).n
  const smallRsa = generateKeyPairSync('rsa', { modulusLength: 1024 }).publicKey.export({ format: 'jwk' })
  const evenN = Buffer.from(n, 'base64url')
  evenN[evenN.length - 1]! &= 0xfe
  const okp = (encoded: string) => ({ kty: 'OKP', crv: 'X25519', x: encoded })
  const weak: Record<string, [object, RegExp]> = {
    'of zeros': [okp(bytes(32).toString('base64url')), /small order/],
    'the neutral point': [okp(pointOf('01' + '00'.repeat(31))), /small order/],
    'of order eight': [okp(pointOf('e0eb7a7c3b41b8ae1656e3faf19fc46ada098deb9c32b1fd866205165f49b800')), /small order/],
    'of order eight, the other': [okp(pointOf('5f9c95bca3508c24b1d0b1559c83ef5b04445cc4581c8e86d8224eddd09f1157')), /small order/],
    'p − 1': [okp(pointOf('ec' + 'ff'.repeat(30) + '7f')), /small order/],
    'zero, not canonical': [okp(pointOf('ed' + 'ff'.repeat(30) + '7f')), /canonical/],
    'with the high bit': [okp(bytes(32, 0xff).toString('base64url')), /canonical/],
    short: [okp(bytes(31, 9).toString('base64url')), /32 bytes/],
    padded: [okp(x25519.publicJwk.x! + '='), /base64url/],
    Ed25519: [{ kty: 'OKP', crv: 'Ed25519', x: x25519.publicJwk.x }, /crv must be X25519/],
    X448: [{ kty: 'OKP', crv: 'X448', x: bytes(56, 5).toString('base64url') }, /crv must be X25519/],
    'off the curve': [{ kty: 'EC', crv: 'P-256', x, y: x }, /not a point on the curve/],
    'at infinity': [{ kty: 'EC', crv: 'P-256', x: bytes(32).toString('base64url'), y: bytes(32).toString('base64url') }, /not a point/],
    'beyond the field': [{ kty: 'EC', crv: 'P-256', x: bytes(32, 0xff).toString('base64url'), y }, /not a point/],
    'P-384': [(await pairOf('ECDH-ES', { crv: 'P-384' })).publicJwk, /crv must be P-256/],
    'without y': [{ kty: 'EC', crv: 'P-256', x }, /y is missing/],
    'RSA of 1024 bits': [smallRsa, /has 1024 bits/],
    'RSA of 8200 bits': [{ kty: 'RSA', n: bytes(1025, 0xff).toString('base64url'), e: 'AQAB' }, /has 8200 bits/],
    'an even modulus': [{ kty: 'RSA', n: evenN.toString('base64url'), e: 'AQAB' }, /divisible/],
    'e of 1': [{ kty: 'RSA', n, e: 'AQ' }, /e must be odd/],
    'e of 3': [{ kty: 'RSA', n, e: 'Aw' }, /e must be odd/],
    'an even e': [{ kty: 'RSA', n, e: 'AQAA' }, /e must be odd/],
    'an endless e': [{ kty: 'RSA', n, e: n }, /e must be odd/],
    'for signatures': [{ ...p256.publicJwk, use: 'sig' }, /use must be enc/],
    'to verify': [{ ...p256.publicJwk, key_ops: ['verify'] }, /key_ops/],
    'of another alg': [{ ...p256.publicJwk, alg: 'ES256' }, /alg must be ECDH-ES/],
    'of the old padding': [{ ...rsa.publicJwk, alg: 'RSA1_5' }, /alg must be RSA-OAEP-256/],
    'of an unknown kty': [{ kty: 'AKP', pub: 'AA' }, /kty must be/]
  }
  for (const [says, [jwk, reason]] of Object.entries(weak)) {
    const { status, json } = await registers(alice, jwk)
    t.match({ status, ...json }, { status: 422, code: 'encryption_key_weak', detail: reason, errors: [{ pointer: /^\/jwk\// }] }, says)
  }
  const symmetric = { kty: 'oct', k: randomBytes(32).toString('base64url') }
  const privates = [x25519.privateJwk, p256.privateJwk, rsa.privateJwk, symmetric, { ...x25519.publicJwk, d: null }]
  for (const jwk of privates as JWK[]) {
    const { status, json, text } = await registers(alice, jwk)
    t.match({ status, code: json.code }, { status: 422, code: 'encryption_key_private' }, jwk.kty!)
    for (const name of ['d', 'p', 'q', 'dp', 'dq', 'qi', 'k'] as const) if (typeof jwk[name] === 'string') t.notOk(text.includes(jwk[name]))
  }
  t.same(await house.db`select * from encryption_keys where reseller_id = ${readId('reseller', alice.id)!}`, [])
  const kept = JSON.stringify(await house.db`select to_jsonb(c) from reference_claims c union all select to_jsonb(e) from events e`)
  for (const { privateJwk: { d } } of [x25519, p256, rsa]) t.notOk(kept.includes(d!), 'a private member is stored nowhere')
  t.equal((await registers(alice, 'a string')).code, 'invalid_request')
})

t.test('a stored key has its public members and our id as kid, whatever came with it', async t => {
  const alice = await house.reseller()
  const { json } = await registers(alice, {
    ...rsa.publicJwk, alg: 'RSA-OAEP-256', use: 'enc', key_ops: ['encrypt'], ext: true, kid: 'mine', note: '<script>'
  })
  t.same(json.jwk, { kty: 'RSA', n: rsa.publicJwk.n, e: 'AQAB', kid: json.id })
  t.equal(json.algorithm, 'RSA-OAEP-256')
})

t.test('once a key is registered nothing of what was bought before leaves in the clear either', async t => {
  const secrets = Array.from({ length: 60 }, (_, n) => `PLAIN-${n}-${randomBytes(6).toString('hex')}`)
  const sku = await house.sku({ codes: secrets })
  const alice = await house.reseller()
  const body = { reference: reference(), lines: [{ sku, quantity: 30 }] }
  const { json: order, text } = await alice.send('POST', '/v1/orders', { body })
  t.ok(text.includes(secrets[0]!), 'in the clear before')
  await registers(alice, x25519.publicJwk)
  const answers = [
    await alice.send('POST', '/v1/orders', { body }),
    await alice.send('POST', '/v1/orders', { body: { ...body, reference: reference() } }),
    await alice.send('GET', `/v1/orders/${order.id}`),
    await codesAs(alice, order.id, 'application/json'),
    await codesAs(alice, order.id, 'application/x-ndjson'),
    await codesAs(alice, order.id, 'text/csv'),
    await alice.send('GET', '/v1/encryption-keys')
  ]
  t.same(answers.map(({ status }) => status), [200, 201, 200, 200, 200, 409, 200])
  t.match(answers[5]!.json, { code: 'delivery_sealed', detail: /application\/x-ndjson/ })
  for (const answer of answers) t.notOk(secrets.some(secret => answer.text.includes(secret)))
})

t.test('a stream that is under way when the key is registered is sealed from its next step on', async t => {
  const sku = await house.sku({ codes: revealStepMax + 2_000 })
  const alice = await house.reseller({ balance: '1000000' })
  const { id } = await alice.places({ sku, quantity: revealStepMax + 2_000 })
  const { live } = house.worlds
  const [key] = await house.db<{ id: string }[]>`select id from api_keys where reseller_id = ${readId('reseller', alice.id)!}`
  const by = {
    orderId: readId('order', id)!,
    resellerId: readId('reseller', alice.id)!,
    keyId: key!.id,
    ip: '127.0.0.1',
    nonce: crypto.randomUUID() as never
  }
  const { pieces, count } = await deliverLines(live, by, { first: 0, count: Number.MAX_SAFE_INTEGER })
  t.equal(count, revealStepMax + 2_000)
  let plain = (await pieces.next()).value!.toString()
  await registers(alice, x25519.publicJwk)
  const sealed: string[] = []
  let end
  for await (const piece of pieces) {
    const text = piece.toString()
    if (text.startsWith('{"jwe"')) sealed.push(JSON.parse(text).jwe)
    else if (text.startsWith('{"end"')) end = JSON.parse(text)
    else plain += text
  }
  t.equal(secretsIn(plain).length, revealStepMax, 'the step that was revealed before')
  const opened = (await Promise.all(sealed.map(jwe => openedByJose(t, jwe, x25519.privateJwk)))).join('')
  t.equal(secretsIn(opened).length, 2_000, 'and nothing after it in the clear')
  t.equal(end.sha256, createHash('sha256').update(plain + opened).digest('hex'))
})

t.test('one key is in use: a new one takes its place at once, a retired one stays retired, and each change is an event', async t => {
  const sku = await house.sku({ codes: 10 })
  const alice = await house.reseller()
  const bob = await house.reseller()
  const { encryptionKeys } = alice.kahub
  const body = { reference: 'first', name: 'vault', jwk: x25519.publicJwk as { kty: string } }
  const first = await encryptionKeys.create(body)
  t.same(await encryptionKeys.create(body), first, 'a repeat gives the same key')
  t.equal(await outcomeOf(encryptionKeys.create({ ...body, jwk: p256.publicJwk as { kty: string } })), 'reference_reused')
  const second = await encryptionKeys.create({ ...body, reference: 'second', jwk: p256.publicJwk as { kty: string } })
  t.match(await encryptionKeys.get(first.id), { in_use: false, retired_by: alice.credentials.keyId })
  t.match(await encryptionKeys.create(body), { id: first.id, in_use: false }, 'a repeat gives its present state, and puts nothing back')
  t.same((await encryptionKeys.list()).data.map(key => key.id), [second.id, first.id])
  t.equal(await outcomeOf(bob.kahub.encryptionKeys.get(second.id)), 'not_found')
  t.equal(await outcomeOf(bob.kahub.encryptionKeys.retire(second.id)), 'not_found')

  const order = await alice.places({ sku, quantity: 3 })
  const [jwe] = (order as unknown as { sealed_codes: string[] }).sealed_codes
  await t.rejects(openedByJose(t, jwe!, x25519.privateJwk), 'the retired key opens nothing that is new')
  t.equal(secretsIn(await openedByJose(t, jwe!, p256.privateJwk)).length, 3)

  t.match(await encryptionKeys.retire(second.id), { in_use: false })
  t.match(await encryptionKeys.retire(second.id), { in_use: false })
  t.match(await encryptionKeys.retire(first.id), { in_use: false })
  t.equal((await alice.kahub.orders.codes(order.id)).data.length, 3, 'in the clear again')
  t.match((await alice.places({ sku, quantity: 1 })).lines[0]!.codes, { length: 1 })
  t.ok((await codesAs(alice, order.id, 'text/csv')).text.startsWith('line,'))

  const events = await house.db<{ type: string, data: Record<string, unknown> }[]>`
    select type, data from events where reseller_id = ${readId('reseller', alice.id)!} and type like 'encryption_key.%' order by sequence`
  t.match(events.map(({ type, data }) => [type, data.encryption_key, data.replaced_by]), [
    ['encryption_key.registered', first.id, undefined], ['encryption_key.retired', first.id, second.id],
    ['encryption_key.registered', second.id, undefined], ['encryption_key.retired', second.id, null]
  ])
})

t.test('keys registered at the same time leave one in use', async t => {
  const alice = await house.reseller()
  const answers = await Promise.all(Array.from({ length: 8 }, (_, n) => registers(alice, n % 2 ? x25519.publicJwk : p256.publicJwk)))
  t.same(answers.map(({ status }) => status), Array(8).fill(201))
  const keys = (await alice.kahub.encryptionKeys.list({ limit: 100 })).data
  t.equal(keys.filter(key => key.in_use).length, 1)
  t.equal(keys.length, 8)
})

t.test('the SDK names the key that is missing, leaves orders sealed for who has none, and opens nothing that was changed', async t => {
  const sku = await house.sku({ codes: 30 })
  const alice = await house.reseller()
  const { json: key } = await registers(alice, x25519.publicJwk)
  const lines = [{ sku, quantity: 2 }]
  const keyless = opensWith(alice)
  const order = await keyless.orders.place({ reference: 'sealed', lines })
  t.equal(order.sealed_codes!.length, 1, 'an order is no error, and another process may open it')
  t.equal(order.lines[0]!.codes, undefined)

  const named = { name: 'DecryptionError', code: 'decryption_failed', message: new RegExp(key.id) }
  const failure = (call: PromiseLike<unknown>) => call.then(() => undefined, error => error as KahubError)
  t.match(await failure(keyless.orders.codes(order.id)), named)
  t.match(await failure(keyless.orders.streamCodes(order.id).toArray({ limit: 9 })), named)
  const other = await pairOf('ECDH-ES', { crv: 'X25519' })
  for (const keys of [[], [p256.privateJwk], [other.privateJwk], [{ ...x25519.privateJwk, kid: 'enc_other' }], () => undefined]) {
    const wrong = opensWith(alice, keys)
    t.match(await failure(wrong.orders.codes(order.id)), named)
    const placing = wrong.orders.place({ reference: 'sealed', lines })
    t.match(await failure(placing), { ...named, reference: 'sealed', message: /The order stands/ })
  }
  const asked: string[] = []
  const finds = opensWith(alice, async kid => { asked.push(kid); return x25519.privateJwk })
  t.equal((await finds.orders.codes(order.id)).data.length, 2)
  t.equal((await finds.orders.codes(order.id)).data.length, 2)
  t.same(asked, [key.id], 'a key is asked for once')
  t.equal((await opensWith(alice, [{ ...x25519.privateJwk, kid: key.id }]).orders.codes(order.id)).data.length, 2)
  const { x, d } = x25519.privateJwk
  const imported = await crypto.subtle.importKey('jwk', { kty: 'OKP', crv: 'X25519', x: x!, d: d! }, 'X25519', false, ['deriveBits'])
  t.equal((await opensWith(alice, () => imported).orders.codes(order.id)).data.length, 2)
  t.equal((await finds.request<{ sealed: string[] }>('GET', `/v1/orders/${order.id}/codes`)).sealed.length, 1, 'raw access gives what came')
  for (const wrong of ['no', [x25519.publicJwk], [null]]) t.throws(() => opensWith(alice, wrong as never), { code: 'argument_invalid' })

  // A proxy in between that changes, swaps or drops what is sealed.
  const parts = order.sealed_codes![0]!.split('.')
  const flipped = (part: string) => part.slice(0, -4) + (part.at(-4) === 'A' ? 'B' : 'A') + part.slice(-3)
  const foreign = await new CompactEncrypt(new TextEncoder().encode('{"line":1}\n'))
    .setProtectedHeader({ alg: 'ECDH-ES', enc: 'A128GCM', kid: key.id })
    .encrypt(await importJWK(x25519.publicJwk, 'ECDH-ES'))
  const changes = {
    DecryptionError: [2, 3, 4].map(i => parts.map((part, at) => at === i ? flipped(part) : part).join('.')),
    AnswerError: ['', 'a.b.c', parts.slice(0, 4).join('.'), `${parts[0]}.!.${parts.slice(2).join('.')}`, foreign]
  }
  for (const [name, jwes] of Object.entries(changes)) {
    for (const jwe of jwes) {
      const fetch = async () => Response.json({ data: [], sealed: [jwe], count: 2, next_offset: null })
      const kahub = new Kahub({ ...alice.credentials, fetch, decryptionKeys: [x25519.privateJwk], retriesMax: 0 })
      t.match(await failure(kahub.orders.codes(order.id)), { name }, jwe.slice(-20))
    }
  }
  const dropped = new Kahub({
    ...alice.credentials,
    decryptionKeys: [x25519.privateJwk],
    fetch: async () => Response.json({ data: [], sealed: [], count: 2, next_offset: null })
  })
  t.match(await failure(dropped.orders.codes(order.id)), { name: 'AnswerError', message: /2 codes/ })
})

t.test('the SDK agrees on keys as RFC 7518 appendix C says', async t => {
  const secret = Uint8Array.from([
    158, 86, 217, 29, 129, 113, 53, 211, 114, 131, 66, 131, 191, 132, 38, 156, 251, 49, 110, 163, 218, 128, 106, 72, 246, 218, 167, 121,
    140, 254, 144, 196
  ])
  const [apu, apv] = ['QWxpY2U', 'Qm9i'].map(fromBase64url)
  const key = await concatKdf(secret, { algorithm: 'A128GCM', bits: 128, apu: apu!, apv: apv! })
  t.equal(Buffer.from(key).toString('base64url'), 'VqqN6vgjbSBcIijNcacQGg')
})

t.test('the SDK sums what comes in pieces as one', async t => {
  t.equal(sha256().hex(), 'e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855', 'FIPS 180-4: of nothing')
  for (const length of [1, 55, 56, 63, 64, 65, 119, 120, 127, 128, 1_000, 100_003]) {
    const bytes = randomBytes(length)
    const digest = sha256()
    for (let at = 0; at < length;) {
      const step = 1 + Math.floor(Math.random() * 150)
      digest.update(bytes.subarray(at, at + step))
      at += step
    }
    t.equal(digest.hex(), createHash('sha256').update(bytes).digest('hex'), `${length} bytes`)
  }
})

t.test('the books hold', t => house.proves(t))
