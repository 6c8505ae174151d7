// Forgeries made by whoever knows the protocol and holds other signatures: parts of two put together, a second signature beside the
// first, parameters said twice, headers added beside the signed ones, other times, other addresses. Each must be refused as told here.
import { randomText } from '../../src/base/ids.ts'
import type { SigningKey } from '../../src/base/signature.ts'
import type { Stage } from './forgery-stage.ts'
import { fieldOf, fromWish, hearOne, nowS, printCall, signedCall, signedWith, withFields, type Call, type Wish } from './forgery-wire.ts'

/** A forgery and the codes it may be refused with. */
export interface Trick { readonly says: string, readonly call: Call, readonly refusedAs: RegExp }

export interface TricksOutcome { readonly tried: number, readonly faults: readonly string[] }

/** Plays all tricks at both processes; what is true is done as well, so that the refusals are refusals of the trick. */
export async function playTricks (stage: Stage): Promise<TricksOutcome> {
  const faults: string[] = []
  const tricks = [...swaps(stage), ...labels(stage), ...additions(stage), ...times(stage), ...await addresses(stage)]
  for (const [i, { says, call, refusedAs }] of tricks.entries()) {
    const heard = await hearOne(stage.urls[i % 2]!, printCall(call))
    const code = heard?.code ?? String(heard?.status)
    if (!refusedAs.test(code)) faults.push(`${says}: answered ${code}`)
  }
  const truths = truthsOf(stage)
  for (const { says, call, reference } of truths) {
    const heard = await hearOne(stage.urls[0], printCall(call))
    if (heard?.status === 201) stage.ordered.add(reference)
    else faults.push(`${says}: refused although it is true (${heard?.status} ${heard?.code})`)
  }
  return { tried: tricks.length + truths.length, faults: [...faults, ...await hearsay(stage)] }
}

const json = ['content-type', 'application/json'] as const

/** An order that a trick asks for; none of them may ever be there. */
function order ({ sku }: Stage, reference = `trick-${randomText(6)}`, quantity = 1): Wish {
  return { method: 'POST', target: '/v1/orders', fields: [json], body: JSON.stringify({ reference, lines: [{ sku, quantity }] }) }
}

const wrong = /^(signature_invalid|digest_mismatch)$/
const malformed = /^(signature_malformed|malformed_request)$/

function swaps (stage: Stage): Trick[] {
  const { keys } = stage
  const tricks: Trick[] = []
  for (const key of [keys.hmac, keys.ed25519]) {
    const [one, two] = [signedCall(key, order(stage)), signedCall(key, order(stage))]
    const strangers = signedCall(keys.stranger, order(stage))
    const from = (other: Call, ...names: string[]): Call =>
      withFields(one, Object.fromEntries(names.map(name => [name, fieldOf(other, name)])))
    const trick = (what: string, call: Call) => tricks.push({ says: `${key.algorithm}: ${what}`, call, refusedAs: wrong })
    trick('the signature of another order', from(two, 'signature'))
    trick('the parameters of another order', from(two, 'signature-input'))
    trick('parameters and signature of another order', from(two, 'signature', 'signature-input'))
    trick('the digest of another order', from(two, 'content-digest'))
    trick('the body of another order', { ...one, body: two.body })
    trick('all headers of another order', { ...two, body: one.body })
    trick('a stranger’s signature', from(strangers, 'signature'))
    trick('a stranger’s signature and parameters', from(strangers, 'signature', 'signature-input'))
    trick('another method', { ...signedCall(key, { method: 'GET', target: `/v1/keys/${key.id}` }), method: 'DELETE' })
    trick('another address', { ...one, target: '/v1/quotes' })
    const input = fieldOf(one, 'signature-input')
    const otherAlgorithm = key.algorithm === 'ed25519' ? 'hmac-sha256' : 'ed25519'
    trick('the stranger named as signer', withFields(one, { 'signature-input': input.replace(key.id, keys.stranger.id) }))
    trick('the operator named as signer', withFields(one, { 'signature-input': input.replace(key.id, keys.operator.id) }))
    trick('the other algorithm named', withFields(one, { 'signature-input': input.replace(`"${key.algorithm}"`, `"${otherAlgorithm}"`) }))
    trick('no signature at all, in as many bytes', withFields(one, { signature: `sig1=:${Buffer.alloc(64).toString('base64')}:` }))
    trick('an empty signature', withFields(one, { signature: 'sig1=::' }))
  }
  return tricks
}

