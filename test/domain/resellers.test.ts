import { generateKeyPairSync } from 'node:crypto'
import t from 'tap'
import fc from 'fast-check'
import ipaddr from 'ipaddr.js'
import { operatorScopes, resellerScopes, resellerStatuses } from '../../schema/vocabulary.ts'
import { mayEnter, resellerEntry } from '../../schema/states.ts'
import { newId } from '../../src/base/ids.ts'
import { Problem } from '../../src/base/problem.ts'
import { newMasterKey, readMasterKeys } from '../../src/base/seal.ts'
import { hmacKey } from '../../src/base/signature.ts'
import { appendEvents } from '../../src/domain/events/append-events.ts'
import { createKey, type NewKey } from '../../src/domain/resellers/create-key.ts'
import { createReseller } from '../../src/domain/resellers/create-reseller.ts'
import { isNoWider, readIpAllow } from '../../src/domain/resellers/ip-allow.ts'
import { allowsAddress, loadKeyring } from '../../src/domain/resellers/keyring.ts'
import { usableKeysPerOwnerMax } from '../../src/domain/resellers/key-guards.ts'
import { listKeys } from '../../src/domain/resellers/list-keys.ts'
import { listLevels } from '../../src/domain/resellers/list-levels.ts'
import { listResellers } from '../../src/domain/resellers/list-resellers.ts'
import { pinVersion } from '../../src/domain/resellers/pin-version.ts'
import { clocksDifferSecondsMax, purgeNonces } from '../../src/domain/resellers/purge-nonces.ts'
import { putLevel } from '../../src/domain/resellers/put-level.ts'
import { revokeKey, revokeKeyOf } from '../../src/domain/resellers/revoke-key.ts'
import { rotateKey, type Rotation } from '../../src/domain/resellers/rotate-key.ts'
import { spendNonce, storedNonce } from '../../src/domain/requests/spend-nonce.ts'
import { updateReseller } from '../../src/domain/resellers/update-reseller.ts'
import { bareArray } from '../../src/postgres/arrays.ts'
import { migrate } from '../../src/postgres/migrate.ts'
import { openOwner, openPool } from '../../src/postgres/pool.ts'
import { snapshotVersions } from '../../src/postgres/snapshot.ts'
import { transact } from '../../src/postgres/transact.ts'
import { openCluster } from '../support/postgres.ts'

const cluster = await openCluster()
const url = cluster.url(await cluster.createDatabase())
await migrate(url)
const db = openPool(url, 'live')
const owner = openOwner(url)
const forge = { name: 'live', masterKeys: readMasterKeys(newMasterKey()) } as const
t.teardown(async () => {
  await db.end()
  await owner.end()
  await cluster.stop()
})

let references = 0
const nextReference = () => `ref-${++references}`
const publicJwk = () => generateKeyPairSync('ed25519').publicKey.export({ format: 'jwk' })
const keyringNow = async () => loadKeyring(db, 1n, forge.masterKeys)

const makeKey = (wish: Partial<NewKey>) => transact(db, tx => createKey(tx, forge, {
  reference: nextReference(), grantedBy: null, resellerId: null, name: 'key', algorithm: 'hmac-sha256', scopes: ['admin:*'], ...wish
}))

async function newReseller (levelId = 'bronze') {
  const { reseller } = await transact(db, async tx => {
    await putLevel(tx, { id: levelId, name: levelId, rank: 1, requestsPerMinute: 600 })
    return createReseller(tx, { reference: nextReference(), name: 'Shop', levelId, currency: 'CNY' })
  })
  return {
    id: reseller.id,
    getsKey: (wish: Partial<NewKey> = {}) => makeKey({ resellerId: reseller.id, scopes: ['orders:write', 'keys:write'], ...wish }),
    rotates: (keyId: string, rotation: Partial<Rotation> = {}) => transact(db, tx => rotateKey(tx, forge, {
      reference: nextReference(), grantedBy: keyId, resellerId: reseller.id, keyId, overlapSeconds: 60, ...rotation
    })),
    revokes: (keyId: string) => transact(db, tx => revokeKeyOf(tx, reseller.id, keyId)),
    events: () => db<{ sequence: bigint, type: string, data: Record<string, unknown> }[]>`
      select sequence, type, data from events where reseller_id = ${reseller.id} order by sequence`
  }
}

