// Callbacks are signed as Standard Webhooks asks: the official package verifies ours, and we verify its.
import t from 'tap'
import { createHmac, createPublicKey, generateKeyPairSync, randomBytes, sign } from 'node:crypto'
import { Webhook } from 'standardwebhooks'
import { callbackToleranceSeconds, ed25519KeyOf, signCallback, verifyCallback } from '../../src/base/callback-signature.ts'

const now = Math.floor(Date.now() / 1000)
const callback = { id: 'dlv_01k0000000000000000000000a', timestamp: now, body: '{"type":"order.completed","data":{"name":"點數卡 ✓"}}' }
const newSecret = () => randomBytes(32)
const shown = (secret: Buffer) => `whsec_${secret.toString('base64')}`

t.test('the official package verifies what we sign', async t => {
  const secret = newSecret()
  const headers = {
    'webhook-id': callback.id,
    'webhook-timestamp': String(now),
    'webhook-signature': signCallback(callback,
      { secrets: [secret] })
  }
  t.same(new Webhook(shown(secret)).verify(callback.body, headers), JSON.parse(callback.body))
  t.throws(() => new Webhook(shown(newSecret())).verify(callback.body, headers))
  t.throws(() => new Webhook(shown(secret)).verify(callback.body + ' ', headers))
  t.throws(() => new Webhook(shown(secret)).verify(callback.body, { ...headers, 'webhook-id': 'dlv_other' }))
})

t.test('we verify what the official package signs', async t => {
  const secret = newSecret()
  const header = new Webhook(shown(secret)).sign(callback.id, new Date(now * 1000), callback.body)
  t.equal(verifyCallback(callback, header, { secrets: [secret] }, now), 'valid')
  t.equal(header, signCallback(callback, { secrets: [secret] }), 'and it is what we would have signed')
})

t.test('the vector of the specification gives its signature', async t => {
  const secret = Buffer.from('MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw', 'base64')
  const vector = { id: 'msg_p5jXN8AQM9LWM0D4loKWxJek', timestamp: 1614265330, body: '{"test": 2432232314}' }
  t.equal(signCallback(vector, { secrets: [secret] }), 'v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=')
})

t.test('during a rotation each secret verifies, and the house’s key beside them', async t => {
  const [fresh, previous] = [newSecret(), newSecret()]
  const { privateKey, publicKey } = generateKeyPairSync('ed25519')
  const header = signCallback(callback, { secrets: [fresh, previous], privateKey })
  t.match(header, /^v1,\S+ v1,\S+ v1a,\S+$/)
  const headers = { 'webhook-id': callback.id, 'webhook-timestamp': String(now), 'webhook-signature': header }
  for (const secret of [fresh, previous]) {
    t.ok(new Webhook(shown(secret)).verify(callback.body, headers))
    t.equal(verifyCallback(callback, header, { secrets: [secret] }, now), 'valid')
  }
  t.equal(verifyCallback(callback, header, { publicKeys: [publicKey] }, now), 'valid')
  t.equal(verifyCallback(callback, header, { secrets: [newSecret()], publicKeys: [generateKeyPairSync('ed25519').publicKey] }, now),
    'no_match')
})

t.test('v1a is Ed25519 over id, time and body, by a key that a seed gives', async t => {
  // RFC 8032 section 7.1, test 1.
  const key = ed25519KeyOf(Buffer.from('9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60', 'hex'))
  t.equal(Buffer.from(createPublicKey(key).export({ format: 'jwk' }).x!, 'base64url').toString('hex'),
    'd75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a')
  t.equal(sign(null, Buffer.alloc(0), key).toString('hex').slice(0, 32), 'e5564300c360ac729086e2cc806e828a')
  const expected = sign(null, Buffer.from(`${callback.id}.${now}.${callback.body}`), key).toString('base64')
  t.equal(signCallback(callback, { secrets: [], privateKey: key }), `v1a,${expected}`)
})

t.test('what was changed, is too old, too new or malformed does not verify', async t => {
  const secret = newSecret()
  const header = signCallback(callback, { secrets: [secret] })
  const verdict = (changed: Partial<typeof callback>, text = header, at = now) => verifyCallback({ ...callback, ...changed }, text,
    { secrets: [secret] }, at)
  t.equal(verdict({}), 'valid')
  t.equal(verdict({}, `v1,AAAA v2,zz ${header}`), 'valid', 'others beside it do not matter')
  t.equal(verdict({ body: '{}' }), 'no_match')
  t.equal(verdict({ id: 'dlv_other' }), 'no_match')
  t.equal(verdict({ timestamp: now - 1 }), 'no_match')
  t.equal(verdict({}, header, now + 301), 'too_old')
  t.equal(verdict({}, header, now - 301), 'too_new')
  t.equal(verdict({ timestamp: NaN }), 'too_new')
  for (const malformed of ['', 'v1', 'v1,', ',', header.slice(0, -4), header.replace('v1,', 'v1a,'), createHmac('sha256',
    secret).update('x').digest('base64')]) {
    t.equal(verdict({}, malformed), 'no_match', malformed)
  }
})

t.test('the window is five minutes to the second, on both sides', async t => {
  const secret = newSecret()
  const header = signCallback(callback, { secrets: [secret] })
  const at = (seconds: number) => verifyCallback(callback, header, { secrets: [secret] }, seconds)
  t.equal(callbackToleranceSeconds, 300)
  t.same([now + 300, now + 301, now - 300, now - 301].map(at), ['valid', 'too_old', 'valid', 'too_new'])
})

t.test('a signature counts under the name of its own kind, and only among the first twenty', async t => {
  const secret = newSecret()
  const { privateKey, publicKey } = generateKeyPairSync('ed25519')
  const [v1, v1a] = signCallback(callback, { secrets: [secret], privateKey }).split(' ') as [string, string]
  const verdict = (header: string) => verifyCallback(callback, header, { secrets: [secret], publicKeys: [publicKey] }, now)
  const renamed = [[v1, 'v2'], [v1, 'v1a'], [v1, ''], [v1a, 'v2'], [v1a, 'v1']].map(([signature, name]) => signature!.replace(/^\w+/, name!))
  for (const header of renamed) {
    t.equal(verdict(header), 'no_match', header)
  }
  t.equal(verdict(`${'v1,AAAA '.repeat(19)}${v1}`), 'valid')
  t.equal(verdict(`${'v1,AAAA '.repeat(20)}${v1}`), 'no_match')
  t.equal(verdict(`${v1} ${v1a} v1,AAAA v1a,AAAA`), 'valid', 'what comes after one that is right does not undo it')
  t.equal(verifyCallback(callback, `${v1} ${v1a}`, {}, now), 'no_match', 'without a key nothing is valid')
})

t.test('nothing is signed without a key, and no key is made of another seed than 32 bytes', async t => {
  t.throws(() => signCallback(callback, { secrets: [] }), new Error('expected a secret or a key to sign with'))
  for (const length of [0, 31, 33]) t.throws(() => ed25519KeyOf(Buffer.alloc(length)), new Error('expected a seed of 32 bytes'))
})
