// Tokens for tools that cannot sign: who gets one, what it may do, and that no forgery, replay or escalation works.
import t, { type Test } from 'tap'
import { createHmac, generateKeyPairSync, randomUUID, type KeyObject } from 'node:crypto'
import { createLocalJWKSet, jwtVerify, SignJWT, UnsecuredJWT } from 'jose'
import { parse } from 'yaml'
import { resellerScopes, tokenScopes, type Scope, type World } from '../../schema/vocabulary.ts'
import { failuresPerMinutePerAddress } from '../../src/api/key-rates.ts'
import { assertionLengthMax, assertionType } from '../../src/api/oauth/assertion.ts'
import { tokenLengthMax, tokenSeconds } from '../../src/api/oauth/access-token.ts'
import { formBytesMax } from '../../src/api/oauth/form.ts'
import { rateLimiter } from '../../src/api/rate-limit.ts'
import { startApi } from '../support/api-process.ts'
import { contractJudge, contractText, readContract } from '../support/contract.ts'
import { fingerprintOf } from '../support/fingerprint.ts'
import { openHouse, type Reseller } from '../support/house.ts'

let aheadMs = 0
const judge = contractJudge()
const clock = () => Date.now() + aheadMs
const house = await openHouse(t, { clock, hear: judge.hear })
const alice = await house.reseller()
const nowS = () => Math.floor(clock() / 1000)

interface Client { readonly id: string, readonly privateKey: KeyObject, readonly publicKey: KeyObject }

interface ClientWish {
  readonly scopes?: readonly Scope[]
  readonly world?: World
  readonly requestsPerMinute?: number
  readonly expiresAt?: string
  readonly ipAllow?: readonly string[]
}

let made = 0
/** A reseller's key whose private half only this test has. */
async function client (reseller: Reseller = alice, { scopes = tokenScopes, world = 'live', requestsPerMinute, expiresAt, ipAllow }: ClientWish = {}): Promise<Client> {
  const { privateKey, publicKey } = generateKeyPairSync('ed25519')
  const { kty, crv, x } = publicKey.export({ format: 'jwk' })
  const { id } = await house.operators[world].admin.resellerKeys.create(reseller.id, {
    reference: `client ${++made}`,
    name: 'tool',
    algorithm: 'ed25519',
    public_key: { kty: kty!, crv: crv!, x: x! } as never,
    scopes: [...scopes] as never,
    ...(requestsPerMinute !== undefined && { requests_per_minute: requestsPerMinute }),
    ...(expiresAt !== undefined && { expires_at: expiresAt }),
    ...(ipAllow !== undefined && { ip_allow: [...ipAllow] })
  })
  return { id, privateKey, publicKey }
}

type Parts = Readonly<Record<string, unknown>>

/** An assertion, every part of which may be made wrong; undefined takes a part away. */
function assertion ({ id, privateKey }: Client, claims: Parts = {}, header: Parts = {}): Promise<string> {
  const payload = { iss: id, sub: id, aud: `${house.url}/oauth/token`, exp: nowS() + 60, jti: randomUUID(), ...claims }
  const told = Object.fromEntries(Object.entries(payload).filter(([, value]) => value !== undefined))
  return new SignJWT(told).setProtectedHeader({ alg: 'EdDSA', typ: 'JWT', ...header }).sign(privateKey)
}

function formOf (jwt: string, more: Readonly<Record<string, string>> = {}): Record<string, string> {
  return { grant_type: 'client_credentials', client_assertion_type: assertionType, client_assertion: jwt, ...more }
}

interface Heard { readonly status: number, readonly headers: Headers, readonly json: any }

async function hear (method: string, target: string, response: Response): Promise<Heard> {
  const type = response.headers.get('content-type') ?? ''
  const text = await response.text()
  judge.hear({ method, target, status: response.status, type, text })
  return { status: response.status, headers: response.headers, json: /\bjson\b/.test(type) ? JSON.parse(text) : undefined }
}

async function post (body: BodyInit, headers: Readonly<Record<string, string>> = {}, url = house.url): Promise<Heard> {
  const type = { 'content-type': 'application/x-www-form-urlencoded' }
  return await hear('POST', '/oauth/token', await fetch(`${url}/oauth/token`, { method: 'POST', body, headers: { ...type, ...headers } }))
}

async function asks (form: Readonly<Record<string, string>>, headers: Readonly<Record<string, string>> = {}): Promise<Heard> {
  return await post(new URLSearchParams(form).toString(), headers)
}