t.test('a level is created, changed and listed by rank', async t => {
  await transact(db, tx => putLevel(tx, { id: 'gold', name: 'Gold', rank: 30, requestsPerMinute: 6_000 }))
  await transact(db, tx => putLevel(tx, { id: 'silver', name: 'Silver', rank: 20, requestsPerMinute: 600 }))
  await transact(db, tx => putLevel(tx, { id: 'silver', name: 'Silver', rank: 40, requestsPerMinute: 900 }))
  const levels = await listLevels(db, undefined, 10)
  t.match(levels, [{ id: 'gold', rank: 30 }, { id: 'silver', rank: 40, requestsPerMinute: 900 }])
  t.same((await listLevels(db, [30, 'gold'], 10)).map(level => level.id), ['silver'])
})

t.test('a reseller’s reference creates one reseller, however many ask at once; other fields are refused', async t => {
  const create = (name: string) => transact(db, tx => createReseller(tx, { reference: 'shop-1', name, levelId: 'gold', currency: 'CNY' }))
  const made = await Promise.all(Array.from({ length: 12 }, () => create('One')))
  t.equal(new Set(made.map(one => one.reseller.id)).size, 1)
  t.equal(made.filter(one => !one.replayed).length, 1)
  await t.rejects(create('Two'), { code: 'reference_reused', facts: { errors: [{ pointer: '/name' }] } })
  await t.rejects(transact(db, tx => createReseller(tx, { reference: 'shop-2', name: 'X', levelId: 'none', currency: 'CNY' })), {
    code: 'invalid_request', facts: { errors: [{ pointer: '/level' }] }
  })
  t.equal(
    (await transact(db, tx => createReseller(tx, { reference: 'shop-2', name: 'X', levelId: 'gold', currency: 'CNY' }))).replayed,
    false,
    'a refusal leaves the reference free'
  )
})

t.test('a reseller’s status changes only as the table of states says', async t => {
  for (const from of resellerStatuses) {
    for (const to of resellerStatuses) {
      const reseller = await newReseller()
      await owner`update live.resellers set status = ${from} where id = ${reseller.id}`
      const change = transact(db, tx => updateReseller(tx, reseller.id, { status: to }))
      if (from === to || mayEnter(resellerEntry, from, to)) t.equal((await change).status, to, `${from} → ${to}`)
      else await t.rejects(change, { code: 'state_conflict' }, `${from} → ${to}`)
    }
  }
  await t.rejects(transact(db, tx => updateReseller(tx, newId(), { name: 'X' })), { code: 'not_found' })
})

t.test('every change to levels, resellers and keys raises the keyring’s version', async t => {
  const version = async () => (await snapshotVersions(db)).get('keys')!
  const raises = async (what: string, change: () => Promise<unknown>) => {
    const before = await version()
    await change()
    t.ok(await version() > before, what)
  }
  const reseller = await newReseller('iron')
  const { key } = await reseller.getsKey()
  await raises('level', () => transact(db, tx => putLevel(tx, { id: 'iron', name: 'Iron', rank: 1, requestsPerMinute: 5 })))
  await raises('reseller', () => transact(db, tx => updateReseller(tx, reseller.id, { name: 'Other' })))
  await raises('key', () => reseller.getsKey())
  await raises('rotation', () => reseller.rotates(key.id))
  await raises('revocation', () => reseller.revokes(key.id))
})

t.test('a key is pinned to the version it spoke first, and pinning makes nobody load the keys anew', async t => {
  const { key } = await (await newReseller('pinned')).getsKey()
  const version = async () => (await snapshotVersions(db)).get('keys')!
  const before = await version()
  t.equal(await pinVersion(db, key.id, '2026-11-21'), '2026-11-21')
  t.equal(await pinVersion(db, key.id, '2027-01-01'), '2026-11-21', 'a pinned version stays')
  t.equal((await keyringNow()).find(key.id)!.apiVersion, '2026-11-21')
  t.equal(await version(), before)
})