function labels (stage: Stage): Trick[] {
  const { keys } = stage
  const one = signedCall(keys.hmac, order(stage))
  const two = signedCall(keys.stranger, order(stage))
  const [input, signature] = [fieldOf(one, 'signature-input'), fieldOf(one, 'signature')]
  const relabelled = (text: string) => text.replace('sig1=', 'sig2=')
  const both = (name: string) => `${fieldOf(one, name)}, ${relabelled(fieldOf(two, name))}`
  const trick = (says: string, call: Call): Trick => ({ says, call, refusedAs: malformed })
  const signed = (says: string, components: readonly string[], parameters: string, wish = order(stage)): Trick =>
    trick(says, signedWith(keys.hmac, wish, components, parameters))
  const covered = ['@method', '@path', '@query', 'content-digest']
  const params = (more = '') => `;created=${nowS()};keyid="${keys.hmac.id}";nonce="${randomText(16)}";alg="hmac-sha256"${more}`
  const strangely = (component: string) => withFields(one, { 'signature-input': input.replace('"@path"', component) })
  return [
    trick('two signatures in one header', withFields(one, { 'signature-input': both('signature-input'), signature: both('signature') })),
    trick('two signatures in two headers', {
      ...one,
      fields: [...one.fields, ...(['signature-input', 'signature'] as const).map(name => [name, relabelled(fieldOf(two, name))] as const)]
    }),
    trick('one label, twice', withFields(one, { 'signature-input': `${input}, ${fieldOf(two, 'signature-input')}`, signature })),
    trick('a signature under another label', withFields(one, { signature: relabelled(signature) })),
    trick('a label in capitals', withFields(one, { signature: signature.toUpperCase().slice(0, 4) + signature.slice(4) })),
    signed('created twice', covered, params(`;created=${nowS()}`)),
    signed('keyid twice, the second a stranger', covered, params(`;keyid="${keys.stranger.id}"`)),
    signed('nonce twice', covered, params(';nonce="x"')),
    signed('an unknown parameter', covered, params(';level="admin"')),
    signed('created as text', covered, `;created="${nowS()}";keyid="${keys.hmac.id}";nonce="n";alg="hmac-sha256"`),
    signed('created with a fraction', covered, `;created=${nowS()}.0;keyid="${keys.hmac.id}";nonce="n";alg="hmac-sha256"`),
    signed('a component twice', [...covered, '@path'], params()),
    trick('a component that is not there', strangely('"@path" "x-absent"')),
    trick('a component of the answer', strangely('"@status"')),
    trick('a component with a parameter', strangely('"@path";req')),
    trick('one parameter of the query alone', strangely('"@query-param";name="a"')),
    trick('a component in capitals', strangely('"@PATH"'))
  ]
}

function additions (stage: Stage): Trick[] {
  const { keys } = stage
  const one = () => signedCall(keys.hmac, order(stage))
  const twice = (name: string, value: string): Call => {
    const call = signedCall(keys.hmac, { ...order(stage), fields: [json, ['idempotency-key', 'trick']] })
    return { ...call, fields: [...call.fields, [name, value]] }
  }
  const keyed = signedCall(keys.hmac, { ...order(stage, 'trick-a'), fields: [json, ['idempotency-key', 'trick-b']] })
  const beside = (name: string, value: string): Trick =>
    ({ says: `${name} beside what is signed`, call: withFields(one(), { [name]: value }), refusedAs: /^signature_insufficient$/ })
  const emptyDigest = 'sha-256=:47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=:'
  return [
    beside('idempotency-key', 'trick'),
    beside('kahub-version', '2026-11-21'),
    beside('kahub-sandbox-now', 'x'),
    { says: 'a second Idempotency-Key', call: twice('idempotency-key', 'other'), refusedAs: wrong },
    { says: 'a second Content-Digest', call: twice('content-digest', emptyDigest), refusedAs: wrong },
    { says: 'an Idempotency-Key that is not the reference', call: keyed, refusedAs: /^reference_mismatch$/ }
  ]
}