async function tokenFor (holder: Client, scope?: string): Promise<string> {
  const { status, json } = await asks(formOf(await assertion(holder), scope === undefined ? {} : { scope }))
  if (status !== 200) throw new Error(JSON.stringify(json))
  return json.access_token
}

async function bears (token: string, method: string, target: string, more: RequestInit = {}): Promise<Heard> {
  const headers = { authorization: `Bearer ${token}`, ...more.headers as Record<string, string> }
  return await hear(method, target, await fetch(house.url + target, { ...more, method, headers }))
}

type Cases = Readonly<Record<string, readonly [error: string, ask: () => Promise<Heard>, description?: RegExp]>>

/** Each is refused as OAuth has it, and nothing is written. */
async function refuses (t: Test, cases: Cases): Promise<void> {
  const before = await fingerprintOf(house.db)
  for (const [says, [error, ask, description = /\w{3}.*\.$/]] of Object.entries(cases)) {
    const { status, headers, json } = await ask()
    t.match([status, json.error], [400, error], `${says}: ${status} ${JSON.stringify(json)}`)
    t.match(json.error_description, description, says)
    t.match(json.error_description, /^[\x20\x21\x23-\x5b\x5d-\x7e]+$/, `${says}: in the characters RFC 6749 allows`)
    t.same([headers.get('cache-control'), headers.get('pragma')], ['no-store', 'no-cache'], says)
  }
  t.same(await fingerprintOf(house.db), before, 'nothing was written')
}

t.test('a key of algorithm ed25519 gets a token that reads what it may read, and no more', async t => {
  const tool = await client(alice, { scopes: ['catalog:read', 'orders:read', 'codes:read', 'orders:write'] })
  const { status, headers, json } = await asks(formOf(await assertion(tool, { aud: house.url }, { alg: 'EdDSA', typ: 'client-authentication+jwt' })))
  t.match({ status, json }, { status: 200, json: { token_type: 'Bearer', expires_in: tokenSeconds, scope: 'catalog:read orders:read' } })
  t.same([headers.get('cache-control'), headers.get('pragma')], ['no-store', 'no-cache'])

  const metadata = (await hear('GET', '/.well-known/oauth-authorization-server', await fetch(`${house.url}/.well-known/oauth-authorization-server`))).json
  t.match(metadata, {
    issuer: house.url,
    token_endpoint: `${house.url}/oauth/token`,
    jwks_uri: `${house.url}/oauth/jwks.json`,
    grant_types_supported: ['client_credentials'],
    token_endpoint_auth_methods_supported: ['private_key_jwt'],
    scopes_supported: [...tokenScopes]
  })
  const jwks = (await hear('GET', '/oauth/jwks.json', await fetch(metadata.jwks_uri))).json
  const { payload, protectedHeader } = await jwtVerify(json.access_token, createLocalJWKSet(jwks), { typ: 'at+jwt', issuer: metadata.issuer, audience: house.url })
  t.match(protectedHeader, { alg: 'EdDSA', typ: 'at+jwt', kid: house.worlds.live.tokenKey.jwk.kid })
  t.match(payload, { sub: tool.id, client_id: tool.id, scope: 'catalog:read orders:read', jti: /^[\w-]{20,}$/ })
  t.equal(payload.exp! - payload.iat!, tokenSeconds)
  const callbacks = await (await fetch(`${house.url}/.well-known/jwks.json`)).json()
  const kids = (keys: { keys: { kid: string }[] }) => keys.keys.map(key => key.kid)
  t.same(kids(callbacks).filter(kid => kids(jwks).includes(kid)), [], 'whoever verifies callbacks does not take the keys of tokens')

  t.match((await bears(json.access_token, 'GET', '/v1/products')).status, 200)
  const me = await bears(json.access_token, 'GET', '/v1/me')
  t.match(me.json.key, { id: tool.id, scopes: ['catalog:read', 'orders:read'] })
  t.equal(me.json.wallets, undefined)
  const refused = await bears(json.access_token, 'GET', '/v1/wallets')
  t.match(refused, { status: 403, json: { code: 'scope_missing', scope: 'wallet:read' } })
  t.equal(refused.headers.get('www-authenticate'), 'Bearer realm="kahub", error="insufficient_scope", scope="wallet:read"')

  const narrow = await asks(formOf(await assertion(tool), { scope: 'orders:read wallet:read', client_id: tool.id, unknown: 'ignored' }))
  t.match(narrow.json, { scope: 'orders:read' }, 'what was asked for and the key has')
  t.match((await bears(narrow.json.access_token, 'GET', '/v1/products')).json, { code: 'scope_missing' })
  t.equal((await hear('GET', '/v1/products', await fetch(`${house.url}/v1/products`))).headers.get('www-authenticate'),
    'Signature realm="kahub", Bearer realm="kahub"', 'who brings nothing is told both ways')
})