t.test('resellers are listed by page, status and level', async t => {
  const [one, two] = [await newReseller('paged'), await newReseller('paged')]
  await transact(db, tx => updateReseller(tx, two.id, { status: 'suspended' }))
  t.same((await listResellers(db, { levelId: 'paged' }, undefined, 10)).map(row => row.id), [one.id, two.id])
  t.same((await listResellers(db, { levelId: 'paged' }, one.id, 10)).map(row => row.id), [two.id])
  t.same((await listResellers(db, { levelId: 'paged', status: 'suspended' }, undefined, 10)).map(row => row.id), [two.id])
})

t.test('an HMAC key’s secret is shown once, stored sealed, and opens in the keyring', async t => {
  const reseller = await newReseller()
  const wish = { reference: nextReference(), name: 'till' }
  const { key, secret, replayed } = await reseller.getsKey(wish)
  t.match(key.id, /^key_live_[0-9a-hjkmnp-tv-z]{20}$/)
  t.match(secret!.reveal(), /^khs_[A-Za-z0-9_-]{43}$/)
  t.equal(replayed, false)
  t.ok((await keyringNow()).find(key.id)!.verifyingKey.equals(hmacKey(secret!.reveal())))
  const [row] = await db<{ text: string }[]>`select row_to_json(k)::text as text from api_keys k where id = ${key.id}`
  t.notOk(row!.text.includes(secret!.reveal()) || row!.text.includes(Buffer.from(secret!.reveal()).toString('hex')))
  const again = await reseller.getsKey(wish)
  t.same([again.key.id, again.secret, again.replayed], [key.id, undefined, true])
  t.match(await reseller.events(), [{ sequence: 1n, type: 'key.created', data: { key: key.id, scopes: ['orders:write', 'keys:write'] } }])
  t.notOk(JSON.stringify((await reseller.events()).map(event => event.data)).includes('khs_'))
})

t.test('an Ed25519 key is registered by its public half; private, foreign and missing keys are refused', async t => {
  const reseller = await newReseller()
  const jwk = publicJwk()
  const { key, secret } = await reseller.getsKey({ algorithm: 'ed25519', publicKey: { ...jwk, kid: 'mine' } })
  t.equal(secret, undefined)
  t.same(key.publicKey, jwk)
  t.equal((await keyringNow()).find(key.id)!.verifyingKey.asymmetricKeyType, 'ed25519')
  const refused = { code: 'invalid_request', facts: { errors: [{ pointer: '/public_key' }] } }
  await t.rejects(
    reseller.getsKey({ algorithm: 'ed25519', publicKey: generateKeyPairSync('ed25519').privateKey.export({ format: 'jwk' }) }),
    refused
  )
  await t.rejects(reseller.getsKey({ algorithm: 'ed25519', publicKey: { ...jwk, x: 'AA' } }), refused)
  await t.rejects(reseller.getsKey({ algorithm: 'ed25519' }), refused)
  await t.rejects(reseller.getsKey({ algorithm: 'hmac-sha256', publicKey: jwk }), refused)
})

t.test('a key takes only scopes of its kind, a future expiry, and a reseller who is there and not closed', async t => {
  const reseller = await newReseller()
  for (const scope of operatorScopes) {
    await t.rejects(
      reseller.getsKey({ scopes: ['orders:write', scope] }),
      { code: 'invalid_request', facts: { errors: [{ pointer: '/scopes/1' }] } }
    )
  }
  for (const scope of resellerScopes) await t.rejects(makeKey({ scopes: [scope] }), { code: 'invalid_request' })
  await t.rejects(reseller.getsKey({ scopes: [] }), { code: 'invalid_request' })
  await t.rejects(
    reseller.getsKey({ expiresAt: new Date('2020-01-01') }),
    { code: 'invalid_request', facts: { errors: [{ pointer: '/expires_at' }] } }
  )
  await t.rejects(reseller.getsKey({ expiresAt: new Date('no time') }), { code: 'invalid_request' })
  await t.rejects(makeKey({ resellerId: newId(), scopes: ['orders:write'] }), { code: 'not_found' })
  await transact(db, tx => updateReseller(tx, reseller.id, { status: 'closed' }))
  await t.rejects(reseller.getsKey(), { code: 'state_conflict' })
})

