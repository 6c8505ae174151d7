// What the readers of signatures say, to the letter and to the character: each sentence is the only help that somebody has who
// signs by hand. Interoperation and properties are in signature.test.ts.
import t from 'tap'
import { createHash, createSecretKey, generateKeyPairSync } from 'node:crypto'
import { contentDigest } from '../../src/base/digest.ts'
import { SignatureRefusal, signatureRefusalCodes } from '../../src/base/signature-refusal.ts'
import {
  checkCoverage, checkWindow, componentsMax, decoyKeys, hmacKey, keyIdLengthMax, nonceLengthMax, parseSignature, requiredComponents, sign,
  signatureAgeMaxS, signatureAheadMaxS, signatureAlgorithms, signatureBase, signatureInputLengthMax, signatureLengthMax, tagLengthMax,
  verifyEd25519, verifyHmac, type HeaderFields, type ParsedSignature, type SignableRequest
} from '../../src/base/signature.ts'
import { FieldReader, quoted } from '../../src/base/structured-fields.ts'
import { refused } from './refused.ts'

const bytes = `:${Buffer.alloc(32).toString('base64')}:`
const rest = ';created=1;keyid="k";nonce="n";alg="hmac-sha256"'
const good = `("@method")${rest}`
const parse = (input: string, signature = `s=${bytes}`) => parseSignature({ 'signature-input': input, signature })

t.test('limits are what the documents say', async t => {
  t.same([signatureAgeMaxS, signatureAheadMaxS, signatureInputLengthMax, signatureLengthMax], [300, 30, 4_096, 256])
  t.same([componentsMax, keyIdLengthMax, nonceLengthMax, tagLengthMax], [32, 64, 128, 64])
  t.same(signatureAlgorithms, ['hmac-sha256', 'ed25519'])
  t.same(signatureRefusalCodes, [
    'signature_missing', 'signature_malformed', 'signature_expired', 'signature_in_future', 'signature_insufficient', 'signature_invalid',
    'digest_missing', 'digest_malformed', 'digest_mismatch'
  ])
})

t.test('a well-formed signature is read member by member', async t => {
  const params = '("@method" "x-a");created=5;expires=9;keyid="key";nonce="no";alg="ed25519";tag="kahub"'
  t.same(parse(`sig-1=${params}`, `sig-1=:${Buffer.from('sig').toString('base64')}:`), {
    label: 'sig-1',
    components: ['@method', 'x-a'],
    created: 5,
    expires: 9,
    keyId: 'key',
    nonce: 'no',
    algorithm: 'ed25519',
    tag: 'kahub',
    params,
    bytes: Buffer.from('sig')
  })
  t.match(parse(`  s=${good}  `), { expires: undefined, tag: undefined, params: good })
  t.same(parse(`s=()${rest}`).components, [])
  t.same(parse(`s=("!#$%&'*+.^_\`|~-09az")${rest}`).components, ["!#$%&'*+.^_`|~-09az"])
  t.equal(parse(`s=${good.replace('"n"', '"a \\"b\\" \\\\"')}`).nonce, 'a "b" \\')
  t.match(parse(`s=${good.replace('created=1', 'created=-99999999999999')}`), { created: -99999999999999 })
  t.match(parse(`s=${good.replace('created=1', 'created=999999999999999')}`), { created: 999999999999999 })
  t.match(parse(`s=${good.replace('created=1', 'created=0')}`), { created: 0 })
})

t.test('what is missing or comes twice is said', async t => {
  t.same(refused(() => parseSignature({})), ['signature_missing', 'The request has no Signature-Input header.'])
  t.same(refused(() => parseSignature({ signature: 's=::' })), ['signature_missing', 'The request has no Signature-Input header.'])
  t.same(refused(() => parseSignature({ 'signature-input': `s=${good}` })), ['signature_missing', 'The request has no Signature header.'])
  for (const twice of [{ 'signature-input': ['a', 'b'], signature: 'x' }, { 'signature-input': 'x', signature: ['a', 'b'] }]) {
    t.same(refused(() => parseSignature(twice)), ['signature_malformed', 'A request carries exactly one signature.'])
  }
})

