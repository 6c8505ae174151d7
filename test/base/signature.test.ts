import { createHmac, createSecretKey, generateKeyPairSync, hash, sign as signBytes, type KeyObject } from 'node:crypto'
import t from 'tap'
import fc from 'fast-check'
import { createSignature, createSignatureSync, verifySignature, type RequestDescriptor } from 'http-message-sig'
import { parseDictionary } from 'structured-headers'
import { contentDigest, digestHeaderLengthMax, digestMatches, digestMembersMax, digestStream } from '../../src/base/digest.ts'
import { PublicKeyRefusal, ed25519Thumbprint, importEd25519Jwk } from '../../src/base/ed25519-key.ts'
import { SignatureRefusal, type SignatureRefusalCode } from '../../src/base/signature-refusal.ts'
import {
  checkCoverage, checkWindow, componentsMax, decoyKeys, hmacKey, keyIdLengthMax, nonceLengthMax, parseSignature, sign,
  signatureAgeMaxS, signatureAheadMaxS, signatureBase, signatureInputLengthMax, signatureLengthMax, verifyEd25519, verifyHmac,
  type HeaderFields, type SigningKey
} from '../../src/base/signature.ts'
import { vectors } from '../support/signing-vectors.ts'

const nowS = 1795300000
const secret = 'khs_a secret for tests only'
const pair = generateKeyPairSync('ed25519')
const hmacSigner: SigningKey = { id: 'key_test_h', algorithm: 'hmac-sha256', secret }
const ed25519Signer: SigningKey = { id: 'key_test_e', algorithm: 'ed25519', privateKey: pair.privateKey }
const order = {
  method: 'POST',
  target: '/v1/orders?dry=1',
  body: '{"reference":"PO-1"}',
  headers: { host: 'api.example', 'kahub-version': '2026-11-21' }
}

interface Received { method: string, target: string, headers: HeaderFields, body?: string | undefined }

function signed (request: Received, key: SigningKey, nonce = 'n-1'): Received & { headers: Record<string, string> } {
  return { ...request, headers: { ...request.headers as Record<string, string>, ...sign(request, key, { created: nowS, nonce }) } }
}

/** Every check in its order, as the door does it. */
async function verdict (request: Received, key: KeyObject): Promise<SignatureRefusalCode | 'accepted'> {
  try {
    const body = Buffer.from(request.body ?? '')
    const signature = parseSignature(request.headers)
    checkWindow(signature, nowS)
    checkCoverage(signature, { headers: request.headers, hasBody: body.length > 0 })
    const base = signatureBase(signature, request)
    const verifies = signature.algorithm === 'ed25519' ? verifyEd25519 : verifyHmac
    if (!await verifies(base, signature.bytes, key)) return 'signature_invalid'
    if (body.length > 0 && !digestMatches(request.headers['content-digest'], body)) return 'digest_mismatch'
    return 'accepted'
  } catch (error) {
    if (error instanceof SignatureRefusal) return error.code
    throw error
  }
}

function refusal (act: () => unknown): SignatureRefusal {
  try {
    act()
  } catch (error) {
    if (error instanceof SignatureRefusal) return error
    throw error
  }
  throw new Error('nothing was refused')
}

t.test('the independent vectors hold: base, digest and signature, read and made', async t => {
  t.ok(vectors.length >= 6)
  for (const vector of vectors) {
    const { method, target, body } = vector
    const digest = vector.content_digest ?? undefined
    const headers = { 'signature-input': vector.signature_input, signature: vector.signature, 'content-digest': digest }
    const parsed = parseSignature(headers)
    const base = signatureBase(parsed, { method, target, headers })
    t.equal(base, vector.signature_base)
    t.equal(verifyHmac(base, parsed.bytes, hmacKey(vector.secret)), true)
    t.equal(verifyHmac(base, parsed.bytes, hmacKey(vector.secret + 'x')), false)
    checkCoverage(parsed, { headers, hasBody: body !== null })
    if (body !== null) {
      t.equal(contentDigest(Buffer.from(body)), vector.content_digest)
      t.equal(digestMatches(vector.content_digest!, Buffer.from(body)), true)
    }
    const made = sign({ method, target, headers: {}, body: body ?? undefined },
      { id: parsed.keyId, algorithm: 'hmac-sha256', secret: vector.secret }, { created: parsed.created, nonce: parsed.nonce })
    t.equal(made['signature-input'], vector.signature_input)
    t.equal(made.signature, vector.signature)
    t.equal(made['content-digest'], digest)
  }
})

