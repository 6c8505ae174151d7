// Whatever is wrong with a request has its code, its status and its shape, and changes nothing: every case is held against a
// digest of all rows before and after it. A case is a sentence, the code it must meet, and how to get there.
import t, { type Test } from 'tap'
import { generateKeyPairSync } from 'node:crypto'
import { once } from 'node:events'
import { connect } from 'node:net'
import { Kahub } from '../../sdk/src/index.ts'
import { problems, type ProblemCode } from '../../schema/problems.ts'
import { bodyBytesMax } from '../../src/api/app.ts'
import { failuresPerMinutePerAddress } from '../../src/api/key-rates.ts'
import { newId, readId, showId } from '../../src/base/ids.ts'
import { appForPrinting, serve } from '../../src/compose.ts'
import { partBytesMax } from '../../src/domain/stock/import.ts'
import { contractJudge } from '../support/contract.ts'
import { fingerprintOf } from '../support/fingerprint.ts'
import { openHouse, type Answer, type House, type Tamper } from '../support/house.ts'
import { openLine, type Line } from '../support/open-line.ts'

type Send = () => Promise<Answer>
type Cases = Readonly<Record<string, readonly [ProblemCode, Send, ...detail: RegExp[]]>>

const judge = contractJudge()
const house = await openHouse(t, { hear: judge.hear })
const sku = await house.sku({ codes: 40 })
const alice = await house.reseller({ balance: '300' })
const bob = await house.reseller()
const operator = house.operators.live

/** An order of one code, but for what the case says. */
function orders (body: object = {}, tamper: Tamper = {}, headers: Record<string, string> = {}): Send {
  return () => alice.send('POST', '/v1/orders', { body: { reference: 'refused', lines: [{ sku, quantity: 1 }], ...body }, tamper, headers })
}

function ordersText (text: string | Uint8Array): Send {
  return () => alice.send('POST', '/v1/orders', { body: text })
}

function ordersQuantity (json: string): Send {
  return ordersText(`{"reference":"refused","lines":[{"sku":"${sku}","quantity":${json}}]}`)
}

function gets (target: string, tamper: Tamper = {}): Send {
  return () => alice.send('GET', target, { tamper })
}

async function refuses (t: Test, house: House, cases: Cases): Promise<void> {
  const before = await fingerprintOf(house.db)
  for (const [says, [code, send, detail]] of Object.entries(cases)) {
    const answer = await send()
    refused(t, says, answer, code)
    if (detail) t.match(JSON.stringify(answer.json), detail, `${says}: it says what is wrong`)
    t.same(await fingerprintOf(house.db), before, `${says}: nothing changed`)
  }
}

/** RFC 9457, with the members that every refusal of ours has. */
function refused (t: Test, says: string, { status, headers, json }: Answer, code: ProblemCode): void {
  const { status: expected, title, titleZh, ...kind } = problems[code]
  const retryable = 'retryable' in kind
  t.match({ status, ...json }, {
    status: expected, code, title, title_zh: titleZh, retryable, type: `/problems#${code}`, detail: /^.{10,}[.!]$/s
  }, `${says}: ${code}`)
  t.equal(json.request_id, headers['request-id'], `${says}: the request id is in header and body`)
  t.match(headers['request-id'], /^req_[\w-]{8,40}$/)
  t.equal(headers['content-type'], 'application/problem+json')
  t.equal(headers['cache-control'], 'no-store')
  t.equal(headers['retry-after'] !== undefined, expected === 429 || expected === 503, `${says}: Retry-After where waiting helps`)
  t.equal(headers['www-authenticate'] !== undefined, expected === 401)
}

const nowS = () => Math.floor(Date.now() / 1000)
const unsigned: Tamper = { headersAfter: { signature: null, 'signature-input': null } }
const unknownKey = 'key_live_0000000000000000'

