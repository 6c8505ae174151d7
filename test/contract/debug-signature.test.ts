// POST /v1/debug/signature finds the line that differs, and is no oracle: it looks at no key.
import t from 'tap'
import { createHmac, hash } from 'node:crypto'
import { debuggedTextMax, type SignatureReport } from '../../schema/rest/debug.ts'
import { differencesMax } from '../../src/api/explain-signature.ts'
import { debugsPerMinutePerAddress } from '../../src/api/rest/debug.ts'
import { sign } from '../../src/base/signature.ts'
import { contractJudge } from '../support/contract.ts'
import { fingerprintOf } from '../support/fingerprint.ts'
import { openHouse } from '../support/house.ts'
import { shownVector, vectors, type SigningVector } from '../support/signing-vectors.ts'

const vector = shownVector
const createdOf = ({ signature_input: input }: SigningVector) => Number(/created=(\d+)/.exec(input)![1])

let nowMs = createdOf(vector) * 1_000
const judge = contractJudge()
const house = await openHouse(t, { clock: () => nowMs, hear: judge.hear })
const alice = await house.reseller()

interface Heard { readonly status: number, readonly text: string, readonly json: SignatureReport & Record<string, any> }

async function post (body: BodyInit, headers: Record<string, string> = {}): Promise<Heard> {
  const response = await fetch(`${house.url}/v1/debug/signature`, { method: 'POST', body, headers: { 'content-type': 'application/json', ...headers } })
  const text = await response.text()
  judge.hear({ method: 'POST', target: '/v1/debug/signature', status: response.status, type: response.headers.get('content-type')!, text })
  t.equal(response.headers.get('cache-control'), 'no-store')
  return { status: response.status, text, json: JSON.parse(text) }
}

async function explains (told: object): Promise<SignatureReport> {
  const { status, json } = await post(JSON.stringify(told))
  if (status !== 200) throw new Error(JSON.stringify(json))
  return json
}

function descriptionOf ({ method, target, body, content_digest: digest, signature_input: input, signature, signature_base: base }: SigningVector) {
  return {
    method,
    url: target,
    headers: { 'Signature-Input': input, Signature: signature, ...(digest !== null && { 'Content-Digest': digest }) },
    ...(body !== null && { body }),
    signature_base: base
  }
}

const right = descriptionOf(vector)
const withHeaders = (headers: object) => ({ ...right, headers: { ...right.headers, ...headers } })
const withBase = (change: (base: string) => string) => ({ ...right, signature_base: change(right.signature_base) })

// The clock only goes forward, as a bucket of requests needs it to.
t.test('it tells how far the clocks are apart', async t => {
  nowMs = (createdOf(vector) - 90) * 1_000
  t.match(await explains(right), { findings: [{ code: 'signature_in_future' }], clock: { ahead_seconds: 90, server_time: createdOf(vector) - 90 } })
})

t.test('of a request that is signed rightly it finds nothing, and shows what the server would verify', async t => {
  for (const one of vectors) {
    nowMs = createdOf(one) * 1_000
    const report = await explains(descriptionOf(one))
    t.match(report, { subject: 'described_request', base_matches: true }, one.target)
    t.same([report.findings, report.differences, report.missing_components], [[], [], []], one.target)
    t.equal(report.signature_base, one.signature_base)
    t.equal(report.request.content_digest, one.content_digest)
    t.match(report.clock, { ahead_seconds: 0 })
  }
  nowMs = createdOf(vector) * 1_000
  t.match(await explains({ ...right, url: `https://api.example.com${right.url}` }), { base_matches: true }, 'a whole address')
  const { body, ...bodiless } = right
  for (const encoding of ['hex', 'base64'] as const) {
    t.match(await explains({ ...bodiless, body_sha256: hash('sha256', body!, encoding) }), { findings: { length: 0 }, digest_matches: true, request: { body_bytes: null } })
  }
})