t.test('the vectors of RFC 9421 B.2.5 and B.2.6 hold', async t => {
  const request = {
    method: 'POST',
    target: '/foo?param=Value&Pet=dog',
    headers: {
      host: 'example.com',
      date: 'Tue, 20 Apr 2021 02:07:55 GMT',
      'content-type': 'application/json',
      'content-length': '18'
    }
  }
  const b25 = signatureBase({
    components: ['date', '@authority', 'content-type'],
    params: '("date" "@authority" "content-type");created=1618884473;keyid="test-shared-secret"'
  }, request)
  const shared = Buffer.from('uzvJfB4u3N0Jy4T7NZ75MDVcr8zSTInedJtkgcu46YW4XByzNJjxBdtjUkdJPBtbmHhIDi6pcl8jsasjlTMtDQ==', 'base64')
  t.equal(verifyHmac(b25, Buffer.from('pxcQw6G3AjtMBQjwo8XzkZf/bws5LelbaMk5rGIGtE8=', 'base64'), createSecretKey(shared)), true)

  const b26 = signatureBase({
    components: ['date', '@method', '@path', '@authority', 'content-type', 'content-length'],
    params: '("date" "@method" "@path" "@authority" "content-type" "content-length");created=1618884473;keyid="test-key-ed25519"'
  }, request)
  const jwk = { kty: 'OKP', crv: 'Ed25519', kid: 'test-key-ed25519', x: 'JrQLj5P_89iXES9-vFgrIy29clF9CC_oPPsw3c5D0bs' }
  const signature = Buffer.from('wqcAqbmYJ2ji2glfAMaRy4gruYYnx2nEFN2HN6jrnDnQCK1u02Gb04v9EDgwUPiu4A0w6vuQv5lIp5WPpBKRCw==', 'base64')
  t.equal(await verifyEd25519(b26, signature, importEd25519Jwk(jwk)), true)
  t.equal(await verifyEd25519(b26 + ' ', signature, importEd25519Jwk(jwk)), false)
})

t.test('what is signed here is verified by http-message-sig and read by structured-headers', async t => {
  for (const key of [hmacSigner, ed25519Signer]) {
    const { method, target, headers } = signed(order, key)
    const descriptor: RequestDescriptor = {
      kind: 'request',
      method,
      targetUri: `https://api.example${target}`,
      fields: Object.entries(headers).map(([name, value]) => ({ name, value }))
    }
    const verified = await verifySignature(descriptor, {
      policy: {
        algorithms: [key.algorithm],
        requiredComponents: ['@method', '@path', '@query', 'content-digest', 'kahub-version'],
        requiredParameters: ['created', 'keyid', 'nonce', 'alg'],
        now: nowS
      },
      resolveVerifier: () => ({ algorithm: key.algorithm, verify: (base, bytes) => verifies(Buffer.from(base).toString(), bytes, key) })
    })
    t.equal(verified.parameters.keyid, key.id)
    t.equal(verified.parameters.nonce, 'n-1')
    const [[, parameters]] = [...parseDictionary(headers['signature-input']!).values()] as [[unknown, Map<string, unknown>]]
    t.equal(parameters.get('created'), nowS)
    t.ok(parseDictionary(headers.signature!).has('sig1'))
    t.ok(parseDictionary(headers['content-digest']!).has('sha-256'))
  }
})