t.test('a reseller’s key gives no scope, no address and no limit that it lacks', async t => {
  const reseller = await newReseller()
  const { key } = await reseller.getsKey({ scopes: ['keys:write', 'stock:read'], ipAllow: ['10.0.0.0/8'], requestsPerMinute: 7 })
  const gives = (wish: Partial<NewKey>) => reseller.getsKey({ grantedBy: key.id, scopes: ['stock:read'], ...wish })
  await t.rejects(gives({ scopes: ['stock:read', 'codes:read'] }), { code: 'scope_missing', facts: { errors: [{ pointer: '/scopes/1' }] } })
  await t.rejects(
    gives({ ipAllow: ['10.1.0.0/16', '11.0.0.1'] }),
    { code: 'invalid_request', facts: { errors: [{ pointer: '/ip_allow' }] } }
  )
  await t.rejects(gives({ ipAllow: [] }), { code: 'invalid_request' })
  t.match((await gives({ ipAllow: ['10.1.0.0/16'] })).key, { ipAllow: ['10.1.0.0/16'], requestsPerMinute: 7 })
  t.same((await gives({})).key.ipAllow, ['10.0.0.0/8'], 'left out, the list is the same')
  const { key: strong } = await reseller.getsKey({ scopes: ['codes:read'] })
  await t.rejects(reseller.rotates(strong.id, { grantedBy: key.id }), { code: 'scope_missing' }, 'nor by rotating a stronger key')
  const other = await newReseller()
  await t.rejects(other.getsKey({ grantedBy: key.id, scopes: ['stock:read'] }), { code: 'not_found' })
  await reseller.revokes(key.id)
  await t.rejects(gives({}), { code: 'key_revoked' })
})

t.test('an operator’s key gives resellers any scope and the operator no more than its own', async t => {
  const reseller = await newReseller()
  const { key } = await makeKey({ scopes: ['admin:resellers', 'admin:read'], ipAllow: ['192.0.2.1'] })
  t.same((await reseller.getsKey({ grantedBy: key.id, scopes: [...resellerScopes] })).key.ipAllow, [])
  await t.rejects(makeKey({ grantedBy: key.id, scopes: ['admin:money'] }), { code: 'scope_missing' })
  await t.rejects(makeKey({ grantedBy: key.id, scopes: ['admin:*'] }), { code: 'scope_missing' })
  t.same((await makeKey({ grantedBy: key.id, scopes: ['admin:read'] })).key.ipAllow, ['192.0.2.1/32'])
})

t.test('one reseller has no more usable keys than the limit, asked for all at once', async t => {
  const reseller = await newReseller()
  const results = await Promise.allSettled(Array.from({ length: usableKeysPerOwnerMax + 5 }, () => reseller.getsKey()))
  const refused = results.filter(result => result.status === 'rejected')
  t.equal(refused.length, 5)
  t.ok(refused.every(result => (result.reason as Problem).code === 'state_conflict'))
  const keys = await listKeys(db, reseller.id, undefined, 100)
  t.equal(keys.length, usableKeysPerOwnerMax)
  t.same((await reseller.events()).map(event => event.sequence), keys.map((_, i) => BigInt(i + 1)))
  const place = [keys[7]!.createdAtText, keys[7]!.id] as const
  t.same((await listKeys(db, reseller.id, place, 5)).map(key => key.id), keys.slice(8, 13).map(key => key.id))
  await reseller.revokes(keys[0]!.id)
  t.ok(await reseller.getsKey())
})