t.test('an assertion that is not right in every part gets no token', async t => {
  const tool = await client()
  const stranger = { ...await client(), id: tool.id }
  const sandbox = await house.reseller({ world: 'test' })
  const test = await client(sandbox, { world: 'test' })
  const { secret, keyId } = alice.credentials
  const with_ = (claims: Parts, header?: Parts) => async () => await asks(formOf(await assertion(tool, claims, header)))
  const sends = (jwt: () => string | Promise<string>) => async () => await asks(formOf(await jwt()))
  const claims = () => ({ iss: tool.id, sub: tool.id, aud: `${house.url}/oauth/token`, exp: nowS() + 60, jti: randomUUID() })
  const hs256 = (key: Buffer | string, sub = tool.id) => {
    const part = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url')
    const signed = `${part({ alg: 'HS256', typ: 'JWT' })}.${part({ ...claims(), iss: sub, sub })}`
    return `${signed}.${createHmac('sha256', key).update(signed).digest('base64url')}`
  }
  const { x } = tool.publicKey.export({ format: 'jwk' })
  const ecdsa = generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey
  await refuses(t, {
    'alg none': ['invalid_client', sends(() => new UnsecuredJWT(claims()).encode()), /EdDSA/],
    'HS256 with the bytes of the public key': ['invalid_client', sends(() => hs256(Buffer.from(x!, 'base64url'))), /EdDSA/],
    'HS256 with the PEM of the public key': ['invalid_client', sends(() => hs256(tool.publicKey.export({ format: 'pem', type: 'spki' }) as string)), /EdDSA/],
    'a key of algorithm hmac-sha256': ['invalid_client', sends(() => hs256(secret, keyId)), /register an ed25519 key/],
    'another algorithm': ['invalid_client', sends(() => new SignJWT(claims()).setProtectedHeader({ alg: 'ES256' }).sign(ecdsa)), /EdDSA/],
    'the key of a stranger': ['invalid_client', async () => await asks(formOf(await assertion(stranger)))],
    'a key in the header': ['invalid_client', async () => await asks(formOf(await assertion(stranger, {}, { jwk: stranger.publicKey.export({ format: 'jwk' }) })))],
    'a critical extension': ['invalid_client', sends(async () => (await assertion(tool)).replace(/^[^.]+/, Buffer.from('{"alg":"EdDSA","crit":["b64"],"b64":false}').toString('base64url'))), /crit/],
    'another typ': ['invalid_client', with_({}, { typ: 'at+jwt' }), /typ/],
    'an access token': ['invalid_client', sends(async () => await tokenFor(tool)), /typ/],
    'another server as aud': ['invalid_client', with_({ aud: 'https://kahub.example.com/oauth/token' }), /aud must be http/],
    'another server beside this one': ['invalid_client', with_({ aud: [house.url, 'https://evil.example.com'] }), /aud/],
    'no aud': ['invalid_client', with_({ aud: undefined }), /aud/],
    'an empty aud': ['invalid_client', with_({ aud: [] }), /aud/],
    'a host that the request names': ['invalid_client',
      async () => await asks(formOf(await assertion(tool, { aud: 'http://evil.example.com/oauth/token' })), { 'x-forwarded-host': 'evil.example.com' }), /aud/
    ],
    'another iss': ['invalid_client', with_({ iss: keyId }), /iss and sub/],
    'no sub': ['invalid_client', with_({ sub: undefined }), /iss and sub/],
    'a sub that is no text': ['invalid_client', with_({ sub: 7, iss: 7 }), /iss and sub/],
    'no exp': ['invalid_client', with_({ exp: undefined }), /exp/],
    'an exp that is no number': ['invalid_client', sends(async () => {
      const part = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url')
      return `${part({ alg: 'EdDSA' })}.${part({ ...claims(), exp: '9999999999' })}.AAAA`
    }), /exp/],
    expired: ['invalid_client', with_({ exp: nowS() - 31 }), /expired 3\d seconds ago/],
    'good for too long': ['invalid_client', with_({ exp: nowS() + 400 }), /300 seconds/],
    'from the future': ['invalid_client', with_({ iat: nowS() + 60 }), /iat/],
    'not yet good': ['invalid_client', with_({ nbf: nowS() + 60 }), /nbf/],
    'no jti': ['invalid_client', with_({ jti: undefined }), /jti/],
    'an empty jti': ['invalid_client', with_({ jti: '' }), /jti/],
    'a long jti': ['invalid_client', with_({ jti: 'j'.repeat(129) }), /jti/],
    'too long': ['invalid_client', with_({ more: 'x'.repeat(assertionLengthMax) }), /longer/],
    'no JWT': ['invalid_client', sends(() => 'a.b.c'), /JWT/],
    'no JWT at all': ['invalid_client', sends(() => '☃'), /JWT/],
    'a live key’s name with a key of the sandbox': ['invalid_client', async () => await asks(formOf(await assertion({ ...test, id: tool.id })))],
    'a live-looking name of a key of the sandbox': ['invalid_client', async () => await asks(formOf(await assertion({ ...test, id: test.id.replace('key_test_', 'key_live_') })))]
  })
  t.equal((await asks(formOf(await assertion(tool, { aud: [house.url] }, { typ: undefined })))).status, 200, 'the same, right in every part')
})