function verifies (base: string, bytes: Uint8Array, key: SigningKey): Promise<boolean> | boolean {
  return key.algorithm === 'ed25519' ? verifyEd25519(base, bytes, pair.publicKey) : verifyHmac(base, bytes, hmacKey(secret))
}

t.test('what http-message-sig signs is accepted, a superset in any order included', async t => {
  const headers: Record<string, string> = {
    ...order.headers, 'content-type': 'application/json', 'content-digest': contentDigest(order.body)
  }
  const descriptor: RequestDescriptor = {
    kind: 'request',
    method: order.method,
    targetUri: `https://api.example${order.target}`,
    fields: Object.entries(headers).map(([name, value]) => ({ name, value }))
  }
  const components = ['content-type', 'kahub-version', 'content-digest', '@query', '@authority', '@path', '@method']
  const parameters = (key: SigningKey) => ({ nonce: 'a "quoted" \\ nonce', alg: key.algorithm, keyid: key.id, created: nowS, tag: 'kahub' })
  const hmac = createSignatureSync(descriptor, {
    label: 'any-label*',
    components,
    parameters: parameters(hmacSigner),
    signer: { algorithm: 'hmac-sha256', sign: base => signBase(base, hmacSigner) }
  })
  const ed25519 = await createSignature(descriptor, {
    components,
    parameters: parameters(ed25519Signer),
    signer: { algorithm: 'ed25519', sign: async base => signBase(base, ed25519Signer) }
  })
  for (const [fields, key] of [[hmac, hmacKey(secret)], [ed25519, pair.publicKey]] as const) {
    const received = { ...order, headers: { ...headers, 'signature-input': fields.signatureInput, signature: fields.signature } }
    t.equal(parseSignature(received.headers).nonce, 'a "quoted" \\ nonce')
    t.equal(await verdict(received, key), 'accepted')
    t.equal(await verdict({ ...received, body: '{"reference":"PO-2"}' }, key), 'digest_mismatch')
  }
})

function signBase (base: Uint8Array, key: SigningKey): Uint8Array {
  // Node's own primitives, so that the interop does not rest on what it tests.
  return key.algorithm === 'ed25519' ? signBytes(null, base, key.privateKey) : createHmac('sha256', secret).update(base).digest()
}

t.test('each bit of the signature and each covered value is guarded', async t => {
  for (const [key, verifier] of [[hmacSigner, hmacKey(secret)], [ed25519Signer, pair.publicKey]] as const) {
    const request = signed({ ...order, headers: { ...order.headers, 'idempotency-key': 'PO-1' } }, key)
    t.equal(await verdict(request, verifier), 'accepted')
    const { bytes } = parseSignature(request.headers)
    for (let bit = 0; bit < bytes.length * 8; bit++) {
      const flipped = Buffer.from(bytes)
      flipped[bit >> 3]! ^= 1 << (bit & 7)
      const signature = `sig1=:${flipped.toString('base64')}:`
      t.equal(await verdict({ ...request, headers: { ...request.headers, signature } }, verifier), 'signature_invalid', `bit ${bit}`)
    }
    for (const length of [0, 1, bytes.length - 1]) {
      const signature = `sig1=:${bytes.subarray(0, length).toString('base64')}:`
      t.equal(await verdict({ ...request, headers: { ...request.headers, signature } }, verifier), 'signature_invalid', `${length} bytes`)
    }
    const input = request.headers['signature-input']!
    const changes: Partial<Received>[] = [
      { method: 'PUT' }, { method: 'post' }, { target: '/v1/orders?dry=2' }, { target: '/v1/orders' }, { target: '/v1/orders/?dry=1' },
      { target: '/v1/%6frders?dry=1' }, { headers: { ...request.headers, 'idempotency-key': 'PO-2' } },
      { headers: { ...request.headers, 'kahub-version': '2026-11-22' } },
      { headers: { ...request.headers, 'content-digest': contentDigest('other') } },
      { headers: { ...request.headers, 'signature-input': input.replace('n-1', 'n-2') } },
      { headers: { ...request.headers, 'signature-input': input.replace(`${nowS}`, `${nowS + 1}`) } },
      { headers: { ...request.headers, 'signature-input': input.replace(key.id, 'key_test_other') } },
      { headers: { ...request.headers, 'signature-input': input.replace('"@method" "@path"', '"@path" "@method"') } },
      { headers: { ...request.headers, 'signature-input': `${input};tag="x"` } }
    ]
    for (const change of changes) t.equal(await verdict({ ...request, ...change }, verifier), 'signature_invalid', JSON.stringify(change))
    t.equal(await verdict({ ...request, body: order.body + ' ' }, verifier), 'digest_mismatch')
    t.equal(await verdict(request, decoyKeys()[key.algorithm]), 'signature_invalid', 'nobody signs with a decoy')
  }
})