t.test('what is wrong with Signature-Input is said, and where', async t => {
  const wrong: readonly (readonly [string, string])[] = [
    [`s=${good}${' '.repeat(4_096)}`, 'is longer than 4096 characters'],
    [`s=${good}\u0000`, 'has characters that are not printable ASCII'],
    [`s=${good}\u007f`, 'has characters that are not printable ASCII'],
    ['\u00e9', 'has characters that are not printable ASCII'],
    ['=', 'needs a lower-case key at position 0'],
    ['  1=', 'needs a lower-case key at position 2'],
    ['s', 'needs = at position 1'],
    ['s=x', 'needs ( at position 2'],
    [`s=("a""b")${rest}`, 'needs a space at position 6'],
    [`s=("a" b)${rest}`, 'needs " at position 7'],
    [`s=("A")${rest}`, 'covers "A", which is neither a lower-case field name nor a supported derived component'],
    [`s=("")${rest}`, 'covers "", which is neither a lower-case field name nor a supported derived component'],
    [`s=("a b")${rest}`, 'covers "a b", which is neither a lower-case field name nor a supported derived component'],
    [`s=("@query-param")${rest}`, 'covers "@query-param", which is neither a lower-case field name nor a supported derived component'],
    [`s=("a";sf)${rest}`, 'has parameters on a; parameters on components are not supported'],
    [`s=("a" "a")${rest}`, 'covers a twice'],
    [`s=(${Array.from({ length: 33 }, (_, i) => `"h${i}"`).join(' ')})${rest}`, 'covers more than 32 components'],
    ['s=()', 'has no created'],
    ['s=();created=1;created=2', 'has created twice'],
    ['s=();created', 'needs = at position 12'],
    ['s=();created=x', 'needs an integer at position 13'],
    ['s=();created=1.5', 'needs an integer at position 13'],
    ['s=();created=01', 'needs an integer at position 13'],
    ['s=();created=-0', 'needs an integer at position 13'],
    ['s=();created=1000000000000000', 'needs an integer at position 13'],
    ['s=();created=1;x=1', 'has the parameter x, which is not supported'],
    ['s=();created=1', 'needs alg, one of hmac-sha256 and ed25519'],
    ['s=();created=1;alg="rsa"', 'needs alg, one of hmac-sha256 and ed25519'],
    ['s=();created=1;alg="ed25519"', 'has no keyid'],
    ['s=();created=1;alg="ed25519";keyid="k"', 'has no nonce'],
    ['s=();created=1;alg="ed25519";keyid=""', 'needs a keyid of 1 to 64 characters'],
    [`s=();created=1;alg="ed25519";keyid="${'k'.repeat(65)}"`, 'needs a keyid of 1 to 64 characters'],
    [`s=();created=1;alg="ed25519";keyid="k";nonce="${'n'.repeat(129)}"`, 'needs a nonce of 1 to 128 characters'],
    ['s=();created=1;alg="ed25519";keyid="k";nonce="n";tag=""', 'needs a tag of 1 to 64 characters'],
    [`s=();created=1;alg="ed25519";keyid="k";nonce="n";tag="${'t'.repeat(65)}"`, 'needs a tag of 1 to 64 characters'],
    ['s=();nonce="a', 'has a string without its closing quote'],
    ['s=();nonce="a\\', 'has an unknown escape at position 14'],
    ['s=();nonce="a\\"', 'has a string without its closing quote'],
    ['s=();nonce="a\\n"', 'has an unknown escape at position 14'],
    ['s=();nonce=x', 'needs " at position 11'],
    [`s=${good},`, 'names more than one signature'],
    [`s=${good}  ,  t=${good}`, 'names more than one signature'],
    [`s=${good}x`, `needs , at position ${good.length + 2}`]
  ]
  for (const [input, sentence] of wrong) {
    t.same(refused(() => parse(input)), ['signature_malformed', `Signature-Input ${sentence}.`], input.slice(0, 80))
  }
})