t.test('of an unknown key, a wrong signature and a key of another algorithm nobody learns which it was', async t => {
  const tool = await client()
  const other = await client()
  const answers = []
  for (const id of ['key_live_0000000000000000', tool.id, alice.credentials.keyId, 'somebody']) {
    const { status, headers, json: { request_id: _, ...json } } = await asks(formOf(await assertion({ ...other, id })))
    answers.push(JSON.stringify([status, json, [...headers].filter(([name]) => !['date', 'request-id'].includes(name))]))
  }
  t.equal(new Set(answers).size, 1, answers[0]!)
})

t.test('an assertion is good once: again, with its jti in another, at the same time, and at another process', async t => {
  const tool = await client()
  const once = await assertion(tool)
  t.equal((await asks(formOf(once))).status, 200)
  t.match((await asks(formOf(once))).json, { error: 'invalid_client', error_description: /used before/ })
  const jti = randomUUID()
  t.equal((await asks(formOf(await assertion(tool, { jti, exp: nowS() + 5 })))).status, 200)
  t.match((await asks(formOf(await assertion(tool, { jti, exp: nowS() + 300 })))).json, { error_description: /used before/ }, 'whatever the exp')
  t.equal((await asks(formOf(await assertion(await client(), { jti })))).status, 200, 'another client has jtis of its own')

  const raced = await assertion(tool)
  const outcomes = await Promise.all(Array.from({ length: 20 }, async () => (await asks(formOf(raced))).status))
  t.same(outcomes.filter(status => status === 200).length, 1, 'twenty at the same time: one')

  const publicUrl = 'https://api.example.com'
  const servers = await Promise.all([1, 2].map(() => startApi(t, house.databaseUrl, house.masterKey, { PUBLIC_URL: publicUrl })))
  for (let round = 0; round < 5; round++) {
    const shared = new URLSearchParams(formOf(await assertion(tool, { aud: `${publicUrl}/oauth/token` }))).toString()
    const heard = await Promise.all([...servers, ...servers].map(async ({ url }) => await post(shared, {}, url)))
    t.equal(heard.filter(({ status }) => status === 200).length, 1, 'two processes: one')
    const { access_token: token } = heard.find(({ status }) => status === 200)!.json
    for (const { url } of servers) {
      t.equal((await fetch(`${url}/v1/products`, { headers: { authorization: `Bearer ${token}` } })).status, 200, 'its token is good at both')
    }
    t.match((await bears(token, 'GET', '/v1/products')).json, { code: 'token_invalid' }, 'and at no server of another name')
  }
})