t.test('any request that is signed is accepted, and refused once a byte of it differs', async t => {
  const targetCharacter = fc.integer({ min: 0x21, max: 0x7e }).map(code => String.fromCharCode(code)).filter(character => character !== '#')
  const visible = fc.string({ unit: targetCharacter, maxLength: 40 })
  const printable = fc.string({ unit: 'grapheme-ascii', minLength: 1, maxLength: 60 })
  const request = fc.record({
    method: fc.constantFrom('GET', 'POST', 'DELETE', 'PATCH'),
    target: visible.map(rest => `/${rest}`),
    body: fc.option(fc.string({ minLength: 1 }), { nil: undefined }),
    headers: fc.dictionary(fc.constantFrom('idempotency-key', 'kahub-version', 'kahub-clock', 'accept'), printable)
  })
  const key = hmacKey(secret)
  await fc.assert(fc.asyncProperty(request, printable, visible, async (request, nonce, other) => {
    const sent = signed(request, hmacSigner, nonce)
    t.equal(await verdict(sent, key), 'accepted')
    t.equal(parseSignature(sent.headers).nonce, nonce)
    if (sent.target !== `/${other}` && sent.target !== `/${other}?` && `${sent.target}?` !== `/${other}`) {
      t.equal(await verdict({ ...sent, target: `/${other}` }, key), 'signature_invalid')
    }
    t.equal(await verdict({ ...sent, body: `${sent.body ?? ''}x` }, key), sent.body === undefined ? 'digest_missing' : 'digest_mismatch')
  }), { numRuns: 200 })
})