t.test('it names what is wrong, and the line that differs', async t => {
  nowMs = createdOf(vector) * 1_000
  const cases: Readonly<Record<string, readonly [object, string, RegExp]>> = {
    'no signature': [{ ...right, headers: {} }, 'signature_missing', /no Signature-Input/],
    'no Signature': [withHeaders({ Signature: '' }), 'signature_missing', /no Signature header/],
    'no colons': [withHeaders({ Signature: 'sig1=abc' }), 'signature_malformed', /between colons/],
    'no nonce': [withHeaders({ 'Signature-Input': vector.signature_input.replace(';nonce="n-0004"', '') }), 'signature_malformed', /no nonce/],
    'an id of no kind': [withHeaders({ 'Signature-Input': vector.signature_input }), '', /key_live_ or key_test_/],
    'a signature in hexadecimal': [
      withHeaders({ Signature: `sig1=:${Buffer.from(hash('sha256', 'x', 'hex')).toString('base64')}:` }), 'signature_invalid', /has 64: it is in hexadecimal/
    ],
    'a digest in hexadecimal': [{ ...withHeaders({ 'Content-Digest': `sha-256=:${hash('sha256', vector.body!, 'hex')}:` }), signature_base: undefined }, 'digest_malformed', /not in hexadecimal/],
    'no digest': [{ ...right, headers: { 'Signature-Input': vector.signature_input, Signature: vector.signature } }, 'digest_missing', /Content-Digest/],
    'another body': [{ ...right, body: right.body + ' ' }, 'digest_mismatch', /of this body it is sha-256=:/],
    'a header that must be covered': [withHeaders({ 'Idempotency-Key': 'PO-1' }), 'signature_insufficient', /idempotency-key/],
    'a line feed at the end': [withBase(base => base + '\n'), 'signature_invalid', /no line feed after the last line/],
    'carriage returns': [withBase(base => base.replaceAll('\n', '\r\n')), 'signature_invalid', /line feed alone/],
    'a missing line': [withBase(base => base.split('\n').slice(0, -1).join('\n')), 'signature_invalid', /This line is missing/],
    'lines in another order': [withBase(base => base.split('\n').reverse().join('\n')), 'signature_invalid', /order of Signature-Input/],
    'names without quotes': [withBase(base => base.replace('"@method"', '@method')), 'signature_invalid', /stands in quotes/],
    'a method in lower case': [withBase(base => base.replace('POST', 'post')), 'signature_invalid', /upper case/],
    'no question mark': [withBase(base => base.replace('"@query": ?', '"@query": ')), 'signature_invalid', /begins with the question mark/],
    'a whole address as path': [withBase(base => base.replace('/v1/orders', 'https://x.example/v1/orders')), 'signature_invalid', /no scheme and host/],
    'a path that was rewritten': [{ ...right, url: '/api/v1/orders' }, 'signature_invalid', /does a proxy rewrite it/],
    'a query that was encoded anew': [{ ...right, url: '/v1/orders?a=%61', signature_base: right.signature_base.replace('"@query": ?', '"@query": ?a=a') }, 'signature_invalid', /as it was sent/],
    'a query in another order': [{ ...right, url: '/v1/orders?a=1&b=2', signature_base: right.signature_base.replace('"@query": ?', '"@query": ?b=2&a=1') }, 'signature_invalid', /another order/],
    'other parameters': [withBase(base => base.replace('n-0004', 'n-0005')), 'signature_invalid', /character by character/]
  }
  for (const [says, [told, code, told_]] of Object.entries(cases)) {
    const report = await explains(told)
    t.equal(report.findings[0]?.code ?? '', code, `${says}: ${JSON.stringify(report.findings)}`)
    t.match(JSON.stringify([report.findings, report.hints, report.differences]), told_, says)
  }
  const report = await explains(withBase(base => base.replace('"@query": ?', '"@query": ?limit=2')))
  t.same(report.differences, [{ line: 3, component: '@query', yours: '"@query": ?limit=2', ours: '"@query": ?', hint: 'Another query was sent than was signed.' }])
})