t.test('a form that could be read in two ways is refused', async t => {
  const tool = await client()
  const jwt = await assertion(tool)
  const text = new URLSearchParams(formOf(jwt)).toString()
  const cases: Readonly<Record<string, readonly [number, string, () => Promise<Heard>]>> = {
    'a field twice': [400, 'invalid_request', () => post(`${text}&scope=orders:read&scope=wallet:read`)],
    'the assertion twice': [400, 'invalid_request', () => post(`${text}&client_assertion=${jwt}`)],
    'a field twice, once escaped': [400, 'invalid_request', () => post(`${text}&scope=orders:read&%73cope=wallet:read`)],
    'UTF-16': [400, 'invalid_request', () => post(Buffer.from(text, 'utf16le'), { 'content-type': 'application/x-www-form-urlencoded; charset=utf-16le' })],
    'UTF-7': [400, 'invalid_request', () => post(text, { 'content-type': 'application/x-www-form-urlencoded; charset=utf-7' })],
    'a quoted charset': [400, 'invalid_request', () => post(text, { 'content-type': 'application/x-www-form-urlencoded;  CHARSET="ibm037"' })],
    'bytes beyond ASCII': [400, 'invalid_request', () => post(Buffer.from(`${text}&a=é`, 'latin1'))],
    'an escape that is no UTF-8': [400, 'invalid_request', () => post(`${text}&a=%c0%af`)],
    'half an escape': [400, 'invalid_request', () => post(`${text}&a=%4`)],
    'a line feed at the end': [400, 'invalid_request', () => post(`${text}\n`)],
    'many fields': [400, 'invalid_request', () => post(`${text}${Array.from({ length: 40 }, (_, n) => `&f${n}=`).join('')}`)],
    'too large': [413, 'invalid_request', () => post(`${text}&a=${'x'.repeat(formBytesMax)}`)],
    JSON: [415, 'invalid_request', () => post(JSON.stringify(formOf(jwt)), { 'content-type': 'application/json' })],
    'no body': [400, 'invalid_request', () => post('')],
    'no grant_type': [400, 'invalid_request', () => asks({ ...formOf(jwt), grant_type: '' })],
    'another grant': [400, 'unsupported_grant_type', () => asks({ ...formOf(jwt), grant_type: 'password' })],
    'another type of assertion': [400, 'invalid_request', () => asks({ ...formOf(jwt), client_assertion_type: 'urn:ietf:params:oauth:client-assertion-type:saml2-bearer' })],
    'no assertion': [400, 'invalid_request', () => asks({ ...formOf(jwt), client_assertion: '' })],
    'a secret beside the assertion': [400, 'invalid_client', () => asks({ ...formOf(jwt), client_secret: 'khs_x' })],
    'a secret in the header': [400, 'invalid_client', () => asks(formOf(jwt), { authorization: 'Basic a2V5OnNlY3JldA==' })],
    'another client_id': [400, 'invalid_client', () => asks({ ...formOf(jwt), client_id: alice.credentials.keyId })]
  }
  const before = await fingerprintOf(house.db)
  for (const [says, [status, error, ask]] of Object.entries(cases)) t.match(await ask(), { status, json: { error } }, says)
  t.same(await fingerprintOf(house.db), before, 'nothing was written, so the assertion is still good')
  t.equal((await post(text, { 'content-type': 'Application/X-WWW-Form-Urlencoded; charset="UTF-8"' })).status, 200)
  t.equal((await fetch(`${house.url}/oauth/token`)).status, 405)
})

t.test('no scope that is not for reading can be had, and none that the key lacks', async t => {
  const all = await client(alice, { scopes: [...tokenScopes, 'orders:write', 'codes:read', 'keys:write'] })
  const narrow = await client(alice, { scopes: ['orders:write', 'codes:read'] })
  const asksFor = (holder: Client, scope: string) => async () => await asks(formOf(await assertion(holder), { scope }))
  await refuses(t, {
    'codes:read': ['invalid_scope', asksFor(all, 'codes:read')],
    'codes:read among others': ['invalid_scope', asksFor(all, 'orders:read codes:read')],
    'orders:write': ['invalid_scope', asksFor(all, 'orders:write')],
    'admin:*': ['invalid_scope', asksFor(all, 'admin:*')],
    'an unknown one': ['invalid_scope', asksFor(all, 'everything')],
    'two spaces': ['invalid_scope', asksFor(all, 'orders:read  wallet:read')],
    'a tab': ['invalid_scope', asksFor(all, 'orders:read\twallet:read')],
    'a part of one': ['invalid_scope', asksFor(all, 'orders')]
  })
  t.match((await asksFor(narrow, 'orders:read')()).json, { error: 'invalid_scope', error_description: /has none/ })
  t.match((await asks(formOf(await assertion(narrow)))).json, { error: 'invalid_scope' })
})