t.test('a header that is absent, malformed, ambiguous or beyond a limit is refused with its code', async t => {
  const good = '("@method" "@path" "@query");created=1;keyid="k";nonce="n";alg="hmac-sha256"'
  const bytes = `:${Buffer.alloc(32).toString('base64')}:`
  t.ok(parseSignature({ 'signature-input': `s=${good}`, signature: `s=${bytes}` }))
  t.ok(parseSignature({ 'signature-input': ` s=${good} `, signature: ` s=${bytes} ` }), 'outer spaces are not part of a field')
  const list = Array.from({ length: componentsMax }, (_, i) => `"h${i}"`).join(' ')
  const longest = `nonce="${'n'.repeat(nonceLengthMax)}";keyid="${'k'.repeat(keyIdLengthMax)}"`
  const largest = `s=(${list});${longest};alg="ed25519";created=1;expires=2`
  t.match(parseSignature({ 'signature-input': largest, signature: `s=${bytes}` }), { created: 1, expires: 2, algorithm: 'ed25519' })
  const inputs = [
    's', 's=', 's=1', 's="x"', 's=()', 's=?1', `S=${good}`, `1s=${good}`, `=${good}`, `s =${good}`, `s= ${good}`, `${good}`, `s=${good},`,
    `s=${good}, t=${good}`, `s=${good}, s=${good}`, `s=${good}x`, `s=${good};`, `s=${good} ;tag="x"`, `\ts=${good}`, `s=${good}\n`,
    `s=${good}\u00e9`,
    ...[
      '("@method"', '("@method" ', '("@method)', '(@method)', '(method)', '("@Method")', '("Content-Digest")', '("")', '("@")', '("a b")',
      '("a\\"b")',
      '("@method" "@method")', '("a" "b" "a")', '("a""b")', '("a"  "b")', '( "a")', '("a" )', '("a","b")', '("a"\t"b")', '(1)',
      '(:YQ==:)', '"a"',
      '("@target-uri")', '("@scheme")', '("@status")', '("@query-param")', '("@signature-params")', '("@unknown")',
      '("@query-param";name="a")',
      '("a";sf)', '("a";bs)', '("a";req)', '("a";tr)', '("a";key="b")', '("a" ;sf)', '("@method";req)',
      `(${Array.from({ length: componentsMax + 1 }, (_, i) => `"h${i}"`).join(' ')})`
    ].map(list => `s=${list};created=1;keyid="k";nonce="n";alg="hmac-sha256"`),
    ...[
      '', ';', ';created=1', ';keyid="k";nonce="n";alg="hmac-sha256"', ';created=1;nonce="n";alg="hmac-sha256"',
      ';created=1;keyid="k";alg="hmac-sha256"',
      ';created=1;keyid="k";nonce="n"', ';created=1;created=1;keyid="k";nonce="n";alg="hmac-sha256"',
      ';created=1;keyid="k";keyid="k";nonce="n";alg="hmac-sha256"', ';created;keyid="k";nonce="n";alg="hmac-sha256"',
      ...['"1"', '1.0', '1.', '-', '+1', '01', '-0', '1e3', '0x1', '1234567890123456', '?1', ' 1', '@1', ''].map(value =>
        `;created=${value};keyid="k";nonce="n";alg="hmac-sha256"`),
      `;created=1;keyid="${'k'.repeat(keyIdLengthMax + 1)}";nonce="n";alg="hmac-sha256"`,
      ...['k', '1', '""', '"k', 'k"', '"\\k"', '"k\\"', ':aw==:', '"ключ"', '"\t"', '?1'].map(value =>
        `;created=1;keyid=${value};nonce="n";alg="hmac-sha256"`),
      ...['n', '1', '""', `"${'n'.repeat(nonceLengthMax + 1)}"`].map(value => `;created=1;keyid="k";nonce=${value};alg="hmac-sha256"`),
      ...['hmac-sha256', '"HMAC-SHA256"', '"hmac-sha512"', '"rsa-pss-sha512"', '"none"', '""'].map(value =>
        `;created=1;keyid="k";nonce="n";alg=${value}`),
      ...['x=1', 'X=1', 'expires', 'expires="1"', 'expires=1;expires=1', 'tag=x', 'tag=""', ' tag="x"', 'tag= "x"', 'tag ="x"',
        'constructor="x"',
        'toString="x"', '__proto__="x"', 'valueof'].map(more => `;created=1;keyid="k";nonce="n";alg="hmac-sha256";${more}`)
    ].map(parameters => `s=("@method" "@path" "@query")${parameters}`),
    `s=("${'a'.repeat(signatureInputLengthMax)}");created=1;keyid="k";nonce="n";alg="hmac-sha256"`
  ]
  for (const input of inputs) {
    const refused = refusal(() => parseSignature({ 'signature-input': input, signature: `s=${bytes}` }))
    t.equal(refused.code, 'signature_malformed', input.slice(0, 160))
  }
  const signatures = [
    's', 's=', 's=1', 's="x"', 's=(:YQ==:)', 's=:YQ==', 's=YQ==:', 's=:YQ:', 's=:YR==:', 's=:Y Q==:', 's=:YQ==YQ==:', 's=:_-8=:', 's=:=:',
    's=::x',
    `t=${bytes}`, `s=${bytes},`, `s=${bytes}, s=${bytes}`, `s=${bytes}, t=${bytes}`, `s=${bytes};x`, `S=${bytes}`, `s= ${bytes}`, bytes,
    `s=:${Buffer.alloc(signatureLengthMax).toString('base64')}:`
  ]
  for (const signature of signatures) {
    const refused = refusal(() => parseSignature({ 'signature-input': `s=${good}`, signature }))
    t.equal(refused.code, 'signature_malformed', signature.slice(0, 160))
  }
  const repeated = { 'signature-input': [`s=${good}`, `s=${good}`], signature: `s=${bytes}` }
  t.equal(refusal(() => parseSignature(repeated)).code, 'signature_malformed')
  for (const headers of [{}, { signature: `s=${bytes}` }, { 'signature-input': `s=${good}` }, { 'signature-input': '', signature: '' }]) {
    t.equal(refusal(() => parseSignature(headers)).code, 'signature_missing')
  }
})