t.test('rotation makes an equal key and lets the old one expire after the overlap', async t => {
  const reseller = await newReseller()
  const { key } = await reseller.getsKey({ ipAllow: ['10.0.0.0/8'], requestsPerMinute: 9, expiresAt: new Date(Date.now() + 864e5) })
  const wish = { reference: nextReference() }
  const made = await reseller.rotates(key.id, wish)
  t.match(made.key, { name: key.name, scopes: key.scopes, ipAllow: key.ipAllow, requestsPerMinute: 9, revokedAt: null })
  t.ok(made.secret!.reveal().startsWith('khs_'))
  t.ok(
    Math.abs(made.key.expiresAt!.getTime() - made.key.createdAt.getTime() - 864e5) < 60_000,
    'it lives as long as the old one was made for'
  )
  const [old] = await listKeys(db, reseller.id, undefined, 1)
  t.equal(old!.replacedBy, made.key.id)
  t.equal(old!.expiresAt!.getTime() - made.key.createdAt.getTime(), 60_000)
  t.match((await reseller.events()).at(-1), { type: 'key.created', data: { key: made.key.id, replaces: key.id } })
  t.match(await reseller.rotates(key.id, wish), { key: { id: made.key.id }, secret: undefined, replayed: true })
  await t.rejects(reseller.rotates(key.id), { code: 'state_conflict' }, 'not twice')
  await reseller.revokes(made.key.id)
  await t.rejects(reseller.rotates(made.key.id), { code: 'state_conflict' }, 'not when revoked')
  await t.rejects((await newReseller()).rotates(key.id), { code: 'not_found' }, 'not another’s')

  const { key: public_ } = await reseller.getsKey({ algorithm: 'ed25519', publicKey: publicJwk() })
  await t.rejects(reseller.rotates(public_.id), { code: 'invalid_request', facts: { errors: [{ pointer: '/public_key' }] } })
  const jwk = publicJwk()
  t.same((await reseller.rotates(public_.id, { publicKey: jwk, overlapSeconds: 0 })).key.publicKey, jwk)
})

t.test('two rotations of one key at once make one new key', async t => {
  const reseller = await newReseller()
  const { key } = await reseller.getsKey()
  const results = await Promise.allSettled([reseller.rotates(key.id), reseller.rotates(key.id)])
  t.same(results.map(result => result.status).sort(), ['fulfilled', 'rejected'])
  t.equal((await listKeys(db, reseller.id, undefined, 10)).length, 2)
})

t.test('a key is revoked once; again changes nothing, another’s is not found', async t => {
  const reseller = await newReseller()
  const { key } = await reseller.getsKey()
  await t.rejects((await newReseller()).revokes(key.id), { code: 'not_found' })
  const first = await reseller.revokes(key.id)
  t.ok(first.revokedAt)
  t.same((await reseller.revokes(key.id)).revokedAt, first.revokedAt)
  t.same((await reseller.events()).map(event => event.type), ['key.created', 'key.revoked'])
  t.ok((await keyringNow()).find(key.id)!.revokedAt, 'the keyring still knows it, to say that it was revoked')
})

t.test('the last operator key that can make keys is kept, however many are revoked at once', async t => {
  const [one, two] = [await makeKey({}), await makeKey({ scopes: ['admin:resellers'] })]
  await makeKey({ scopes: ['admin:read'] })
  await owner`update live.api_keys set revoked_at = now()
    where reseller_id is null and id not in (${one.key.id}, ${two.key.id}) and scopes <> '{admin:read}'`
  const results = await Promise.allSettled([one, two].map(({ key }) => transact(db, tx => revokeKey(tx, key.id))))
  t.same(results.map(result => result.status).sort(), ['fulfilled', 'rejected'])
  t.equal((results.find(result => result.status === 'rejected')!.reason as Problem).code, 'in_use')
  await t.rejects(transact(db, tx => revokeKey(tx, 'key_live_00000000000000000000')), { code: 'not_found' })
})

t.test('an IP allow-list is read as people mean it, and what could be read two ways is refused', t => {
  t.same(readIpAllow([
    '203.0.113.7',
    '10.1.2.3/8',
    '2001:db8::5',
    '2001:DB8:0::/32',
    '::ffff:192.0.2.1',
    '::ffff:10.0.0.0/104',
    '203.0.113.7/32'
  ]),
  ['203.0.113.7/32', '10.0.0.0/8', '2001:db8::5/128', '2001:db8::/32', '192.0.2.1/32'])
  for (const wrong of [
    '',
    '10.1',
    '0x7f.0.0.1',
    '1',
    '256.1.1.1',
    '10.0.0.0/33',
    '10.0.0.0/',
    '10.0.0.0/08',
    '10.0.0.0/8/8',
    'fe80::1%eth0',
    '::/129',
    'example.com',
    ' 10.0.0.1'
  ]) {
    t.throws(
      () => readIpAllow(['10.0.0.1', wrong]),
      { code: 'invalid_request', facts: { errors: [{ pointer: '/ip_allow/1' }] } },
      JSON.stringify(wrong)
    )
  }
  t.throws(() => readIpAllow(Array.from({ length: 51 }, (_, i) => `10.0.0.${i}`)), { code: 'invalid_request' })
  t.end()
})