t.test('a token opens what the contract says it opens, and of a key that may do everything nothing else', async t => {
  const holder = await house.reseller()
  const token = await tokenFor(await client(holder, { scopes: resellerScopes }))
  const document = parse(contractText, { maxAliasCount: -1 }) as { paths: Record<string, Record<string, { security: object[] }>> }
  const before = await fingerprintOf(house.db)
  let opened = 0
  for (const { method, path, signed, operationId } of readContract().filter(operation => operation.signed)) {
    t.ok(signed)
    const promised = document.paths[path]![method.toLowerCase()]!.security.some(way => 'bearer' in way)
    const target = path.replace(/\{\w+\}/g, 'x') + (operationId === 'streamEvents' ? '?close_after_seconds=0' : '')
    const body = method === 'GET' || method === 'DELETE' ? {} : { body: '{}', headers: { 'content-type': 'application/json' } }
    const { status, json } = await bears(token, method, target, body)
    t.equal(json?.code !== 'token_not_accepted', promised, `${operationId} ${status}`)
    if (promised) {
      opened++
      t.equal(method === 'GET' || path === '/graphql', true, `${operationId} reads`)
      t.notMatch(path, /codes|\/admin\//, `${operationId} shows no codes`)
    } else t.equal(status, 403, operationId)
  }
  t.ok(opened >= 20, `${opened} operations take a token`)
  t.same(await fingerprintOf(house.db), before, 'nothing was changed')
})

t.test('on the graph a token asks, and neither changes anything nor reads codes', async t => {
  const holder = await house.reseller()
  const sku = await house.sku({ codes: 10 })
  const { id: order } = await holder.places({ sku, quantity: 2 })
  const token = await tokenFor(await client(holder, { scopes: resellerScopes }))
  const graph = async (query: string) => {
    const response = await fetch(`${house.url}/graphql`, {
      method: 'POST', headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' }, body: JSON.stringify({ query })
    })
    return await response.json() as { data: any, errors?: readonly { readonly extensions: { readonly code: string } }[] }
  }
  t.match(await graph('{ me { reseller { name } } }'), { data: { me: { reseller: { name: String } } }, errors: undefined })
  const before = await fingerprintOf(house.db)
  const refusals = ['scope_missing', 'token_not_accepted']
  const bought = await graph(`mutation { placeOrder(input: { reference: "by token", lines: [{ sku: "${sku}", quantity: 1 }] }) { order { id } } }`)
  t.ok(refusals.includes(bought.errors?.[0]?.extensions.code ?? ''), JSON.stringify(bought))
  const seen = await graph(`{ order(id: "${order}") { id codes(limit: 5) { data { secret } } } }`)
  t.ok(refusals.includes(seen.errors?.[0]?.extensions.code ?? ''), JSON.stringify(seen))
  t.same(await fingerprintOf(house.db), before, 'nothing was changed')
})

t.test('no token but one of ours is taken, and no part of one can be changed', async t => {
  const tool = await client(alice, { scopes: ['catalog:read'] })
  const token = await tokenFor(tool)
  const [header, payload, signature] = token.split('.') as [string, string, string]
  const read = (part: string) => JSON.parse(Buffer.from(part, 'base64url').toString())
  const part = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url')
  const { live, test } = house.worlds
  const claims = read(payload)
  const forged = (more: Parts, head: Parts = {}, key: KeyObject = live.tokenKey.privateKey.reveal()) =>
    new SignJWT({ ...claims, ...more }).setProtectedHeader({ ...read(header), ...head }).sign(key)
  const hs256 = (key: Buffer | string) => {
    const signed = `${part({ ...read(header), alg: 'HS256' })}.${payload}`
    return `${signed}.${createHmac('sha256', key).update(signed).digest('base64url')}`
  }
  const { publicKey, jwk } = live.tokenKey
  const cases: Readonly<Record<string, string | Promise<string>>> = {
    'alg none': new UnsecuredJWT(claims).encode(),
    'alg none with our kid': `${part({ ...read(header), alg: 'none' })}.${payload}.`,
    'alg None': `${part({ ...read(header), alg: 'None' })}.${payload}.`,
    'HS256 with the bytes of our public key': hs256(Buffer.from(jwk.x, 'base64url')),
    'HS256 with the PEM of our public key': hs256(publicKey.export({ format: 'pem', type: 'spki' }) as string),
    'HS256 with our JWK as text': hs256(JSON.stringify(jwk)),
    'signed by the client': forged({}, {}, tool.privateKey),
    'signed by the client with its key in the header': forged({}, { jwk: tool.publicKey.export({ format: 'jwk' }) }, tool.privateKey),
    'more scopes': `${header}.${part({ ...claims, scope: 'catalog:read orders:read' })}.${signature}`,
    'another signature': `${header}.${payload}.${signature.replace(/^./, first => first === 'A' ? 'B' : 'A')}`,
    'no signature': `${header}.${payload}.`,
    'an assertion': assertion(tool),
    'an assertion with the typ and kid of a token': assertion(tool, claims, read(header)),
    'typ JWT': forged({}, { typ: 'JWT' }),
    'no typ': forged({}, { typ: undefined }),
    'another aud': forged({ aud: 'https://other.example.com' }),
    'another iss': forged({ iss: 'https://other.example.com' }),
    'no exp': forged({ exp: undefined }),
    'another client_id': forged({ client_id: alice.credentials.keyId }),
    'a key nobody has': forged({ sub: 'key_live_0000000000000000', client_id: 'key_live_0000000000000000' }),
    'a key of the sandbox': forged({ sub: 'key_test_0000000000000000', client_id: 'key_test_0000000000000000' }),
    'a live key by the sandbox’s signature': forged({}, { kid: test.tokenKey.jwk.kid }, test.tokenKey.privateKey.reveal()),
    'the sandbox’s signature under our kid': forged({}, {}, test.tokenKey.privateKey.reveal()),
    'our signature under the sandbox’s kid': forged({}, { kid: test.tokenKey.jwk.kid }),
    'signed with the key of callbacks': forged({}, {}, live.callbackKey.privateKey.reveal()),
    'too long': forged({ more: 'x'.repeat(tokenLengthMax) }),
    'no JWT': 'khs_something'
  }
  for (const [says, made] of Object.entries(cases)) {
    const { status, headers, json } = await bears(await made, 'GET', '/v1/products')
    t.match({ status, code: json.code }, { status: 401, code: 'token_invalid' }, `${says}: ${json.code}`)
    t.equal(headers.get('www-authenticate'), 'Bearer realm="kahub", error="invalid_token", error_description="token_invalid"', says)
  }
  t.match((await bears(await forged({ scope: 'admin:* codes:read orders:write catalog:read' }), 'GET', '/v1/me')).json.key.scopes, ['catalog:read'],
    'even a token of ours holds no scope that tokens do not have, or its key has not')
  for (const authorization of ['Bearer', 'Bearer  ', `Basic ${token}`, `Bearer ${token} ${token}`, token]) {
    const answer = await fetch(`${house.url}/v1/products`, { headers: { authorization } })
    t.match([answer.status, await answer.json()], [401, { code: 'signature_missing' }], authorization.slice(0, 12))
  }
  t.equal((await fetch(`${house.url}/v1/products?access_token=${token}`)).status, 401, 'not in the query')
  t.equal((await bears(token, 'GET', '/v1/products')).status, 200, 'the token itself is good')
  const signedAsWell = await alice.send('GET', '/v1/wallets', { tamper: { headersAfter: { authorization: `Bearer ${token}` } } })
  t.equal(signedAsWell.status, 200, 'beside a signature a token counts for nothing')
  const badlySigned = await alice.send('GET', '/v1/products', { tamper: { secret: 'khs_wrong', headersAfter: { authorization: `Bearer ${token}` } } })
  t.equal(badlySigned.code, 'signature_invalid', 'nor does it mend a wrong one')
  t.match((await bears(token, 'GET', '/v1/products', { headers: { 'kahub-version': '1999-01-01' } })).json, { code: 'version_unknown' })
})

t.test('a token ends with its ten minutes, its key and its reseller, and is good only where its key is', async t => {
  const reads = async (token: string) => {
    const { status, headers, json } = await bears(token, 'GET', '/v1/products')
    return [status, json.code, headers.get('www-authenticate')?.split(',', 1)[0]]
  }
  const short = await tokenFor(await client())
  const stream = await fetch(`${house.url}/v1/events/stream`, { headers: { authorization: `Bearer ${await tokenFor(await client())}` } })
  t.equal(stream.status, 200)
  aheadMs += (tokenSeconds - 1) * 1_000
  t.equal((await reads(short))[0], 200, 'in its last second')
  aheadMs += 2_000
  t.same(await reads(short), [401, 'token_expired', 'Bearer realm="kahub"'])
  t.match(await stream.text(), /this stream begins/, 'a stream that a token opened ends with it')

  const revoked = await client()
  const ofRevoked = await tokenFor(revoked)
  await house.operator.keys.revoke(revoked.id)
  t.same(await reads(ofRevoked), [401, 'key_revoked', 'Bearer realm="kahub"'])
  t.match((await asks(formOf(await assertion(revoked)))).json, { error: 'invalid_client', error_description: /was revoked/ })

  const ending = await client(alice, { expiresAt: new Date(clock() + 60_000).toISOString() })
  const ofEnding = await tokenFor(ending)
  aheadMs += 61_000
  t.same((await reads(ofEnding)).slice(0, 2), [401, 'key_expired'])

  const bob = await house.reseller()
  const bobs = await client(bob)
  const ofBob = await tokenFor(bobs)
  t.equal((await reads(ofBob))[0], 200)
  await house.operator.resellers.update(bob.id, { status: 'suspended' })
  t.same((await reads(ofBob)).slice(0, 2), [403, 'reseller_suspended'])
  t.match((await asks(formOf(await assertion(bobs)))).json, { error: 'unauthorized_client' })

  const elsewhere = await client(alice, { ipAllow: ['127.0.0.0/8'] })
  const ofElsewhere = await tokenFor(elsewhere)
  t.equal((await reads(ofElsewhere))[0], 200)
  await house.operator.keys.update(elsewhere.id, { ip_allow: ['203.0.113.7'] })
  t.same((await reads(ofElsewhere)).slice(0, 2), [403, 'ip_not_allowed'])
  t.match((await asks(formOf(await assertion(elsewhere)))).json, { error: 'unauthorized_client', error_description: /may not be used from/ })
})

t.test('a key of the sandbox has tokens of the sandbox', async t => {
  const sandbox = await house.reseller({ world: 'test' })
  const token = await tokenFor(await client(sandbox, { world: 'test' }))
  t.match((await bears(token, 'GET', '/v1/me')).json, { world: 'test', reseller: { id: sandbox.id } })
})

t.test('an operator’s key gets no token', async t => {
  const { privateKey, publicKey } = generateKeyPairSync('ed25519')
  const { kty, crv, x } = publicKey.export({ format: 'jwk' })
  const { id } = await house.operator.keys.create({ name: 'clerk', algorithm: 'ed25519', public_key: { kty: kty!, crv: crv!, x: x! } as never, scopes: ['admin:*'] })
  t.match((await asks(formOf(await assertion({ id, privateKey, publicKey })))).json, { error: 'unauthorized_client' })
})

t.test('tokens and signatures take from one rate', async t => {
  const slow = await client(alice, { requestsPerMinute: 3 })
  const token = await tokenFor(slow)
  const first = await bears(token, 'GET', '/v1/ping')
  t.equal(first.headers.get('ratelimit'), '"key";r=1;t=40', 'the token’s own request counts')
  t.equal((await bears(token, 'GET', '/v1/ping')).status, 200)
  const over = await bears(token, 'GET', '/v1/ping')
  t.match([over.status, over.json.code, over.headers.get('retry-after')], [429, 'rate_limited', /^\d+$/])
  const another = await asks(formOf(await assertion(slow)))
  t.match([another.status, another.json.error, another.headers.get('retry-after')], [429, 'temporarily_unavailable', /^\d+$/])

  const limiter = rateLimiter()
  const policy = { name: 'key', perMinute: 60 }
  t.match(limiter.take('a', policy, 0, 59), { allowed: true, remaining: 1 }, 'what costs more takes more')
  t.match(limiter.take('a', policy, 0, 2), { allowed: false, waitSeconds: 1 })
  t.match(limiter.take('a', policy, 0), { allowed: true, remaining: 0 })
  t.match(limiter.take('b', policy, 0, 1_000), { allowed: true, remaining: 0 }, 'what costs more than a minute takes the minute, and can be had')
})

t.test('guessing is slowed by address', async t => {
  aheadMs += 60_000
  const nobody = { ...await client(), id: 'key_live_0000000000000000' }
  // More than the address may get wrong in the time they take.
  const assertions = await Promise.all(Array.from({ length: 20 }, () => assertion(nobody)))
  let tries = 0
  let code = 'token_invalid'
  // The bucket fills again while they come, so that it takes some more of them.
  for (; code === 'token_invalid' && tries < 2 * failuresPerMinutePerAddress; tries++) {
    code = (await bears(`e30.e30.${tries}`, 'GET', '/v1/products')).json.code
  }
  t.equal(code, 'rate_limited')
  t.ok(tries > failuresPerMinutePerAddress)
  const heard = await Promise.all(assertions.map(async made => await asks(formOf(made))))
  t.match(heard.at(-1), { status: 429, json: { error: 'temporarily_unavailable' } }, 'assertions and tokens are counted together')
})

t.test('all that was answered is what the contract promises', async t => {
  t.same(judge.faults, [])
})