t.test('garbage in any header is refused with a code, never anything else', async t => {
  const good = '("@method" "@path" "@query");created=1;keyid="k";nonce="n";alg="hmac-sha256"'
  const token = fc.constantFrom(
    's', '=', '(', ')', '"', '"@method"', ' ', ';', ',', 'created', '1', ':', 'YQ==', '\\', 'sha-256', '-', '\t', good
  )
  const tokens = fc.array(token).map(tokens => tokens.join(''))
  const garbage = fc.oneof(fc.string({ unit: 'binary' }), tokens, tokens.map(text => `s=${text}`))
  const coded = (act: () => unknown) => {
    try {
      act()
    } catch (error) {
      t.ok(error instanceof SignatureRefusal)
    }
  }
  const parsed = parseSignature({ 'signature-input': `s=${good}`, signature: 's=:YQ==:' })
  fc.assert(fc.property(garbage, garbage, garbage, (input, signature, digest) => {
    coded(() => parseSignature({ 'signature-input': input, signature }))
    coded(() => signatureBase(parsed, { method: input, target: signature, headers: {} }))
    coded(() => signatureBase({ components: ['x'], params: '' }, { method: 'GET', target: '/', headers: { x: input } }))
    coded(() => digestMatches(digest, Buffer.alloc(1)))
  }), { numRuns: 1000 })
})

t.test('a signature counts from 300 seconds back to 30 seconds ahead, and not past its own expires', async t => {
  const parsed = parseSignature(signed(order, hmacSigner).headers)
  const at = (change: object, now: number) => refusal(() => checkWindow({ ...parsed, ...change }, now)).code
  checkWindow(parsed, nowS + signatureAgeMaxS)
  checkWindow(parsed, nowS - signatureAheadMaxS)
  checkWindow({ ...parsed, expires: nowS }, nowS)
  t.equal(at({}, nowS + signatureAgeMaxS + 1), 'signature_expired')
  t.equal(at({}, nowS - signatureAheadMaxS - 1), 'signature_in_future')
  t.equal(at({ expires: nowS - 1 }, nowS), 'signature_expired')
  t.equal(at({ created: -1 }, nowS), 'signature_expired')
  t.equal(at({ created: 999999999999999 }, nowS), 'signature_in_future')
})