function times (stage: Stage): Trick[] {
  const { keys } = stage
  const at = (says: string, created: number, refusedAs: RegExp, more = ''): Trick[] => [keys.hmac, keys.ed25519].map(key => ({
    says: `${key.algorithm}: ${says}`,
    call: signedWith(key, order(stage), ['@method', '@path', '@query', 'content-digest'],
      `;created=${created}${more};keyid="${key.id}";nonce="${randomText(16)}";alg="${key.algorithm}"`),
    refusedAs
  }))
  return [
    ...at('signed 301 s ago', nowS() - 301, /^signature_expired$/),
    ...at('signed in 1970', 0, /^signature_expired$/),
    ...at('signed before 1970', -1, /^signature_(expired|malformed)$/),
    ...at('signed 45 s from now', nowS() + 45, /^signature_in_future$/),
    ...at('signed in a far future', 999_999_999_999_999, /^signature_in_future$/),
    ...at('signed at a time of too many digits', 1e20, /^signature_malformed$/),
    ...at('expired a second ago', nowS() - 10, /^signature_expired$/, `;expires=${nowS() - 1}`),
    ...at('expired before it was signed', nowS(), /^signature_expired$/, ';expires=0')
  ]
}

/** What names another address than the caller's: a proxy's word counts, a caller's does not. */
async function addresses (stage: Stage): Promise<Trick[]> {
  const bound = await stage.buyer.withKey({ ipAllow: ['203.0.113.7'] })
  const key: SigningKey = { id: bound.credentials.keyId, algorithm: 'hmac-sha256', secret: bound.credentials.secret! }
  const spoofs: Readonly<Record<string, Record<string, string>>> = {
    'the allowed address before the proxy’s': { 'x-forwarded-for': '203.0.113.7, 10.9.9.9' },
    'the allowed address many times before the proxy’s': { 'x-forwarded-for': `${'203.0.113.7, '.repeat(20)}10.9.9.9` },
    'the allowed address in Forwarded': { forwarded: 'for=203.0.113.7', 'x-forwarded-for': '10.9.9.9' },
    'the allowed address in X-Real-IP': { 'x-real-ip': '203.0.113.7', 'x-forwarded-for': '10.9.9.9' },
    'the allowed address in X-Client-IP': { 'x-client-ip': '203.0.113.7', 'true-client-ip': '203.0.113.7' },
    'the allowed address in CF-Connecting-IP': { 'cf-connecting-ip': '203.0.113.7' },
    'no address at all': { 'x-forwarded-for': ', ,' }
  }
  return Object.entries(spoofs).map(([says, changes]) => ({
    says, call: withFields(signedCall(key, order(stage)), changes), refusedAs: /^ip_not_allowed$/
  }))
}

interface Truth { readonly says: string, readonly call: Call, readonly reference: string }

/** Requests at the edge of what is allowed. */
function truthsOf (stage: Stage): Truth[] {
  const { keys } = stage
  const truth = (says: string, reference: string, call: (wish: Wish) => Call): Truth =>
    ({ says, reference, call: call(order(stage, reference)) })
  const covered = ['content-digest', '@query', '@path', '@method', '@request-target', 'content-type']
  return [
    truth('signed 290 s ago', 'true-old', wish => signedCall(keys.hmac, wish, { created: nowS() - 290 })),
    truth('signed 20 s from now', 'true-ahead', wish => signedCall(keys.ed25519, wish, { created: nowS() + 20 })),
    truth('covering more, in another order', 'true-more', wish => signedWith(keys.hmac, wish, covered,
      `;alg="hmac-sha256";nonce="${randomText(16)}";keyid="${keys.hmac.id}";created=${nowS()};expires=${nowS() + 60};tag="t"`)),
    truth('headers of proxies beside it', 'true-proxied', wish => withFields(signedCall(keys.hmac, wish), {
      'x-forwarded-proto': 'https',
      'x-forwarded-host': 'evil.example',
      'x-http-method-override': 'DELETE',
      'x-original-url': '/admin/v1/books'
    }))
  ]
}

/** No answer quotes the host that a request names. */
async function hearsay ({ urls, keys }: Stage): Promise<string[]> {
  const named = { host: 'evil.example', 'x-forwarded-host': 'evil.example', forwarded: 'host=evil.example' }
  const calls = [
    signedCall(keys.hmac, { method: 'GET', target: '/v1/me' }),
    signedCall(keys.hmac, { method: 'GET', target: '/v1/links' }),
    fromWish({ method: 'GET', target: '/.well-known/oauth-authorization-server' }),
    fromWish({ method: 'GET', target: '/nothing' })
  ]
  const faults: string[] = []
  for (const call of calls) {
    const heard = await hearOne(urls[0], printCall(withFields(call, named)))
    if (heard === undefined || heard.text.includes('evil.example')) faults.push(`${call.target} takes the host from the request`)
  }
  return faults
}