t.test('a value of the greatest length is read', async t => {
  const list = Array.from({ length: 32 }, (_, i) => `"h${i}"`).join(' ')
  const most = `s=(${list});created=1;alg="ed25519";keyid="${'k'.repeat(64)}";nonce="${'n'.repeat(128)}";tag="${'t'.repeat(64)}"`
  t.match(parse(most), { keyId: 'k'.repeat(64), nonce: 'n'.repeat(128), tag: 't'.repeat(64) })
  t.ok(parse(`s=${good}`.padEnd(4_096)))
  t.ok(parse(`s=${good}`, `s=${bytes}`.padEnd(256)))
})

t.test('what is wrong with Signature is said', async t => {
  const wrong: readonly (readonly [string, string])[] = [
    [`s=${bytes}`.padEnd(257), 'is longer than 256 characters'],
    [`t=${bytes}`, 'has another label than Signature-Input'],
    ['s', 'needs = at position 1'],
    ['s=x', 'needs : at position 2'],
    ['s=:YQ==', 'has a byte sequence without its closing colon'],
    ['s=:YR==:', 'has a byte sequence that is not canonical base64'],
    ['s=:Y-==:', 'has a byte sequence that is not canonical base64'],
    [`s=${bytes}, t=${bytes}`, 'holds more than one signature'],
    [`s=${bytes};a`, `needs , at position ${bytes.length + 2}`]
  ]
  for (const [signature, sentence] of wrong) {
    t.same(refused(() => parse(`s=${good}`, signature)), ['signature_malformed', `Signature ${sentence}.`], signature.slice(0, 80))
  }
  t.same(parse(`s=${good}`, 's=::').bytes, Buffer.alloc(0))
})

const parsed: ParsedSignature = { ...parse(`s=${good}`), created: 1_000 }

t.test('the window ends to the second, and the sentence says by how much', async t => {
  t.doesNotThrow(() => checkWindow(parsed, 1_300))
  t.same(refused(() => checkWindow(parsed, 1_301)),
    ['signature_expired', "created lies 301 seconds behind the server's clock; 300 are allowed."])
  t.doesNotThrow(() => checkWindow(parsed, 970))
  t.same(refused(() => checkWindow(parsed, 969)),
    ['signature_in_future', "created lies 31 seconds ahead of the server's clock; 30 are allowed."])
  t.doesNotThrow(() => checkWindow({ ...parsed, expires: 1_100 }, 1_100))
  t.same(refused(() => checkWindow({ ...parsed, expires: 1_100 }, 1_101)), ['signature_expired', 'expires has passed.'])
})

t.test('what must be covered depends on what the request carries', async t => {
  const required = (headers: HeaderFields, hasBody = false) => requiredComponents({ headers, hasBody })
  t.same(required({}), ['@method', '@path', '@query'])
  t.same(required({}, true), ['@method', '@path', '@query', 'content-digest'])
  t.same(required({ 'idempotency-key': '', 'kahub-version': 'x', 'kahub-': 'x', 'x-kahub-a': 'x', 'kahub-none': undefined, host: 'h' }),
    ['@method', '@path', '@query', 'idempotency-key', 'kahub-version', 'kahub-'])
  const covering = (components: readonly string[], headers: HeaderFields, hasBody: boolean) => () =>
    checkCoverage({ ...parsed, components }, { headers, hasBody })
  t.doesNotThrow(covering(['@query', 'more', '@path', '@method'], {}, false))
  t.doesNotThrow(covering(['@query', '@path', '@method', 'content-digest'], { 'content-digest': 'x' }, true))
  t.same(refused(covering([], {}, true)), ['digest_missing', 'A request with a body needs a Content-Digest header.'])
  t.same(refused(covering(['@path'], {}, false)), ['signature_insufficient', 'The signature must also cover "@method" "@query".'])
  t.throws(covering(['@path'], {}, false), { code: 'signature_insufficient', uncovered: ['@method', '@query'], name: 'SignatureRefusal' })
  t.same(new SignatureRefusal('signature_missing', 'x').uncovered, [], 'other refusals name nothing')
})