t.test('what the request carries must be covered, and the refusal names what is not', async t => {
  const parsed = parseSignature(signed({ method: 'GET', target: '/', headers: {} }, hmacSigner).headers)
  const uncovered = (components: string[], headers: HeaderFields, hasBody = false) =>
    refusal(() => checkCoverage({ ...parsed, components }, { headers, hasBody }))
  t.match(uncovered([], {}), { code: 'signature_insufficient', uncovered: ['@method', '@path', '@query'] })
  const all = ['@query', 'x', '@path', '@method']
  for (const name of ['idempotency-key', 'kahub-version', 'kahub-sandbox-clock', 'kahub-anything']) {
    t.match(uncovered(all, { [name]: '' }), { code: 'signature_insufficient', uncovered: [name] })
    checkCoverage({ ...parsed, components: [...all, name] }, { headers: { [name]: 'x', other: 'x' }, hasBody: false })
  }
  t.match(uncovered(all, { 'content-digest': 'x' }, true), { code: 'signature_insufficient', uncovered: ['content-digest'] })
  t.match(uncovered([...all, 'content-digest'], {}, true), { code: 'digest_missing' })
  checkCoverage({ ...parsed, components: all }, { headers: { 'content-digest': 'x', 'kahub-version': undefined }, hasBody: false })
})

t.test('the base holds the target as received and the fields as RFC 9421 2.1 writes them', async t => {
  const base = (component: string, request: Partial<Received>) => {
    const whole = signatureBase({ components: [component], params: '()' }, { method: 'GET', target: '/', headers: {}, ...request })
    return whole.slice(0, whole.indexOf('\n"@signature-params": ()'))
  }
  t.equal(base('@path', { target: '/a/../%2e%2E//b?x' }), '"@path": /a/../%2e%2E//b')
  t.equal(base('@query', { target: '/a?x=%20+&&?y' }), '"@query": ?x=%20+&&?y')
  t.equal(base('@query', { target: '/a' }), '"@query": ?')
  t.equal(base('@request-target', { target: '/a?' }), '"@request-target": /a?')
  t.equal(base('@authority', { headers: { host: 'API.Example:8080' } }), '"@authority": api.example:8080')
  t.equal(base('x', { headers: { x: ' \ta  b\t ' } }), '"x": a  b')
  t.equal(base('x', { headers: { x: '' } }), '"x": ')
  t.equal(base('x', { headers: { x: [' a ', '', 'b'] } }), '"x": a, , b')
  t.equal(base('x', { headers: { x: 'a \r\n\t b\r\n  c' } }), '"x": a b c')
  const refused: [string, Partial<Received>][] = [
    ['x', {}], ['@authority', {}], ['constructor', {}], ['__proto__', {}], ['x', { headers: { x: 'a\n"@method": PUT' } }],
    ['x', { headers: { x: 'a\r\n"@method": PUT' } }], ['x', { headers: { x: 'a\rb' } }], ['x', { headers: { x: 'é' } }],
    ['x', { headers: { x: '\0' } }],
    ['@path', { target: '*' }], ['@path', { target: '' }], ['@path', { target: 'http://api.example/' }], ['@query', { target: '/a#b?c' }],
    ['@path', { target: '/a b' }], ['@path', { target: '/é' }], ['@path', { target: '/\n' }], ['@method', { method: 'GET\n' }]
  ]
  for (const [component, request] of refused) {
    t.equal(refusal(() => base(component, request)).code, 'signature_malformed', JSON.stringify([component, request]))
  }
})