t.test('a list that is no wider allows no address that the other does not', t => {
  const address = fc.tuple(fc.constantFrom(10, 192), fc.nat(1), fc.nat(1), fc.nat(3)).map(parts => parts.join('.'))
  const range = fc.tuple(address, fc.constantFrom(0, 7, 8, 16, 24, 30, 31, 32)).map(([one, bits]) => `${one}/${bits}`)
  const key = (list: readonly string[]) => ({
    ipAllow: list.map(text => ipaddr.parseCIDR(text))
  }) as unknown as Parameters<typeof allowsAddress>[0]
  fc.assert(fc.property(fc.array(range, { maxLength: 3 }), fc.array(range, { maxLength: 3 }), address, (inner, outer, from) => {
    const [innerList, outerList] = [readIpAllow(inner), readIpAllow(outer)]
    return !isNoWider(innerList, outerList) || !allowsAddress(key(innerList), from) || allowsAddress(key(outerList), from)
  }), { numRuns: 2_000 })
  t.end()
})

t.test('events are numbered without a gap per reseller, in the order given, by many writers at once', async t => {
  const [one, two] = [await newReseller(), await newReseller()]
  const batch = (n: number) => transact(db, tx => appendEvents(tx, [
    { resellerId: two.id, type: 'wallet.adjusted', data: { n, part: 'a' } },
    { resellerId: one.id, type: 'wallet.adjusted', data: { n, text: '"quoted" \\ {braces}, 余额' } },
    { resellerId: two.id, type: 'wallet.adjusted', data: { n, part: 'b' } }
  ]))
  await Promise.all(Array.from({ length: 10 }, (_, n) => batch(n)))
  t.same((await one.events()).map(event => event.sequence), Array.from({ length: 10 }, (_, i) => BigInt(i + 1)))
  const events = await two.events()
  t.same(events.map(event => event.sequence), Array.from({ length: 20 }, (_, i) => BigInt(i + 1)))
  for (let i = 0; i < 20; i += 2) {
    t.match(
      [events[i], events[i + 1]],
      [{ data: { part: 'a' } }, { data: { part: 'b', n: events[i]!.data.n } }]
    )
  }
  t.equal((await one.events())[0]!.data.text, '"quoted" \\ {braces}, 余额')
  await t.rejects(
    transact(db, tx => appendEvents(tx, [{ resellerId: newId(), type: 'key.created', data: {} }])),
    /the resellers of the events/
  )
})

t.test('a pass forgets expired nonces only, no more than it may, and reads next to nothing when there are none', async t => {
  const nowS = Math.floor(Date.now() / 1_000)
  const spend = (nonce: string, expiresAtS: number) => transact(db, tx => spendNonce(tx, storedNonce('key', nonce, expiresAtS)))
  for (let i = 0; i < 5; i++) await spend(`old-${i}`, nowS - clocksDifferSecondsMax - 5)
  await spend('young', nowS)
  t.equal(await purgeNonces(db, 3), 3)
  const passes = await Promise.all([purgeNonces(db, 10), purgeNonces(db, 10)])
  t.equal(passes[0]! + passes[1]!, 2)
  await t.rejects(spend('young', nowS), { code: 'nonce_reused' })

  const rows = Array.from({ length: 20_000 }, (_, i) => storedNonce('key', `${i}`, nowS + i % 300))
  await db`insert into nonces (id) select * from unnest(${bareArray(rows)}::uuid[])`
  const [plan] = await db<{ 'QUERY PLAN': [{ Plan: Plan }] }[]>`
    explain (analyze, buffers, format json)
    select id from nonces where id < ${storedNonce('', '', nowS - clocksDifferSecondsMax)}::uuid order by id limit ${100}`
  t.ok(pagesRead(plan!['QUERY PLAN'][0].Plan) < 20, 'a handful of pages of the index')
})

interface Plan { 'Shared Hit Blocks': number, 'Shared Read Blocks': number }

const pagesRead = (plan: Plan): number => plan['Shared Hit Blocks'] + plan['Shared Read Blocks']