t.test('the base is written as RFC 9421 section 2.5 has it', async t => {
  const request: SignableRequest = {
    method: 'POST',
    target: '/a/b?c=d?e',
    headers: {
      host: 'Shop.EXAMPLE',
      x: ' \t a  b\t ',
      y: ['1 ', ' 2'],
      folded: 'a \r\n\t b \r\n  c',
      empty: ' ',
      blank: ''
    }
  }
  const components = ['@method', '@path', '@query', '@request-target', '@authority', 'x', 'y', 'folded', 'empty', 'blank']
  t.equal(signatureBase({ components, params: 'PARAMS' }, request), [
    '"@method": POST', '"@path": /a/b', '"@query": ?c=d?e', '"@request-target": /a/b?c=d?e', '"@authority": shop.example', '"x": a  b',
    '"y": 1, 2',
    '"folded": a b c', '"empty": ', '"blank": ', '"@signature-params": PARAMS'
  ].join('\n'))
  t.equal(signatureBase({ components: ['@path', '@query'], params: '' }, { ...request, target: '/' }),
    '"@path": /\n"@query": ?\n"@signature-params": ')
})

t.test('what cannot be signed for is said', async t => {
  const base = (component: string, { method = 'GET', target = '/', headers = {} }: Partial<SignableRequest>) => () =>
    signatureBase({ components: [component], params: '' }, { method, target, headers })
  const form = 'The request target is not a path with a query in ASCII.'
  for (const target of ['', 'a', '*', '/ ', '/#', '/é', 'x/', '/a\n', 'http://a/']) {
    for (const part of ['@path', '@query', '@request-target']) {
      t.same(refused(base(part, { target })), ['signature_malformed', form], `${part} ${target}`)
    }
  }
  for (const target of ['/!', '/~', '/"$', '/!"$%~']) t.doesNotThrow(base('@path', { target }), target)
  for (const name of ['x', 'constructor', '__proto__']) {
    t.same(refused(base(name, {})), ['signature_malformed', `The signature covers ${name}, which the request does not carry.`])
  }
  t.same(refused(base('@authority', {})), ['signature_malformed', 'The signature covers host, which the request does not carry.'])
  const characters = (name: string) => ['signature_malformed', `${name} is covered and has characters that are not printable ASCII.`]
  for (const value of ['a\nb', 'a\rb', '\u007f', 'é', 'a\u0000', '\u001f', '\u00a0x']) {
    t.same(refused(base('x', { headers: { x: value } })), characters('x'))
  }
  t.same(refused(base('x', { headers: { x: ['a', 'é'] } })), characters('x'))
  t.same(refused(base('@method', { method: 'é' })), characters('@method'))
  t.doesNotThrow(base('x', { headers: { x: ' ~\t!' } }))
  for (const value of ['a\r\nb', '\r\n', 'a\r\n b\r\nc']) {
    t.same(refused(base('x', { headers: { x: value } })), ['signature_malformed', 'A covered field has a line break that is not a fold.'])
  }
})