t.test('a digest is accepted when every supported member is the body\'s, whole or streamed', async t => {
  const body = Buffer.from('{"hello": "world"}')
  const sha256 = contentDigest(body)
  const sha512 = `sha-512=:${hash('sha512', body, 'base64')}:`
  const wrong256 = contentDigest('x')
  const wrong512 = `sha-512=:${hash('sha512', 'x', 'base64')}:`
  const example = 'sha-512=:WZDPaVn/7XgHaAy8pmojAkGWoRx2UFChF41A2svX+TaPm+AbwAgBWnrIiYllu7BNNyealdVLvRwEmTHWXvJwew==:'
  t.equal(sha512, example, 'the example of RFC 9421')
  const streamed = (header: string) => {
    const stream = digestStream(header)
    for (const byte of body) stream.update(Uint8Array.of(byte))
    return stream.matches()
  }
  const whole = (header: string) => digestMatches(header, body)
  for (const matches of [whole, streamed]) {
    for (const header of [sha256, sha512, `${sha256}, ${sha512}`, `${sha512},${sha256}`, `md5=:AAAA:, ${sha256}`]) {
      t.equal(matches(header), true, header)
    }
    for (const header of [wrong256, wrong512, `${sha256}, ${wrong512}`, `${wrong256}, ${sha512}`, `md5=:AAAA:, ${wrong256}`]) {
      t.equal(matches(header), false, header)
    }
    const malformed = [
      'sha-256', 'sha-256=', 'sha-256=x', `sha-256="${sha256}"`, 'sha-256=::', 'sha-256=:YQ==:', sha256.replace('sha-256', 'sha-512'),
      `${sha256},`,
      `,${sha256}`, `${sha256} ${sha512}`, `${sha256}, ${sha256}`, `${sha256}, ${wrong256}`, `${sha256};x`, sha256.toUpperCase(),
      'md5=:AAAA:',
      sha256.slice(0, -1), sha256.replace('=:', '= :'), `${sha256}, x`, `${sha256}, x=:A:`, `${sha256}${' '.repeat(digestHeaderLengthMax)}`,
      [sha256, ...Array.from({ length: digestMembersMax }, (_, i) => `x${i}=::`)].join(', ')
    ]
    for (const header of malformed) t.equal(refusal(() => matches(header)).code, 'digest_malformed', header)
    t.equal(refusal(() => matches('')).code, 'digest_missing')
  }
  t.equal(digestMatches([sha256, sha512], body), true)
  t.equal(refusal(() => digestMatches(undefined, body)).code, 'digest_missing')
})

t.test('only a public key that is a sound point of the curve is registered', async t => {
  const { x } = pair.publicKey.export({ format: 'jwk' }) as { x: string }
  const jwk = { kty: 'OKP', crv: 'Ed25519', x }
  for (let i = 0; i < 20; i++) {
    const { publicKey } = generateKeyPairSync('ed25519')
    t.ok(importEd25519Jwk(publicKey.export({ format: 'jwk' })).equals(publicKey))
  }
  t.ok(importEd25519Jwk({ ...jwk, kid: 'a', alg: 'EdDSA', use: 'sig', key_ops: ['verify'], ext: true }))
  const point = (hex: string) => ({ ...jwk, x: Buffer.from(hex.padEnd(64, '0'), 'hex').toString('base64url') })
  const highest = (first: string, last: string) => point(first + 'ff'.repeat(30) + last)
  const refused: unknown[] = [
    null, 'x', [], {}, pair.privateKey.export({ format: 'jwk' }), { ...jwk, kty: 'EC' }, { ...jwk, crv: 'X25519' },
    { ...jwk, x: undefined }, { ...jwk, x: 1 },
    { ...jwk, x: '' }, { ...jwk, x: x.slice(0, -2) }, { ...jwk, x: `${x}AA` }, { ...jwk, x: `${x}=` }, { ...jwk, alg: 'ES256' },
    { ...jwk, use: 'enc' },
    { ...jwk, y: 'x' }, point('00'), point('01'), point('02'), highest('ec', '7f'), highest('ed', '7f'), highest('ee', '7f'),
    highest('ff', 'ff'),
    point(`${'00'.repeat(31)}80`), point(`01${'00'.repeat(30)}80`), highest('ec', 'ff'),
    point('26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05'),
    point('26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc85'),
    point('c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a'),
    point('c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac03fa')
  ]
  for (const key of refused) t.throws(() => importEd25519Jwk(key), PublicKeyRefusal, JSON.stringify(key))
  t.equal(ed25519Thumbprint(importEd25519Jwk({ kty: 'OKP', crv: 'Ed25519', x: '11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo' })),
    'kPrK_qmxVWaYVA9wwBF6Iuo3vVzz7TxHCTwXBygrS4k', 'RFC 8037 appendix A.3')
})