t.test('where nothing is wrong but the key, it says where to look, and the same of every key', async t => {
  nowMs = createdOf(vector) * 1_000
  const { hints } = await explains(right)
  t.match(hints.at(-1), /for the key: look whether id and secret belong together/)
  const { signature_base: _, ...untold } = right
  t.match((await explains(untold)).hints.at(-1), /Send what you signed as signature_base/)
  t.notMatch(JSON.stringify((await explains({ ...right, body: right.body + ' ' })).hints), /for the key/)
  const inMs = await explains({ ...withHeaders({ 'Signature-Input': vector.signature_input.replace(/created=(\d+)/, 'created=$1000') }), signature_base: undefined })
  t.equal(inMs.findings[0]!.code, 'signature_in_future')
  t.match(inMs.hints.join(), /looks like milliseconds/)
})

t.test('of a text that is no base it tells so many differences, and no answer is much longer than its question', async t => {
  const asked = withBase(() => '\n'.repeat(debuggedTextMax / 2))
  const { differences } = await explains(asked)
  t.equal(differences.length, differencesMax)
  t.match(differences[0], { line: 1, component: '@method', yours: '' })
  t.ok(JSON.stringify(differences).length < JSON.stringify(asked).length)
})

t.test('what it says is what the same request is refused with', async t => {
  nowMs = createdOf(vector) * 1_000
  const { keyId, secret } = alice.credentials as { keyId: string, secret: string }
  const sent = { method: 'GET', target: '/v1/ping', headers: {} }
  const broken: Readonly<Record<string, (headers: Record<string, string>) => Record<string, string>>> = {
    'without Signature': ({ signature, ...rest }) => rest,
    'without a nonce': headers => ({ ...headers, 'signature-input': headers['signature-input']!.replace(/;nonce="[^"]*"/, '') }),
    'too old': headers => ({ ...headers, 'signature-input': headers['signature-input']!.replace(/created=\d+/, 'created=1') }),
    'with a kahub header that is not covered': headers => ({ ...headers, 'kahub-version': '2026-11-21' }),
    'a short signature': headers => ({ ...headers, signature: 'sig1=:AAAA:' })
  }
  for (const [says, breaks] of Object.entries(broken)) {
    const headers = breaks(sign(sent, { id: keyId, algorithm: 'hmac-sha256', secret }, { created: Math.floor(nowMs / 1_000), nonce: says.replaceAll(' ', '-') }))
    const refused = await (await fetch(`${house.url}/v1/ping`, { headers })).json() as { code: string, detail: string }
    const { findings } = await explains({ method: 'GET', url: '/v1/ping', headers })
    t.equal(findings[0]?.code, refused.code, says)
    if (refused.code !== 'signature_invalid') t.equal(findings[0]?.detail, refused.detail, says)
  }
})

t.test('a signed request to it is explained itself, as it arrived, whatever its body is', async t => {
  nowMs = createdOf(vector) * 1_000
  const { keyId } = alice.credentials
  for (const body of ['{"reference":"PO-1","lines":[]}', 'sku,quantity\n', '{"a":']) {
    const request = { method: 'POST', target: '/v1/debug/signature', headers: {}, body }
    const headers = sign(request, { id: keyId, algorithm: 'hmac-sha256', secret: 'khs_any' }, { created: Math.floor(nowMs / 1_000), nonce: 'n' })
    const { json } = await post(body, headers)
    t.same(json.findings, [], body)
    t.match(json, { subject: 'this_request', digest_matches: true, request: { path: '/v1/debug/signature', body_bytes: body.length } }, body)
    t.match((await post(body + ' ', headers)).json, { findings: [{ code: 'digest_mismatch' }], digest_matches: false })
  }
  t.match(await alice.send('POST', '/v1/debug/signature', { body: right }), { json: { subject: 'described_request', findings: { length: 0 } } }, 'a description is one, signed or not')
})

t.test('keys that exist and keys that do not, right and wrong secrets: the same bytes', async t => {
  nowMs = createdOf(vector) * 1_000
  const { keyId, secret } = alice.credentials as { keyId: string, secret: string }
  const created = Math.floor(nowMs / 1_000)
  const signedBy = (id: string, key: string) => {
    const headers = sign({ method: 'GET', target: '/v1/me', headers: {} }, { id, algorithm: 'hmac-sha256', secret: key }, { created, nonce: 'n' })
    return JSON.stringify({ method: 'GET', url: '/v1/me', headers, signature_base: 'own' })
  }
  const nobody = keyId.slice(0, 9) + [...keyId.slice(9)].reverse().join('')
  t.not(nobody, keyId)
  const revoked = await alice.withKey({})
  await house.operator.keys.revoke(revoked.credentials.keyId)
  const answers = []
  for (const [id, key] of [[keyId, secret], [keyId, 'khs_wrong'], [nobody, secret], [revoked.credentials.keyId, (revoked.credentials as { secret: string }).secret]] as const) {
    answers.push((await post(signedBy(id, key))).text.replaceAll(id, 'ID'))
  }
  t.equal(new Set(answers).size, 1, answers[0]!)
})

t.test('a secret that was sent by mistake is not sent back, and no HMAC is told', async t => {
  nowMs = createdOf(vector) * 1_000
  const { secret } = alice.credentials as { secret: string }
  const { text, json } = await post(JSON.stringify(withBase(base => base.replace('POST', secret))))
  t.notMatch(text, secret)
  t.match(json.hints.at(-1), /looks like a secret/)
  t.match(json.differences[0]!.yours, '"@method": khs_[hidden]')
  const mac = createHmac('sha256', vector.secret).update(vector.signature_base).digest('base64')
  const { Signature, ...unsigned } = right.headers
  t.notMatch((await post(JSON.stringify({ ...right, headers: { ...unsigned, Signature: `sig1=:${'A'.repeat(43)}=:` } }))).text, mac)
  t.notMatch((await post(JSON.stringify(right))).text, vector.signature)
})

t.test('what is no description and not signed is refused, and nothing is written', async t => {
  nowMs = createdOf(vector) * 1_000
  const before = await fingerprintOf(house.db)
  for (const [says, body, code] of [
    ['nothing', '', 'malformed_json'],
    ['no JSON', '{', 'malformed_json'],
    ['a member too many', JSON.stringify({ ...right, secret: 'x' }), 'invalid_request'],
    ['a header twice', JSON.stringify(withHeaders({ SIGNATURE: 'sig1=:AA==:' })), 'invalid_request'],
    ['body and digest', JSON.stringify({ ...right, body_sha256: 'x' }), 'invalid_request'],
    ['no digest', JSON.stringify({ ...right, body: undefined, body_sha256: 'x' }), 'invalid_request'],
    ['many headers', JSON.stringify({ ...right, headers: Object.fromEntries(Array.from({ length: 65 }, (_, n) => [`h${n}`, ''])) }), 'invalid_request'],
    ['too large', JSON.stringify({ ...right, body: 'x'.repeat(70_000) }), 'body_too_large']
  ] as const) {
    t.equal((await post(body)).json.code, code, says)
  }
  for (const hostile of ['x'.repeat(32_000), '\n'.repeat(32_000), '%'.repeat(32_000), '"@query": ' + '&'.repeat(30_000)]) {
    t.equal((await post(JSON.stringify({ ...right, signature_base: hostile }))).status, 200)
  }
  t.same(await fingerprintOf(house.db), before)
})

t.test('an address is answered so often and no more', async t => {
  nowMs = (createdOf(vector) + 400) * 1_000
  t.match(await explains(right), { findings: [{ code: 'signature_expired' }], clock: { ahead_seconds: -400, created: createdOf(vector) } })
  nowMs += 120_000
  const statuses: number[] = []
  for (let n = 0; n <= debugsPerMinutePerAddress; n++) {
    const response = await fetch(`${house.url}/v1/debug/signature`, { method: 'POST', body: JSON.stringify(right), headers: { 'content-type': 'application/json' } })
    statuses.push(response.status)
  }
  t.same(statuses, [...Array.from({ length: debugsPerMinutePerAddress }, () => 200), 429])
  t.same(judge.faults, [], 'all that was answered is what the contract promises')
})