t.test('both algorithms verify what is theirs, and nothing of another length', async t => {
  const key = hmacKey('secret')
  t.ok(key.equals(createSecretKey(Buffer.from('secret'))))
  const right = hmacOf('base', 'secret')
  t.equal(verifyHmac('base', right, key), true)
  t.equal(verifyHmac('base!', right, key), false)
  t.equal(verifyHmac('base', right.subarray(1), key), false)
  t.equal(verifyHmac('base', Buffer.concat([right, Buffer.alloc(1)]), key), false)
  const { publicKey, privateKey } = generateKeyPairSync('ed25519')
  const signed = sign({ method: 'GET', target: '/', headers: {} }, { id: 'k', algorithm: 'ed25519', privateKey },
    { created: 1, nonce: 'n' })
  const read = parseSignature(signed)
  const base = signatureBase(read, { method: 'GET', target: '/', headers: {} })
  t.equal(await verifyEd25519(base, read.bytes, publicKey), true)
  t.equal(await verifyEd25519(`${base} `, read.bytes, publicKey), false)
  t.equal(await verifyEd25519(base, read.bytes.subarray(1), publicKey), false)
  await t.rejects(verifyEd25519(base, read.bytes, key), 'a key of another kind is a fault of ours')
  const decoys = decoyKeys()
  t.same([decoys['hmac-sha256'].type, decoys['hmac-sha256'].symmetricKeySize, decoys.ed25519.type, decoys.ed25519.asymmetricKeyType],
    ['secret', 48, 'public', 'ed25519'])
  t.notOk(decoys['hmac-sha256'].equals(decoyKeys()['hmac-sha256']), 'made anew each time')
})

/** HMAC-SHA256 by its definition (RFC 2104). */
function hmacOf (text: string, secret: string): Buffer {
  const pad = (byte: number) => Buffer.alloc(64, byte).map((value, i) => value ^ (Buffer.from(secret)[i] ?? 0))
  const inner = createHash('sha256').update(pad(0x36)).update(text).digest()
  return createHash('sha256').update(pad(0x5c)).update(inner).digest()
}

t.test('what is signed is written in one form', async t => {
  const key = { id: 'k"1', algorithm: 'hmac-sha256', secret: 'secret' } as const
  const request = { method: 'POST', target: '/x', headers: { 'idempotency-key': 'a' } }
  const headers = sign({ ...request, body: '{}' }, key, { created: 7, nonce: 'n\\' })
  t.same(Object.keys(headers), ['content-digest', 'signature-input', 'signature'])
  t.equal(headers['content-digest'], contentDigest('{}'))
  t.equal(headers['signature-input'],
    'sig1=("@method" "@path" "@query" "content-digest" "idempotency-key");created=7;keyid="k\\"1";nonce="n\\\\";alg="hmac-sha256"')
  t.match(headers['signature'], /^sig1=:[A-Za-z0-9+/]{43}=:$/)
  const read = parseSignature(headers)
  t.ok(verifyHmac(signatureBase(read, { ...request, headers: { ...request.headers, ...headers } }), read.bytes, hmacKey('secret')))
  t.same(sign({ ...request, body: '{}' }, { ...key, secret: hmacKey('secret') }, { created: 7, nonce: 'n\\' }), headers,
    'by a key object as by its text')
  for (const body of [undefined, '', new Uint8Array()]) {
    t.same(Object.keys(sign({ ...request, body }, key, { created: 7, nonce: 'n' })), ['signature-input', 'signature'],
      'an empty body is none')
  }
})

t.test('a reader stands where it says it does', async t => {
  const reader = new FieldReader('  ab=1', 'X', 'signature_malformed', 6)
  t.equal(reader.position, 2)
  t.equal(reader.sees('a'), true)
  t.equal(reader.take('b'), false)
  t.equal(reader.readKey(), 'ab')
  t.equal(reader.since(2), 'ab')
  t.equal(reader.take('='), true)
  t.equal(reader.readInteger(), 1)
  t.equal(reader.takeComma(), false)
  t.equal(reader.position, 6)
  t.same(refused(() => reader.expect(' ')), ['signature_malformed', 'X needs a space at position 6.'])
  t.same(['a-b', 'say "x"', 'a\\b', ''].map(quoted), ['"a-b"', '"say \\"x\\""', '"a\\\\b"', '""'])
  t.same(['*', 'a_b.c*-9', 'aB', 'a b'].map(text => new FieldReader(text, 'X', 'digest_malformed', 99).readKey()),
    ['*', 'a_b.c*-9', 'a', 'a'])
})