t.test('what is not signed as it must be is refused before anything else is looked at', async t => {
  const twice = (name: 'signature' | 'signature-input'): Tamper => ({
    headersAfter: signed => ({ [name]: [signed[name]!, signed[name]!.replace('sig1', 'sig2')] })
  })
  await refuses(t, house, {
    unsigned: ['signature_missing', orders({}, unsigned)],
    'unsigned, of a type we do not take': ['signature_missing',
      orders({}, { headersAfter: { ...unsigned.headersAfter, 'content-type': 'text/plain' } })
    ],
    'unsigned and not JSON': ['signature_missing', () => alice.send('POST', '/v1/orders', { body: '{', tamper: unsigned })],
    'unsigned and too large': ['signature_missing',
      () => alice.send('POST', '/v1/orders', { body: 'x'.repeat(bodyBytesMax + 1), tamper: unsigned })
    ],
    'unsigned at an operator’s address': ['signature_missing', () => alice.send('GET', '/admin/v1/books', { tamper: unsigned })],
    'without Signature': ['signature_missing', orders({}, { headersAfter: { signature: null } })],
    'without Signature-Input': ['signature_missing', orders({}, { headersAfter: { 'signature-input': null } })],
    'with a signature that is no dictionary': ['signature_malformed', orders({}, { headersAfter: { signature: 'sig1' } })],
    'with two values of Signature': ['signature_malformed', orders({}, twice('signature'))],
    'with two values of Signature-Input': ['signature_malformed', orders({}, twice('signature-input'))],
    'with two signatures': ['signature_malformed', orders({}, {
      headersAfter: signed => ({
        signature: `${signed.signature}, ${signed.signature!.replace('sig1', 'sig2')}`,
        'signature-input': `${signed['signature-input']}, ${signed['signature-input']!.replace('sig1', 'sig2')}`
      })
    })],
    'with an algorithm we do not know': ['signature_malformed', orders({}, {
      headersAfter: signed => ({ 'signature-input': signed['signature-input']!.replace('hmac-sha256', 'rsa-pss-sha512') })
    })],
    'without a nonce': ['signature_malformed', orders({}, {
      headersAfter: signed => ({ 'signature-input': signed['signature-input']!.replace(/;nonce="[^"]*"/, '') })
    })],
    'too old': ['signature_expired', orders({}, { created: nowS() - 301 })],
    'too old, by an unknown key': ['signature_expired', orders({}, { created: nowS() - 301, keyId: unknownKey })],
    'from the future': ['signature_in_future', orders({}, { created: nowS() + 60 })],
    'from the future, with a wrong secret': ['signature_in_future', orders({}, { created: nowS() + 60, secret: 'khs_wrong' })],
    'by an unknown key': ['signature_invalid', orders({}, { keyId: unknownKey })],
    'by a key id of no world': ['signature_invalid', orders({}, { keyId: 'somebody' })],
    'by another’s key id': ['signature_invalid', orders({}, { keyId: bob.credentials.keyId })],
    'with a wrong secret': ['signature_invalid', orders({}, { secret: 'khs_wrong' })],
    'for another method': ['signature_invalid', () => alice.send('GET', `/v1/keys/${alice.credentials.keyId}`, {
      tamper: { methodAfter: 'DELETE' }
    })],
    'for another path': ['signature_invalid', gets('/v1/wallets', { targetAfter: '/v1/orders' })],
    'for another query': ['signature_invalid', gets('/v1/orders?limit=1', { targetAfter: '/v1/orders?limit=2' })],
    'for a query written otherwise': ['signature_invalid', gets('/v1/orders?reference=a', { targetAfter: '/v1/orders?reference=%61' })],
    'without the method': ['signature_insufficient', gets('/v1/orders', { components: ['@path', '@query'] }), /@method/],
    'without the path': ['signature_insufficient', gets('/v1/orders', { components: ['@method', '@query'] })],
    'without the query': ['signature_insufficient', gets('/v1/orders?limit=1', { components: ['@method', '@path'] })],
    'without the digest': ['signature_insufficient', orders({}, { components: ['@method', '@path', '@query'] }), /content-digest/],
    'without the Idempotency-Key it carries': ['signature_insufficient',
      orders({}, { headersAfter: { 'idempotency-key': 'refused' } }),
      /idempotency-key/
    ],
    'without the Kahub-Version it carries': ['signature_insufficient',
      gets('/v1/orders', { headersAfter: { 'kahub-version': '2026-11-21' } }),
      /kahub-version/
    ],
    'with a body and no digest': ['digest_missing', orders({}, { digest: null })],
    'with a chunked body and no digest': ['digest_missing', orders({}, { digest: null, chunked: true })],
    'with a digest that cannot be read': ['digest_malformed', orders({}, { digest: 'sha-256=abc' })],
    'with a digest of an algorithm we do not take': ['digest_malformed', orders({}, { digest: 'md5=:1B2M2Y8AsgTpgAmY7PhCfg==:' })],
    'with a digest of another body': ['digest_mismatch', orders({}, { digest: 'sha-256=:47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=:' })],
    'with another body than the signed one': ['digest_mismatch', orders({}, {
      bodyAfter: JSON.stringify({ reference: 'refused', lines: [{ sku, quantity: 2 }] })
    })],
    'with a body added to an empty one': ['digest_missing', () => alice.send('POST', `/v1/keys/${alice.credentials.keyId}/rotate`, {
      tamper: { bodyAfter: '{"reference":"refused"}', headersAfter: { 'content-type': 'application/json' } }
    })],
    'a GET with a body': ['body_not_allowed', () => alice.send('GET', '/v1/orders', { body: { limit: 1 } })],
    'a GET with a chunked body': ['body_not_allowed',
      () => alice.send('GET', '/v1/orders', { body: { limit: 1 }, tamper: { chunked: true } })
    ],
    'an unknown version': ['version_unknown', () => alice.send('GET', '/v1/me', { headers: { 'kahub-version': '2020-01-01' } })]
  })
})

t.test('an unknown key, a wrong secret and a revoked key with a wrong secret are told the same, byte for byte', async t => {
  const revoked = await bob.withKey({})
  await bob.kahub.keys.revoke(revoked.credentials.keyId)
  const told = async (tamper: Tamper) => {
    const { status, headers, json } = await alice.send('GET', '/v1/me', { tamper })
    const { date, 'request-id': id, ...others } = headers
    t.ok(date && id)
    return JSON.stringify({ status, others, body: { ...json, request_id: '' } })
  }
  const wrong = await told({ secret: 'khs_wrong' })
  t.equal(await told({ keyId: unknownKey }), wrong)
  t.equal(await told({ keyId: revoked.credentials.keyId, secret: 'khs_wrong' }), wrong)

  const { publicKey, privateKey } = generateKeyPairSync('ed25519')
  const { kty, crv, x, d } = privateKey.export({ format: 'jwk' }) as Record<'kty' | 'crv' | 'x' | 'd', string>
  const signing = await operator.admin.resellerKeys.create(alice.id, {
    reference: 'ed25519', name: 'ed25519', algorithm: 'ed25519', scopes: ['orders:read'], public_key: { kty, crv, x }
  })
  t.equal(signing.secret, null)
  t.same(await new Kahub({ url: house.url, keyId: signing.id, privateKey: { kty, crv, x, d } }).me.ping(), { pong: true })
  const publicBytes = publicKey.export({ format: 'der', type: 'spki' }).toString('base64')
  t.equal(await told({ keyId: signing.id, secret: publicBytes }), wrong, 'an ed25519 key is no secret to make an HMAC with')
  refused(t, 'that it is revoked is told to who can sign with it', await revoked.send('GET', '/v1/me'), 'key_revoked')
})

t.test('a key that may not is refused once its signature holds', async t => {
  const expired = await bob.withKey({ expiresAt: new Date(Date.now() + 3_600_000).toISOString() })
  const foreign = await bob.withKey({ ipAllow: ['203.0.113.7', '2001:db8::/48'] })
  const reader = await bob.withKey({ scopes: ['orders:read'] })
  const buyer = await bob.withKey({ scopes: ['orders:write'] })
  const suspended = await house.reseller()
  await house.operator.resellers.update(suspended.id, { status: 'suspended' })
  await house.db`update api_keys set expires_at = now() - interval '1 minute' where id = ${expired.credentials.keyId}`
  await house.db`update snapshots set version = version + 1 where name = 'keys'`
  await house.worlds.live.refresh()
  const order = { reference: 'refused', lines: [{ sku, quantity: 1 }] }
  await refuses(t, house, {
    expired: ['key_expired', () => expired.send('POST', '/v1/orders', { body: order })],
    'expired, with a wrong secret': ['signature_invalid',
      () => expired.send('POST', '/v1/orders', { body: order, tamper: { secret: 'khs_wrong' } })
    ],
    'from a foreign address': ['ip_not_allowed', () => foreign.send('POST', '/v1/orders', { body: order })],
    'from a foreign address that it names itself': ['ip_not_allowed',
      () => foreign.send('GET', '/v1/me', { headers: { 'x-forwarded-for': '203.0.113.7' } })
    ],
    'without the scope': ['scope_missing', () => reader.send('POST', '/v1/orders', { body: order }), /orders:write/],
    'inline without codes:read': ['scope_missing',
      () => buyer.send('POST', '/v1/orders', { body: { ...order, deliver: 'inline' } }),
      /codes:read/
    ],
    'a reseller at an operator’s address': ['scope_missing', () => bob.send('GET', '/admin/v1/books')],
    'an operator at a reseller’s address': ['scope_missing', () => operator.send('POST', '/v1/orders', { body: order })],
    'of a suspended reseller': ['reseller_suspended', () => suspended.send('POST', '/v1/orders', { body: order })]
  })
  const { codes } = (await buyer.kahub.orders.place(order)).lines[0]!
  t.equal(codes, undefined, 'a key without codes:read buys and sees no code')
})

t.test('an order is judged by the keys and the prices in force, though nobody here has heard of them', async t => {
  for (const time of ['once', 'again', 'and again']) {
    const dearer = await house.sku({ price: '10', codes: 1 })
    const key = await bob.withKey({})
    t.equal((await key.send('GET', '/v1/me')).status, 200)
    // Nobody is told; the version alone says that what is in memory is old.
    await house.db`
      with raised as (update snapshots set version = version + 1 where name = 'prices')
      update price_rules set amount = 200000 where sku_id = ${readId('sku', dearer)!}`
    t.match(await bob.places({ sku: dearer, quantity: 1 }), { total: '20.00' }, `the new price, ${time}`)
    await house.db`
      with raised as (update snapshots set version = version + 1 where name = 'keys')
      update api_keys set revoked_at = now() where id = ${key.credentials.keyId}`
    const body = { reference: `revoked ${time}`, lines: [{ sku, quantity: 1 }] }
    t.equal((await key.send('POST', '/v1/orders', { body })).code, 'key_revoked', `the revoked key, ${time}`)
  }
})

t.test('a request that was captured is not carried out again, not even by another process', async t => {
  const other = await serve(house.worlds, { host: '127.0.0.1', port: 0, metricsPort: 0, trustProxy: false, logger: false })
  t.teardown(() => other.close())
  const tamper = { nonce: 'captured-once', created: nowS() }
  const body = { reference: 'captured', lines: [{ sku, quantity: 1 }] }
  t.equal((await alice.send('POST', '/v1/orders', { body, tamper })).status, 201)
  const order = (await alice.kahub.orders.list({ reference: 'captured' })).data[0]!
  const codes = `/v1/orders/${order.id}/codes`
  const fetching = { nonce: 'captured-codes', created: nowS() }
  t.equal((await alice.send('GET', codes, { tamper: fetching })).status, 200)
  const deposit = { amount: { amount: '5', currency: 'CNY' }, reason: 'captured', reference: 'captured' }
  const paying = { nonce: 'captured-deposit', created: nowS() }
  const deposits = `/admin/v1/resellers/${alice.id}/deposits`
  t.equal((await operator.send('POST', deposits, { body: deposit, tamper: paying })).status, 201)
  const poor = await house.reseller({ balance: '0' })
  const wish = { reference: 'captured', lines: [{ sku, quantity: 1 }] }
  const wishing = { nonce: 'captured-refused', created: nowS() }
  t.equal((await poor.send('POST', '/v1/orders', { body: wish, tamper: wishing })).code, 'insufficient_balance')
  await house.operator.deposits.create(poor.id, { ...deposit, amount: { amount: '500', currency: 'CNY' }, reference: 'rich' })
  const elsewhere = alice.at(other.url)
  await refuses(t, house, {
    'a refused order when there is money for it, elsewhere': ['nonce_reused', () => poor.at(other.url).send('POST', '/v1/orders', { body: wish, tamper: wishing })],
    'an order again': ['nonce_reused', () => alice.send('POST', '/v1/orders', { body, tamper })],
    'an order again, elsewhere': ['nonce_reused', () => elsewhere.send('POST', '/v1/orders', { body, tamper })],
    'codes again, elsewhere': ['nonce_reused', () => elsewhere.send('GET', codes, { tamper: fetching })],
    'a deposit again': ['nonce_reused', () => operator.send('POST', deposits, { body: deposit, tamper: paying })]
  })
  const [reveals] = await house.db<{ count: bigint }[]>`
    select count(*) from reveals r join orders o on o.id = r.order_id where o.reference = 'captured'`
  t.equal(reveals!.count, 2n, 'and nothing was revealed by it')
})

t.test('a body is one JSON value that everybody reads alike', async t => {
  const nested = (depth: number) => `{"reference":"refused","lines":${'['.repeat(depth)}${']'.repeat(depth)}}`
  const line = `{"sku":"${sku}","quantity":1}`
  await refuses(t, house, {
    'cut off': ['malformed_json', ordersText('{"reference":"refused"')],
    'with a comma too many': ['malformed_json', ordersText(`{"reference":"refused","lines":[${line},]}`)],
    'with a comment': ['malformed_json', ordersText(`{"reference":"refused",/* */"lines":[${line}]}`)],
    'with two values': ['malformed_json', ordersText('{}{}')],
    'with a byte order mark': ['malformed_json', ordersText(`\ufeff{"reference":"refused","lines":[${line}]}`), /byte order mark/],
    'not UTF-8': ['malformed_json', ordersText(Buffer.from(`{"reference":"r\xe9fused","lines":[${line}]}`, 'latin1')), /UTF-8/],
    'in UTF-16': ['malformed_json', ordersText(Buffer.from(`{"lines":[${line}]}`, 'utf16le'))],
    'with half a surrogate pair': ['malformed_json', ordersText(`{"reference":"\\ud800","lines":[${line}]}`)],
    'nested too deeply': ['malformed_json', ordersText(nested(40)), /nested/],
    'nested without end': ['malformed_json', ordersText(nested(20_000))],
    'with a number beyond a double': ['malformed_json', ordersQuantity('1e400')],
    'with NaN': ['malformed_json', ordersQuantity('NaN')],
    'with Infinity': ['malformed_json', ordersQuantity('-Infinity')],
    'with a hexadecimal number': ['malformed_json', ordersQuantity('0x10')],
    'with a leading zero': ['malformed_json', ordersQuantity('01')],
    'with a name twice': ['duplicate_json_key', ordersText(`{"reference":"refused","lines":[${line}],"lines":[]}`), /lines/],
    'with a name twice in a line': ['duplicate_json_key',
      ordersText(`{"reference":"refused","lines":[{"sku":"${sku}","quantity":1,"quantity":2}]}`),
      /quantity/
    ],
    'with a name twice, once escaped': ['duplicate_json_key',
      ordersText(`{"reference":"refused","lines":[{"sku":"${sku}","quantity":1,"\\u0071uantity":2}]}`)
    ],
    'with __proto__': ['forbidden_json_key', ordersText(`{"reference":"refused","lines":[${line}],"__proto__":{"fill":"partial"}}`)],
    'with __proto__ in a line': ['forbidden_json_key', ordersText(`{"lines":[{"sku":"${sku}","quantity":1,"__proto__":null}]}`)],
    'with constructor.prototype': ['forbidden_json_key',
      ordersText(`{"reference":"refused","lines":[${line}],"constructor":{"prototype":{}}}`)
    ],
    'nothing at all': ['invalid_request', () => alice.send('POST', '/v1/orders')],
    null: ['invalid_request', ordersText('null')],
    'a list': ['invalid_request', ordersText('[]')],
    'a text': ['invalid_request', ordersText('"order"')]
  })
})

t.test('what does not fit the contract is named by a pointer', async t => {
  const lines = (count: number) => Array.from({ length: count }, () => ({ sku, quantity: 1 }))
  await refuses(t, house, {
    'an unknown member': ['invalid_request', orders({ discount: '0.5' }), /"pointer":"\/discount"/],
    'an unknown member of a line': ['invalid_request',
      orders({ lines: [{ sku, quantity: 1, price: '0.01' }] }),
      /"pointer":"\/lines\/0\/price"/
    ],
    'no lines': ['invalid_request', orders({ lines: [] }), /"pointer":"\/lines"/],
    'lines that are no list': ['invalid_request', orders({ lines: { sku, quantity: 1 } })],
    'lines left out': ['invalid_request', orders({ lines: undefined }), /"pointer":"\/lines","detail":"is missing"/],
    '501 lines': ['invalid_request', orders({ lines: lines(501) })],
    'a quantity of zero': ['invalid_request', ordersQuantity('0'), /"pointer":"\/lines\/0\/quantity"/],
    'a negative quantity': ['invalid_request', ordersQuantity('-1')],
    'a negative zero': ['invalid_request', ordersQuantity('-0')],
    'half a code': ['invalid_request', ordersQuantity('1.5')],
    'nearly one code': ['invalid_request', ordersQuantity('0.9999999999999999')],
    'a quantity as text': ['invalid_request', ordersQuantity('"3"')],
    'a quantity of null': ['invalid_request', ordersQuantity('null')],
    'a quantity of true': ['invalid_request', ordersQuantity('true')],
    'a quantity in a list': ['invalid_request', ordersQuantity('[1]')],
    'a million and one': ['invalid_request', ordersQuantity('1000001')],
    '2^31': ['invalid_request', ordersQuantity('2147483648')],
    '2^53+1': ['invalid_request', ordersQuantity('9007199254740993')],
    '1e308': ['invalid_request', ordersQuantity('1e308')],
    'an id of something else': ['invalid_request', orders({ lines: [{ sku: sku.replace('sku', 'prd'), quantity: 1 }] })],
    'an id in capitals': ['invalid_request', orders({ lines: [{ sku: sku.toUpperCase(), quantity: 1 }] })],
    'a fill we do not know': ['invalid_request', orders({ fill: 'most' }), /all_or_nothing, partial/],
    'a max_total that is a number': ['invalid_request', orders({ max_total: { amount: 100, currency: 'CNY' } })],
    'a max_total below zero': ['invalid_request', orders({ max_total: { amount: '-1', currency: 'CNY' } })],
    'a max_total with an exponent': ['invalid_request', orders({ max_total: { amount: '1e3', currency: 'CNY' } })],
    'a max_total with five decimals': ['invalid_request', orders({ max_total: { amount: '1.00001', currency: 'CNY' } })],
    'a max_total of thirteen digits': ['invalid_request', orders({ max_total: { amount: '1000000000000', currency: 'CNY' } })],
    'a currency we do not hold': ['invalid_request', orders({ max_total: { amount: '1', currency: 'XAU' } })],
    'an unknown parameter': ['invalid_request', gets('/v1/orders?page=2'), /page/],
    'a page of nothing': ['invalid_request', gets('/v1/orders?limit=0'), /limit/],
    'a page of 101': ['invalid_request', gets('/v1/orders?limit=101')],
    'a page below nothing': ['invalid_request', gets('/v1/orders?limit=-1')],
    'a page of one and a half': ['invalid_request', gets('/v1/orders?limit=1.5')],
    'a page of many': ['invalid_request', gets('/v1/orders?limit=many')],
    'two page sizes': ['invalid_request', gets('/v1/orders?limit=1&limit=2')],
    'an order number of text': ['invalid_request', gets('/v1/orders?number=one')],
    'an order id that is none': ['invalid_request', gets('/v1/orders/1')],
    'codes from before the first': ['invalid_request', gets(`/v1/orders/${showId('order', newId())}/codes?offset=-1`)],
    '201 SKUs in an address': ['invalid_request', gets(`/v1/stock?${Array(201).fill('sku=x').join('&')}`)],
    '501 SKUs in a body': ['invalid_request', () => alice.send('POST', '/v1/stock/query', { body: { skus: Array(501).fill('x') } })],
    'a time that does not exist': ['invalid_request', gets('/v1/wallets/CNY/transfers?created_from=2026-02-30T00:00:00Z')],
    'a time before the year 1': ['invalid_request', gets('/v1/wallets/CNY/transfers?created_from=0000-01-01T00:00:00Z')],
    'a time after the year 9999': ['invalid_request', gets('/v1/wallets/CNY/transfers?created_from=9999-12-31T23:59:59-23:59')],
    'an order number beyond 2^53': ['invalid_request', gets('/v1/orders?number=99999999999999999999'), /number/],
    'a product number beyond 2^53': ['invalid_request', gets('/v1/products?number=1e30')],
    'a page of more than there are numbers': ['invalid_request', gets('/v1/orders?limit=1e400')],
    'a place in the codes below any number': ['invalid_request', gets(`/v1/orders/${showId('order', newId())}/codes?offset=-1e400`)],
    'a currency of no wallet': ['not_found', gets('/v1/wallets/JPY/transfers')]
  })
  const thousand = await house.sku({ codes: 1_003, price: '0.01' })
  const place = (quantity: string) => alice.send('POST', '/v1/orders', {
    body: `{"reference":"${quantity}","deliver":"fetch","lines":[{"sku":"${thousand}","quantity":${quantity}}]}`
  })
  t.equal((await place('1e3')).json.quantity, 1_000, '1e3 is a thousand')
  t.equal((await place('1.0')).json.quantity, 1, '1.0 is one')
})

t.test('a text that cannot be stored is refused wherever it may stand', async t => {
  const puts = (target: string, body: object) => () => operator.send('PUT', target, { body })
  const posts = (target: string, body: object) => () => operator.send('POST', target, { body })
  const nul = 'a\0b'
  const { product } = await operator.admin.skus.get(sku)
  const reasoned = { reference: 'refused', amount: { amount: '1', currency: 'CNY' } }
  const patches = (body: object) => () => operator.send('PATCH', `/admin/v1/products/${product}`, { body })
  const key = { reference: 'refused', name: 'x', algorithm: 'hmac-sha256', scopes: ['orders:read'] }
  await refuses(t, house, {
    'in a filter by reference': ['invalid_request', gets('/v1/orders?reference=%00'), /reference/],
    'in an operator’s filter by reference': ['invalid_request',
      () => operator.send('GET', `/admin/v1/resellers/${alice.id}/orders?reference=a%00`)
    ],
    'in a search': ['invalid_request', gets('/v1/products?q=%00')],
    'in a tag': ['invalid_request', gets('/v1/products?tag=a%00b')],
    'in a category': ['invalid_request', gets('/v1/products?category=a%00b')],
    'in a cursor': ['cursor_invalid', gets('/v1/orders?cursor=%00')],
    'in a watermark': ['cursor_invalid', gets('/v1/products?updated_after=%00')],
    'in an id': ['invalid_request', gets('/v1/orders/%00')],
    'in a SKU asked for': ['sku_not_found', gets('/v1/stock?sku=%00')],
    'in a name of a level': ['invalid_request', puts('/admin/v1/levels/refused', { name: nul, rank: 1, requests_per_minute: 1 })],
    'in a name of an issuer': ['invalid_request', puts('/admin/v1/issuers/refused', { name: nul })],
    'in a name of a category': ['invalid_request', puts('/admin/v1/categories/refused', { name: nul })],
    'in a name of a product': ['invalid_request', patches({ name: nul }), /"pointer":"\/name"/],
    'in a description': ['invalid_request', patches({ description: nul }), /"pointer":"\/description"/],
    'in a qualification note': ['invalid_request', patches({ qualification_note: nul })],
    'in a tag of a product': ['invalid_request', patches({ tags: [nul] }), /"pointer":"\/tags\/0"/],
    'in a name of a reseller': ['invalid_request',
      posts('/admin/v1/resellers', { reference: 'refused', name: nul, level: 'gold', currency: 'CNY' })
    ],
    'in a reference': ['invalid_request',
      posts(`/admin/v1/resellers/${alice.id}/deposits`, { ...reasoned, reference: nul, reason: 'refused' })
    ],
    'in a reason of a deposit': ['invalid_request', posts(`/admin/v1/resellers/${alice.id}/deposits`, { ...reasoned, reason: nul })],
    'in a reason of a price': ['invalid_request', posts('/admin/v1/prices', {
      rules: [{ kind: 'list', sku, amount: { amount: '10', currency: 'CNY' }, reason: nul }]
    })],
    'in a name of a key': ['invalid_request', posts(`/admin/v1/resellers/${alice.id}/keys`, { ...key, name: nul })],
    'in an address of a key': ['invalid_request', posts(`/admin/v1/resellers/${alice.id}/keys`, { ...key, ip_allow: [nul] })],
    'in a public key': ['invalid_request', posts(`/admin/v1/resellers/${alice.id}/keys`, {
      ...key, algorithm: 'ed25519', public_key: { kty: 'OKP', crv: 'Ed25519', x: nul }
    })],
    'in a code to void': ['code_not_on_shelf', posts('/admin/v1/codes/void', { sku, codes: [{ secret: nul, number: nul }], reason: 'x' })],
    'in a supplier': ['invalid_request', posts('/admin/v1/imports', {
      reference: 'refused', sku, unit_cost: { amount: '1', currency: 'CNY' }, supplier: nul
    })],
    'a time of a key that no calendar holds': ['invalid_request',
      posts(`/admin/v1/resellers/${alice.id}/keys`, { ...key, expires_at: '9999-12-31T23:59:59-23:59' })
    ],
    'a time of a lot that no calendar holds': ['invalid_request', posts('/admin/v1/imports', {
      reference: 'refused', sku, unit_cost: { amount: '1', currency: 'CNY' }, expires_at: '9999-12-31T23:59:59-23:59'
    })]
  })
  for (const odd of ['%ED%A0%80', '%ff', '%zz', '%', 'a%2', '%F0%9F%8E']) {
    const { status, json } = await gets(`/v1/orders?reference=${odd}`)()
    t.match({ status, json }, { status: 200, json: { data: [] } }, `${odd} in a query is a reference nobody used`)
  }
})

t.test('a reference is 1 to 64 characters, in the body or in Idempotency-Key', async t => {
  const cheap = await house.sku({ codes: 10, price: '0.01' })
  const place = (reference: string | undefined, key?: string, fill?: string) => alice.send('POST', '/v1/orders', {
    body: { reference, fill, lines: [{ sku: cheap, quantity: 1 }] }, headers: key === undefined ? {} : { 'idempotency-key': key }
  })
  await refuses(t, house, {
    'of 65': ['invalid_request', () => place('r'.repeat(65))],
    'of 65 characters beyond the first plane': ['invalid_request', () => place('🎫'.repeat(65))],
    empty: ['invalid_request', () => place('')],
    'with NUL': ['invalid_request', () => place('a\0b')],
    'with a line feed': ['invalid_request', () => place('a\nb')],
    'with DEL': ['invalid_request', () => place('a\u007fb')],
    'with a C1 control': ['invalid_request', () => place('a\u0085b')],
    'a number': ['invalid_request', orders({ reference: 1 })],
    'left out': ['reference_missing', () => place(undefined)],
    'other than Idempotency-Key': ['reference_mismatch', () => place('one', 'two')],
    'other than a quoted Idempotency-Key': ['reference_mismatch', () => place('one', '"two"')],
    'of 65 in Idempotency-Key': ['invalid_request', () => place(undefined, 'r'.repeat(65))],
    'of nothing in Idempotency-Key': ['invalid_request', () => place(undefined, '""')]
  })
  const taken = [
    ['of 64', 'r'.repeat(64)], ['of 64 characters beyond the first plane', '🎫'.repeat(64)], ['in Chinese', '订单 2026-11-21 №1'],
    ['with quotes and backslashes', '"\\{}\',;--'], ['of a space', ' '], ['NULL', 'NULL']
  ] as const
  for (const [says, reference] of taken) {
    const { status, json } = await place(reference)
    t.match({ status, reference: json.reference }, { status: 201, reference }, says)
    t.equal((await place(reference)).json.id, json.id, `${says}: again the same order`)
  }
  const { status, json } = await place(undefined, 'bare')
  t.equal(status, 201)
  for (const [reference, key] of [[undefined, '"bare"'], ['bare', 'bare'], ['bare', '"bare"'], ['bare', undefined]] as const) {
    const again = await place(reference, key)
    t.match({ status: again.status, id: again.json.id }, { status: 200, id: json.id })
    t.equal(again.headers['idempotent-replayed'], 'true')
  }
  await refuses(t, house, {
    'used with another fill': ['reference_reused', () => place('bare', undefined, 'partial'), /"pointer":"\/fill"/]
  })
})

t.test('an order that cannot be met takes nothing', async t => {
  const { product } = await operator.admin.skus.get(sku)
  const [delisted, paused, unpriced, stepped, empty, five, dollars] = await Promise.all([
    house.sku(), house.sku(), house.sku({ price: null, codes: 1 }), house.sku({ codes: 40, min: 10, max: 30, step: 5 }), house.sku(),
    house.sku({ codes: 7, min: 5, step: 5 }), house.sku({ codes: 1, currency: 'USD' })
  ])
  await operator.admin.skus.update(delisted, { status: 'delisted' })
  await operator.admin.skus.update(paused, { status: 'paused' })
  const topup = await operator.admin.products.create({ reference: 'topup', name: 'Phone', kind: 'topup', issuer: 'steam' })
  const charge = await house.sku({ product: topup.id })
  const sandboxed = await house.sku({ world: 'test', codes: 5 })
  const bobs = await bob.places({ sku, quantity: 1, reference: 'of bob' })
  await alice.places({ sku, quantity: 2, fill: 'partial', max_total: { amount: '50', currency: 'CNY' }, reference: 'once' })
  const buys = (skuId: string, quantity = 1, more: object = {}) => orders({ lines: [{ sku: skuId, quantity }], ...more })
  const once = { reference: 'once', lines: [{ sku, quantity: 2 }], fill: 'partial', max_total: { amount: '50', currency: 'CNY' } }
  const again = (more: object) => orders({ ...once, ...more })
  await refuses(t, house, {
    'an unknown SKU': ['sku_not_found', buys(showId('sku', newId())), /\/lines\/0\/sku/],
    'a SKU of the other world': ['sku_not_found', buys(sandboxed)],
    'a product for a SKU': ['invalid_request', buys(product)],
    'a delisted SKU': ['sku_not_for_sale', buys(delisted), /delisted/],
    'a paused SKU': ['sku_not_for_sale', buys(paused), /paused/],
    'a top-up': ['sku_not_for_sale', buys(charge)],
    'a SKU without a price': ['price_missing', buys(unpriced)],
    'below the minimum': ['quantity_out_of_bounds', buys(stepped, 5), /minimum is 10/],
    'above the maximum': ['quantity_out_of_bounds', buys(stepped, 35), /maximum is 30/],
    'off the step': ['quantity_off_step', buys(stepped, 12), /multiple of 5/],
    'in two currencies': ['currency_mixed', orders({ lines: [{ sku, quantity: 1 }, { sku: dollars, quantity: 1 }] }), /\/lines\/1\/sku/],
    'with max_total in another currency': ['currency_mixed', buys(sku, 1, { max_total: { amount: '10', currency: 'USD' } })],
    'in a currency without a wallet': ['wallet_missing', buys(dollars)],
    'of what is not there': ['out_of_stock', buys(empty), /"available":0/],
    'of more than is there': ['out_of_stock', buys(five, 10), /7 of 10/],
    'of more than is there, in two lines': ['out_of_stock', orders({ lines: [{ sku: five, quantity: 5 }, { sku: five, quantity: 5 }] })],
    'of one thing that is there and one that is not': ['out_of_stock',
      orders({ lines: [{ sku, quantity: 1 }, { sku: empty, quantity: 1 }] }),
      /\/lines\/1\/quantity/
    ],
    'in part, of what is not there': ['out_of_stock', buys(empty, 1, { fill: 'partial' })],
    'above max_total': ['price_above_max',
      buys(sku, 2, { max_total: { amount: '19.99', currency: 'CNY' } }),
      /"total":\{"amount":"20\.00"/
    ],
    'above max_total of zero': ['price_above_max', buys(sku, 1, { max_total: { amount: '0', currency: 'CNY' } })],
    'beyond the balance': ['insufficient_balance', buys(stepped, 30), /"required":\{"amount":"300\.00".*"available":\{"amount"/],
    'several things wrong, the first by precedence': ['sku_not_found',
      orders({ lines: [{ sku: stepped, quantity: 12 }, { sku: showId('sku', newId()), quantity: 1 }] }),
      /"pointer":"\/lines\/1\/sku"/
    ],
    '101 codes inline': ['invalid_request', buys(sku, 101, { deliver: 'inline' }), /"pointer":"\/deliver"/],
    'another quantity under a reference': ['reference_reused', again({ lines: [{ sku, quantity: 3 }] }), /"pointer":"\/lines"/],
    'another fill under a reference': ['reference_reused', again({ fill: 'all_or_nothing' }), /"pointer":"\/fill"/],
    'another max_total under a reference': ['reference_reused',
      again({ max_total: { amount: '51', currency: 'CNY' } }),
      /"pointer":"\/max_total"/
    ],
    'no max_total under a reference that had one': ['reference_reused', again({ max_total: undefined })],
    'another’s order': ['not_found', gets(`/v1/orders/${bobs.id}`)],
    'the codes of another’s order': ['not_found', gets(`/v1/orders/${bobs.id}/codes`)],
    'an order that is not': ['not_found', gets(`/v1/orders/${showId('order', newId())}`)],
    'stock of an unknown and a delisted SKU': ['sku_not_found', gets(`/v1/stock?sku=${delisted}&sku=x`), new RegExp(`${delisted}.*x`)]
  })
  t.equal((await again({ deliver: 'fetch' })()).status, 200, 'deliver is no part of what a reference stands for')
  t.equal((await buys(sku)()).status, 201, 'after all these refusals the reference is free')
})

t.test('a hundred codes come inline, a hundred and one are fetched', async t => {
  const many = await house.sku({ codes: 201, price: '0.01' })
  t.equal((await alice.places({ sku: many, quantity: 100, deliver: 'inline' })).lines[0]!.codes!.length, 100)
  t.equal((await alice.places({ sku: many, quantity: 101 })).lines[0]!.codes, undefined)
})

t.test('a cursor is good for its own list, filters and reseller', async t => {
  for (const reference of ['page 1', 'page 2', 'page 3']) await alice.places({ sku, quantity: 1, reference })
  await bob.places({ sku, quantity: 1 })
  await bob.places({ sku, quantity: 1 })
  const cursor = (await alice.kahub.orders.list({ limit: 1 })).next_cursor!
  const bobs = (await bob.kahub.orders.list({ limit: 1 })).next_cursor!
  const transfers = (await alice.kahub.wallets.transfers('CNY', { limit: 1 })).next_cursor!
  const products = (await operator.admin.skus.list({ limit: 1 })).next_cursor!
  const synced = (await alice.kahub.products.list()).synced_until
  const at = (value: string, more = '') => gets(`/v1/orders?limit=1${more}&cursor=${encodeURIComponent(value)}`)
  await refuses(t, house, {
    'of another’s list': ['cursor_invalid', at(bobs)],
    'of another list': ['cursor_invalid', at(transfers)],
    'of an operator’s list': ['cursor_invalid', at(products)],
    'with other filters': ['cursor_invalid', at(cursor, '&state=completed')],
    'a watermark for a cursor': ['cursor_invalid', at(synced)],
    'a cursor for a watermark': ['cursor_invalid', gets(`/v1/products?updated_after=${cursor}`)],
    'a watermark with other filters': ['cursor_invalid', gets(`/v1/products?tag=hot&updated_after=${synced}`)],
    tampered: ['cursor_invalid', at((cursor[0] === 'W' ? 'X' : 'W') + cursor.slice(1))],
    cut: ['cursor_invalid', at(cursor.slice(0, -1))],
    'made up': ['cursor_invalid', at('WzFd.AAAAAAAAAAAAAAAA')],
    empty: ['cursor_invalid', at('')],
    'of 513 characters': ['invalid_request', at('x'.repeat(513))]
  })
  t.equal((await at(cursor)()).status, 200)
})

t.test('what is no request of ours is refused before it costs anything', async t => {
  const typed = (type: string | null) => orders({}, { headersAfter: { 'content-type': type } })
  await refuses(t, house, {
    'nothing at this address': ['not_found', gets('/v1/nothing'), /\/docs/],
    'an address in capitals': ['not_found', gets('/V1/orders')],
    'an address with a slash too many': ['not_found', gets('/v1/me/')],
    'a method this address does not take': ['method_not_allowed', () => alice.send('DELETE', '/v1/orders')],
    'a method without a route anywhere': ['method_not_allowed', () => alice.send('OPTIONS', '/v1/orders')],
    'a QUERY of nothing': ['unsupported_media_type', () => alice.send('QUERY', '/v1/orders')],
    'a QUERY of something': ['method_not_allowed', () => alice.send('QUERY', '/v1/orders', { body: {} })],
    'an expectation that nobody meets': ['not_found', () => alice.send('GET', '/v1/nothing', { headers: { expect: 'wonders' } })],
    'plain text': ['unsupported_media_type', typed('text/plain')],
    'a form': ['unsupported_media_type', typed('application/x-www-form-urlencoded')],
    'JSON of another kind': ['unsupported_media_type', typed('application/json-patch+json')],
    'an import’s type': ['unsupported_media_type', typed('text/csv')],
    'no type': ['unsupported_media_type', typed(null)],
    'a body of a byte too many': ['body_too_large', () => alice.send('POST', '/v1/orders', { body: ' '.repeat(bodyBytesMax + 1) })],
    'a chunked body of a byte too many': ['body_too_large',
      () => alice.send('POST', '/v1/orders', { body: ' '.repeat(bodyBytesMax + 1), tamper: { chunked: true } })
    ],
    'an address that cannot be decoded': ['malformed_request', gets('/v1/orders/%zz')],
    'a part of the address that is too long': ['malformed_request', gets(`/v1/orders/${'o'.repeat(201)}`)]
  })
  t.equal((await alice.send('DELETE', '/v1/orders')).headers.allow, 'POST, GET')
  t.equal((await alice.send('GET', '/v1/me', { headers: { expect: 'wonders' } })).status, 200, 'an expectation is not heeded')
  t.equal((await alice.send('PUT', `/v1/keys/${alice.credentials.keyId}`)).headers.allow, 'DELETE')
  t.equal((await orders({ reference: 'utf-8' }, {}, { 'content-type': 'application/json; charset=utf-8' })()).status, 201)
  t.equal((await orders({ reference: 'chunked' }, { chunked: true })()).status, 201, 'a chunked body with its digest is taken')
})

t.test('what is no HTTP is answered and cut', async t => {
  const { hostname, port } = new URL(house.url)
  const before = await fingerprintOf(house.db)
  const hears = async (bytes: string): Promise<string> => {
    const socket = connect(Number(port), hostname)
    const chunks: Buffer[] = []
    socket.on('data', chunk => chunks.push(chunk))
    socket.on('error', () => {})
    socket.write(bytes)
    await once(socket, 'close')
    return Buffer.concat(chunks).toString()
  }
  const broken: Record<string, readonly [ProblemCode, string]> = {
    'no request line': ['malformed_request', 'what?\r\n\r\n'],
    'an unknown method': ['malformed_request', 'BUY /v1/orders HTTP/1.1\r\nhost: x\r\n\r\n'],
    'a space in the address': ['malformed_request', 'GET /v1/orders?a b HTTP/1.1\r\nhost: x\r\n\r\n'],
    'two lengths': ['malformed_request', 'POST /v1/orders HTTP/1.1\r\nhost: x\r\ncontent-length: 1\r\ncontent-length: 2\r\n\r\nxx'],
    'a length and chunks': ['malformed_request',
      'POST /v1/orders HTTP/1.1\r\nhost: x\r\ncontent-length: 3\r\ntransfer-encoding: chunked\r\n\r\n0\r\n\r\n'
    ],
    'a length below zero': ['malformed_request', 'POST /v1/orders HTTP/1.1\r\nhost: x\r\ncontent-length: -1\r\n\r\n'],
    'a folded header': ['malformed_request', 'GET /v1/orders HTTP/1.1\r\nhost : x\r\n\r\n'],
    'headers of 20 kB': ['headers_too_large', `GET /v1/orders HTTP/1.1\r\nhost: x\r\nx: ${'x'.repeat(20_000)}\r\n\r\n`],
    'no Host': ['malformed_request', 'GET /health/live HTTP/1.1\r\nconnection: close\r\n\r\n'],
    'two Hosts': ['malformed_request', 'GET /health/live HTTP/1.1\r\nhost: x\r\nHost: x\r\nconnection: close\r\n\r\n'],
    'a version without headers': ['malformed_request', 'GET /health/live HTTP/0.9\r\nhost: x\r\nconnection: close\r\n\r\n'],
    'a version that is not there': ['malformed_request', 'GET /health/live HTTP/2.0\r\nhost: x\r\nconnection: close\r\n\r\n'],
    'a coding that nobody undoes': ['malformed_request',
      'POST /v1/orders HTTP/1.1\r\nhost: x\r\ntransfer-encoding: gzip, chunked\r\nconnection: close\r\n\r\n0\r\n\r\n'
    ]
  }
  for (const [says, [code, bytes]] of Object.entries(broken)) {
    const [head, body] = (await hears(bytes)).split('\r\n\r\n')
    t.match(head, new RegExp(`^HTTP/1\\.1 ${problems[code].status} .*content-type: application/problem\\+json`, 's'), says)
    const problem = JSON.parse(body!)
    t.match(problem, { code, status: problems[code].status, title: problems[code].title }, says)
    t.match(head, `request-id: ${problem.request_id}\r\n`, `${says}: the request id is in header and body`)
    t.match(problem.request_id, /^req_[\w-]{8,40}$/)
  }
  t.match(await hears('GET /health/live HTTP/1.0\r\n\r\n'), /^HTTP\/1\.1 200 /, 'HTTP/1.0 needs no Host')
  t.same(await fingerprintOf(house.db), before)
})

t.test('a body a byte at a time is refused after a while, and who goes on sending is cut off', async t => {
  const { hostname, port } = new URL(house.url)
  const socket = connect({ port: Number(port), host: hostname, allowHalfOpen: true }).on('error', () => {})
  const chunks: Buffer[] = []
  socket.on('data', chunk => chunks.push(chunk))
  const closed = new Promise(resolve => socket.once('close', resolve))
  socket.write('POST /oauth/token HTTP/1.1\r\nhost: x\r\ncontent-type: application/x-www-form-urlencoded\r\ncontent-length: 4000\r\n\r\n')
  const sending = setInterval(() => socket.write('a'), 20)
  t.teardown(() => clearInterval(sending))
  const startedMs = performance.now()
  await closed
  t.ok(performance.now() - startedMs < 60_000, 'by the limit of bodies that do not stream; Node would give it a minute')
  t.match(Buffer.concat(chunks).toString(), /^HTTP\/1\.1 408 .*"code":"request_timeout"/s)
})

t.test('a request that takes for ever is cut: the server has its limits', async t => {
  const app = await appForPrinting()
  const { requestTimeout, timeout, headersTimeout, keepAliveTimeout } = app.server
  t.same({ requestTimeout, timeout }, { requestTimeout: 60_000, timeout: 20_000 })
  t.equal(headersTimeout, 15_000, 'below requestTimeout: Node takes the larger of the two for the whole request')
  t.ok(keepAliveTimeout > 0 && keepAliveTimeout <= 120_000)
  await app.close()
})

t.test('an import is refused by line, by part or whole, and nothing of it is stocked', async t => {
  const cards = await house.sku()
  await house.stocks(cards, ['STOCKED-1'])
  const opened = await operator.admin.imports.create({ reference: 'bad files', sku: cards, unit_cost: { amount: '1', currency: 'CNY' } })
  const sends = (body: string | Uint8Array, type = 'text/csv', part = 1, tamper: Tamper = {}) => () =>
    operator.send('PUT', `/admin/v1/imports/${opened.id}/parts/${part}`, { body, headers: { 'content-type': type }, tamper })
  const opens = (more: object) => () => operator.send('POST', '/admin/v1/imports', {
    body: { reference: 'refused', sku: cards, unit_cost: { amount: '1', currency: 'CNY' }, ...more }
  })
  await refuses(t, house, {
    'not UTF-8': ['import_invalid', sends(Buffer.from('secret\nA-1\nA-\xff\n', 'latin1')), /"pointer":"\/lines\/3"/],
    'without a secret column': ['import_invalid', sends('code\nA-1\n')],
    'with an empty secret': ['import_invalid', sends('secret,serial\nA-1,1\n,2\n'), /"pointer":"\/lines\/3"/],
    'with a code twice': ['import_invalid', sends('secret\r\nA-1\r\nA-2\r\nA-1\r\n'), /"pointer":"\/lines\/4"/],
    'with a line that is no JSON': ['import_invalid',
      sends('{"secret":"A-1"}\n{"secret"\n', 'application/x-ndjson'),
      /"pointer":"\/lines\/2"/
    ],
    'with a line of duplicate names': ['import_invalid', sends('{"secret":"A-1","secret":"A-2"}\n', 'application/x-ndjson')],
    'one bad line of 50,000': ['import_invalid',
      sends(`secret\n${Array.from({ length: 50_000 }, (_, n) => n === 49_998 ? '""' : `B-${n}`).join('\n')}`),
      /"pointer":"\/lines\/50000"/
    ],
    'with a code that is in stock': ['code_already_stocked', sends('secret\nA-1\nSTOCKED-1\n'), /"pointer":"\/lines\/3"/],
    'with a code that is in stock, written otherwise': ['code_already_stocked', sends('\ufeffsecret\r\nA-1\r\nstocked 1\r\n')],
    'another part than the next': ['import_part_unexpected', sends('secret\nA-1\n', 'text/csv', 2)],
    'another body than the signed one': ['digest_mismatch', sends('secret\nA-1\n', 'text/csv', 1, { bodyAfter: 'secret\nA-2\n' })],
    'another chunked body than the signed one': ['digest_mismatch',
      sends('secret\nA-1\n', 'text/csv', 1, { bodyAfter: 'secret\nA-2\n', chunked: true })
    ],
    JSON: ['unsupported_media_type', sends('{"secret":"A-1"}', 'application/json')],
    'without a type': ['unsupported_media_type', sends('secret\nA-1\n', 'text/csv', 1, { headersAfter: { 'content-type': null } })],
    'a part of a byte too many': ['body_too_large', sends(Buffer.alloc(partBytesMax + 1, 'x'))],
    'part zero': ['invalid_request', sends('secret\nA-1\n', 'text/csv', 0)],
    'a reseller’s key': ['scope_missing',
      () => alice.send('PUT', `/admin/v1/imports/${opened.id}/parts/1`, { body: 'secret\nA-1\n', headers: { 'content-type': 'text/csv' } })
    ],
    'of an unknown SKU': ['sku_not_found', opens({ sku: showId('sku', newId()) })],
    'in another currency': ['invalid_request', opens({ unit_cost: { amount: '1', currency: 'USD' } }), /unit_cost/],
    'at a cost below zero': ['invalid_request', opens({ unit_cost: { amount: '-1', currency: 'CNY' } })],
    'of codes that have expired': ['invalid_request', opens({ expires_at: '2020-01-01' })],
    'under a reference of another import': ['reference_reused',
      opens({ reference: 'bad files', unit_cost: { amount: '2', currency: 'CNY' } })
    ],
    'an import that is not': ['not_found', () => operator.send('POST', `/admin/v1/imports/${showId('import', newId())}/commit`)]
  })
  const sound = '\ufeffsecret,serial\r\n"A-1",1\r\n\r\nA-2,\r\n'
  t.equal((await sends(sound)()).status, 200, 'a byte order mark, CRLF and blank lines are no harm')
  await operator.admin.imports.commit(opened.id)
  await refuses(t, house, { 'a part of what is committed': ['state_conflict', sends('secret\nA-3\n', 'text/csv', 2)] })
  t.equal((await alice.kahub.stock.get({ sku: [cards] })).data[0]!.available, 3)
})

t.test('an operator’s mistake is refused as well', async t => {
  const cards = await house.sku({ price: '10', cost: '9', codes: 3 })
  const sets = (rule: object) => () => operator.send('POST', '/admin/v1/prices', {
    body: { rules: [{ kind: 'list', sku: cards, ...rule }] }
  })
  const moves = (what: 'deposits' | 'adjustments', amount: string, more: object = {}) => () =>
    operator.send('POST', `/admin/v1/resellers/${alice.id}/${what}`, {
      body: { reference: 'refused', amount: { amount, currency: 'CNY' }, reason: 'refused', ...more }
    })
  const makesKey = (more: object) => () => operator.send('POST', `/admin/v1/resellers/${alice.id}/keys`, {
    body: { reference: 'refused', name: 'x', algorithm: 'hmac-sha256', scopes: ['orders:read'], ...more }
  })
  const indebted = await house.reseller({ balance: '0', credit: '50' })
  await indebted.places({ sku: cards, quantity: 2 })
  await refuses(t, house, {
    'a price below cost': ['price_below_cost', sets({ amount: { amount: '8.99', currency: 'CNY' } })],
    'a price below zero': ['invalid_request', sets({ amount: { amount: '-1', currency: 'CNY' } })],
    'a price in another currency': ['invalid_request', sets({ amount: { amount: '10', currency: 'USD' } })],
    'a deposit of nothing': ['invalid_request', moves('deposits', '0')],
    'a deposit of less': ['invalid_request', moves('deposits', '-5')],
    'a deposit of a tenth of a fen': ['invalid_request', moves('deposits', '0.001')],
    'a deposit without a reason': ['invalid_request', moves('deposits', '5', { reason: undefined }), /reason/],
    'an adjustment beyond the balance': ['insufficient_balance', moves('adjustments', '-1000000')],
    'credit below what is used': ['credit_in_use', () => operator.send('PUT', `/admin/v1/resellers/${indebted.id}/wallets/CNY`, {
      body: { credit_limit: { amount: '19.99', currency: 'CNY' }, reason: 'refused' }
    })],
    'a code voided that is not on the shelf': ['code_not_on_shelf', () => operator.send('POST', '/admin/v1/codes/void', {
      body: { sku: cards, codes: [{ secret: 'NEVER-SEEN' }], reason: 'refused' }
    })],
    'a reseller of an unknown level': ['invalid_request', () => operator.send('POST', '/admin/v1/resellers', {
      body: { reference: 'refused', name: 'x', level: 'nowhere', currency: 'CNY' }
    })],
    'a key with an operator’s scope for a reseller': ['invalid_request', makesKey({ scopes: ['admin:*'] })],
    'a private key for a public one': [
      'invalid_request',
      makesKey({ algorithm: 'ed25519', public_key: { kty: 'OKP', crv: 'Ed25519', x: 'AA', d: 'AA' } }),
      /public_key/
    ],
    'an operator’s key more than the operator’s own': ['invalid_request', () => operator.send('POST', '/admin/v1/keys', {
      body: { reference: 'refused', name: 'x', algorithm: 'hmac-sha256', scopes: ['orders:write'] }
    })]
  })
})

t.test('a limit is told with every answer, refuses what is beyond it, and fills again', async t => {
  let nowMs = Date.now()
  const house = await openHouse(t, { clock: () => nowMs, hear: judge.hear })
  const reseller = await house.reseller({ level: 'small', requestsPerMinute: null })
  await house.operator.levels.put('small', { name: 'small', rank: 1, requests_per_minute: 3 })
  const own = await reseller.withKey({ requestsPerMinute: 2 })
  const limits = ({ headers }: Answer) => [headers['ratelimit-policy'], headers.ratelimit]

  t.same(limits(await own.send('GET', '/v1/ping')), ['"key";q=2;w=60', '"key";r=1;t=30'])
  t.same(limits(await own.send('GET', '/v1/ping')), ['"key";q=2;w=60', '"key";r=0;t=60'])
  const beyond = await own.send('GET', '/v1/ping')
  refused(t, 'beyond the key’s own limit', beyond, 'rate_limited')
  t.equal(beyond.headers['retry-after'], '30')
  t.same(limits(beyond), ['"key";q=2;w=60', '"key";r=0;t=60'])

  const sibling = await reseller.withKey({ requestsPerMinute: null })
  const [first, second] = [await reseller.send('GET', '/v1/ping'), await sibling.send('GET', '/v1/ping')]
  t.same(limits(first), ['"level";q=3;w=60', '"level";r=2;t=20'], 'a key’s own limit took nothing from the level’s')
  t.same(limits(second), ['"level";q=3;w=60', '"level";r=1;t=40'], 'keys without one share the level’s')
  await sibling.send('GET', '/v1/ping')
  const sku = await house.sku({ codes: 1 })
  const body = { reference: 'refused', lines: [{ sku, quantity: 1 }] }
  await refuses(t, house, {
    'the one key': ['rate_limited', () => reseller.send('POST', '/v1/orders', { body })],
    'and the other': ['rate_limited', () => sibling.send('POST', '/v1/orders', { body })]
  })
  nowMs += 20_000
  t.equal((await sibling.send('POST', '/v1/orders', { body })).status, 201, 'one more is let through when its time has come')

  const wrong = () => reseller.send('GET', '/v1/ping', { tamper: { secret: 'khs_wrong' } })
  let answer = await wrong()
  for (let tries = 1; tries < failuresPerMinutePerAddress && answer.code === 'signature_invalid'; tries++) {
    answer = (await Promise.all(Array.from({ length: 200 }, wrong))).at(-1)!
  }
  refused(t, 'an address that guesses', answer, 'rate_limited')
  nowMs += 60_000
  t.equal((await reseller.send('GET', '/v1/ping')).status, 200)
})

t.test('without its database the house says so, and recovers by itself', async t => {
  let line: Line | undefined
  const house = await openHouse(t, { hear: judge.hear, through: async url => (line = await openLine(url)).url })
  t.teardown(() => line!.close())
  const reseller = await house.reseller()
  const sku = await house.sku({ codes: 3 })
  const body = { reference: 'while it was away', lines: [{ sku, quantity: 1 }] }
  const before = await fingerprintOf(house.db)
  line!.cut()
  for (const send of [
    () => reseller.send('POST', '/v1/orders', { body }),
    () => reseller.send('GET', '/v1/orders'),
    () => reseller.send('GET', `/v1/stock?sku=${sku}`)
  ]) {
    refused(t, 'the database is away', await send(), 'database_unavailable')
  }
  t.equal((await fetch(`${house.url}/health/live`)).status, 200)
  t.equal((await fetch(`${house.url}/health/ready`)).status, 503)
  t.same(await fingerprintOf(house.db), before)
  line!.mend()
  t.equal((await reseller.kahub.orders.place(body)).state, 'completed', 'the same request, sent again, is carried out')
  t.equal((await fetch(`${house.url}/health/ready`)).status, 200)
  await house.proves(t)
})

t.test('after all of this the books hold, and every answer was one the contract promises', async t => {
  await house.proves(t)
  t.same(judge.faults, [])
})
