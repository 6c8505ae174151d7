import t from 'tap'
import { newId } from '../../src/base/ids.ts'
import { Problem } from '../../src/base/problem.ts'
import { newMasterKey, readMasterKeys, wrap } from '../../src/base/seal.ts'
import { transact } from '../../src/postgres/transact.ts'
import { loadKeyring } from '../../src/domain/resellers/keyring.ts'
import { apiKeyOwner } from '../../src/domain/secrets/owners.ts'
import { rewrapUnderCurrentMaster } from '../../src/domain/secrets/rewrap-under-current-master.ts'
import { openWorldSecret } from '../../src/domain/secrets/open-world-secret.ts'
import { abortImport, clearAbortedLots } from '../../src/domain/stock/abort-import.ts'
import { abortStaleImports } from '../../src/domain/stock/abort-stale-imports.ts'
import { createImport } from '../../src/domain/stock/create-import.ts'
import { openFingerprintKey } from '../../src/domain/stock/fingerprint.ts'
import { readImport } from '../../src/domain/stock/import.ts'
import { proveStock } from '../../src/domain/stock/prove-stock.ts'
import { openStockedWorld, type PartOptions } from '../support/stocked-world.ts'

const world = await openStockedWorld()
const { db } = world
t.teardown(() => world.close())

interface Fault { readonly pointer: string, readonly detail: string }

/** The faults a part is refused with; fails when it is taken. */
async function refusalOf (promise: Promise<unknown>): Promise<{ code: string, count: unknown, faults: readonly Fault[] }> {
  const error = await promise.then(() => undefined, (thrown: unknown) => thrown)
  if (!(error instanceof Problem)) throw error ?? new Error('nothing was refused')
  return { code: error.code, count: error.facts.fault_count, faults: error.facts.errors ?? [] }
}

const stagedCodes = async (importId: string): Promise<bigint> =>
  (await db<{ count: bigint }[]>`select count(*) from codes join lots on lots.id = codes.lot_id where lots.import_id = ${importId}`)[0]!.count

let secrets = 0
const fresh = (): string => `FRESH-${(++secrets).toString().padStart(8, '0')}`

t.test('codes come out as they went in, in the order of the file, each with what its line says', async t => {
  const sku = await world.sku()
  const { id } = await world.opens(sku)
  await world.sends(id, '{"secret":" aB-c 1 ","number":"622001","serial":"S1","line":7}\n{"secret":"aB-c 2","expires_at":null}\n', { format: 'ndjson' })
  await world.sends(id, '\ufeffExpires_At,serial,secret,number\r\n,,"quo""te, d",622003\r\n\r\n2099-12-31,,卡密-四,\r\n', { part: 2 })
  t.equal(await world.stock(sku), undefined, 'nothing is visible before the commit')
  t.match(await world.commits(id), { state: 'committed', parts: 2, codes: 4n })
  t.strictSame(await world.reads(await world.sells(sku, 4)), [
    { secret: '卡密-四', expiresAt: '2099-12-31T00:00:00Z' },
    { secret: 'aB-c 1', number: '622001', serial: 'S1' },
    { secret: 'aB-c 2' },
    { secret: 'quo"te, d', number: '622003' }
  ], 'what expires is used first')
})

t.test('a file with several expiries becomes several lots, each with a key of its own', async t => {
  const sku = await world.sku()
  const { id } = await world.opens(sku, { expiresAt: '2098-01-01T08:00:00+08:00' })
  await world.sends(id, `secret,expires_at\n${fresh()},\n${fresh()},2097-05-01\n${fresh()},2097-05-01T00:00:00Z\n${fresh()},2098-01-01`)
  await world.commits(id)
  const lots = await db`select expires_at, size, state, unit_cost, currency, supplier from lots where import_id = ${id} order by expires_at`
  t.match(lots, [{ expires_at: new Date('2097-05-01'), size: 2 }, { expires_at: new Date('2098-01-01'), size: 2, state: 'available', unit_cost: 950_000n, currency: 'CNY', supplier: 'Acme' }])
  t.equal(new Set((await db<{ key: string }[]>`select encode(wrapped_key, 'hex') as key from lots where import_id = ${id}`).map(lot => lot.key)).size, 2)
})

t.test('what cannot be stocked is refused by line, and nothing of its part is taken', async t => {
  const sku = await world.sku()
  const known = fresh()
  await world.stocks(sku, [known])
  const good = fresh()
  const cases: readonly (readonly [name: string, body: string | Buffer, options: PartOptions, faults: readonly (readonly [line: number, detail: RegExp])[], code?: string])[] = [
    ['an empty file', '', {}, [[1, /no codes/]]],
    ['a header and nothing else', 'secret\n', {}, [[1, /no codes/]]],
    ['no header', `${good}\n`, {}, [[1, /header/]]],
    ['an unknown column', `secret,pin\n${good},1`, {}, [[1, /header/]]],
    ['a column twice', `secret,secret\n${good},1`, {}, [[1, /header/]]],
    ['GBK', Buffer.concat([Buffer.from(`secret\n${good}\n`), Buffer.from([0xbf, 0xa8, 0xc3, 0xdc]), Buffer.from('\n')]), {}, [[3, /UTF-8/]]],
    ['UTF-16 with its byte order mark', Buffer.from(`\ufeffsecret\n${good}\n`, 'utf16le'), {}, [[1, /UTF-8/]]],
    ['a byte order mark in the middle', `secret\n\ufeff\n${good}`, {}, [[2, /no secret/]]],
    ['an empty secret', `number,secret\n12,\n13,${good}`, {}, [[2, /no secret/]]],
    ['nothing but dashes', `secret\n- -- -\n${good}`, {}, [[2, /spaces and dashes/]]],
    ['a secret that is too long', `secret\n${'x'.repeat(513)}\n${good}`, {}, [[2, /512/]]],
    ['a control character', `secret\n${known}\u0000\n${good}\n${good}\u0085`, {}, [[2, /control/], [4, /control/]]],
    ['a line break in quotes', `secret\n"ab\ncd"\n${good}`, {}, [[3, /control/]]],
    ['too few and too many fields', `number,secret\n12\n13,${good}\n14,a,b`, {}, [[2, /1 fields/], [4, /3 fields/]]],
    ['a quote that never closes', `secret\n${good}\n"abc\n`, {}, [[3, /quote/]]],
    ['a quote out of place', `secret\n${good}\nab"c\n`, {}, [[3, /quote/]]],
    ['expiries that are none', `secret,expires_at\n${good},tomorrow\na1,2097-02-30\na2,2097-01-01T25:00:00Z\na3,01/02/2097`, {}, [[2, /RFC 3339/], [3, /RFC 3339/], [4, /RFC 3339/], [5, /RFC 3339/]]],
    ['an expiry that is past', `secret,expires_at\n${good},2001-01-01`, {}, [[2, /expired/]]],
    ['a code twice in the file, written in another way', `secret\nAbc-123 x\n${good}\nＡBC１２３X`, {}, [[4, /line 2 again/]]],
    ['a code in stock', `secret\n${good}\n${known.toLowerCase().replace('-', ' ')}`, {}, [[3, /stocked before/]], 'code_already_stocked'],
    ['a code in stock beside another fault', `secret\n${known}\n\n,\n`, {}, [[2, /stocked before/], [4, /2 fields/]]],
    ['broken JSON', `{"secret":"${good}"}\n{"secret":`, { format: 'ndjson' }, [[2, /JSON/]]],
    ['JSON that is no object', `["${good}"]\n"x"\nnull`, { format: 'ndjson' }, [[1, /object/], [2, /object/], [3, /object/]]],
    ['a name twice', `{"secret":"${good}","secret":"y"}`, { format: 'ndjson' }, [[1, /twice/]]],
    ['a prototype', `{"secret":"${good}","__proto__":{}}`, { format: 'ndjson' }, [[1, /forbidden/]]],
    ['an unknown field', `{"secret":"${good}","cost":1}`, { format: 'ndjson' }, [[1, /unknown/]]],
    ['a number for text', `{"secret":"${good}","number":622001}`, { format: 'ndjson' }, [[1, /not a string/]]],
    ['a line number that is none', `{"secret":"${good}","line":0}`, { format: 'ndjson' }, [[1, /positive integer/]]],
    ['a fault told with the line of the sender’s file', `{"secret":"${good}","line":900}\n{"secret":"","line":901}`, { format: 'ndjson' }, [[901, /no secret/]]]
  ]
  for (const [name, body, options, wanted, code = 'import_invalid'] of cases) {
    const { id } = await world.opens(sku)
    const { code: told, count, faults } = await refusalOf(world.sends(id, body, options))
    t.strictSame([told, count, faults.map(fault => fault.pointer)], [code, wanted.length, wanted.map(([line]) => `/lines/${line}`)], name)
    wanted.forEach(([, detail], i) => t.match(faults[i]!.detail, detail, name))
    t.notOk(faults.some(fault => fault.detail.includes(good) || fault.detail.includes(known)), 'no code stands in a refusal')
    t.match(await readImport(db, id), { parts: 0, codes: 0n }, `${name}: nothing is taken`)
    t.equal(await stagedCodes(id), 0n)
  }
  t.match(await world.stock(sku), { available: 1 })
})

t.test('one bad line among many refuses them all, and a hundred faults are named of many', async t => {
  const sku = await world.sku()
  const { id } = await world.opens(sku)
  const lines = Array.from({ length: 20_000 }, fresh)
  lines[17_000] = '  '
  t.match(await refusalOf(world.sends(id, 'number,secret\n' + lines.map(line => `,${line}`).join('\r\n'))), { code: 'import_invalid', count: 1, faults: [{ pointer: '/lines/17002' }] })
  t.equal(await stagedCodes(id), 0n)
  const { faults, count } = await refusalOf(world.sends(id, 'secret\n' + 'same\n'.repeat(1_001)))
  t.strictSame([faults.length, count, faults.at(-1)!.pointer], [100, 1_000, '/lines/102'])
  lines[17_000] = fresh()
  t.match(await world.sends(id, 'number,secret\n' + lines.map(line => `,${line}`).join('\r\n')), { codes: 20_000, lines: 20_001, part: 1 }, 'mended, it is taken')
})

t.test('a part is taken once however often it is sent, and parts come in order', async t => {
  const sku = await world.sku()
  const { id } = await world.opens(sku)
  const [one, two] = [`secret\n${fresh()}\n${fresh()}`, `secret\n${fresh()}`]
  await t.rejects(world.sends(id, two, { part: 2 }), { code: 'import_part_unexpected', facts: { expected_part: 1 } })
  t.match(await world.sends(id, one), { part: 1, codes: 2, replayed: false })
  t.match(await world.sends(id, one), { part: 1, codes: 2, replayed: true, import: { parts: 1, codes: 2n } })
  await t.rejects(world.sends(id, two), { code: 'import_part_unexpected', facts: { expected_part: 2 } }, 'other bytes under the same number')
  t.match((await refusalOf(world.sends(id, one, { part: 2 }))).faults, [{ detail: /earlier part/ }, { detail: /earlier part/ }])
  t.match(await Promise.all([1, 2, 3].map(() => world.sends(id, two, { part: 2 }))), [{ codes: 1 }, { codes: 1 }, { codes: 1 }], 'three copies at once')
  t.match(await readImport(db, id), { parts: 2, codes: 3n, lines: 2n }, 'the next part is the third: what a client goes on with')
  await world.commits(id)
  t.match(await world.commits(id), { state: 'committed', codes: 3n }, 'a commit again changes nothing')
  t.match(await world.stock(sku), { available: 3 })
  t.match(await world.sends(id, two, { part: 2 }), { replayed: true }, 'a late copy of a part is still answered')
  await t.rejects(world.sends(id, `secret\n${fresh()}`, { part: 3 }), { code: 'state_conflict' })
  await t.rejects(transact(db, tx => abortImport(tx, id)), { code: 'state_conflict' })
})

t.test('the same reference gives the same import, and another content under it is refused', async t => {
  const sku = await world.sku()
  const wanted = { reference: 'delivery-77', skuId: sku, unitCost: 5n, currency: 'CNY', supplier: '', createdBy: 'key' } as const
  const first = await transact(db, tx => createImport(tx, wanted))
  await world.sends(first.import.id, `secret\n${fresh()}`)
  const again = await transact(db, tx => createImport(tx, wanted))
  t.match(again, { replayed: true, import: { id: first.import.id, parts: 1 } })
  await t.rejects(transact(db, tx => createImport(tx, { ...wanted, unitCost: 6n })), { code: 'reference_reused', facts: { errors: [{ pointer: '/unit_cost' }] } })
})

t.test('an import that makes no sense is not opened', async t => {
  const sku = await world.sku()
  const opening = (more: object) => transact(db, tx => createImport(tx, { reference: newId(), skuId: sku, unitCost: 5n, currency: 'CNY', supplier: '', createdBy: 'key', ...more }))
  await t.rejects(opening({ skuId: newId() }), { code: 'sku_not_found' })
  await t.rejects(opening({ currency: 'USD' }), { code: 'invalid_request', facts: { errors: [{ pointer: '/unit_cost/currency' }] } })
  await t.rejects(opening({ unitCost: -1n }), { code: 'invalid_request', facts: { errors: [{ pointer: '/unit_cost/amount' }] } })
  for (const expiresAt of ['2001-01-01', 'never']) await t.rejects(opening({ expiresAt }), { code: 'invalid_request', facts: { errors: [{ pointer: '/expires_at' }] } })
  await t.rejects(world.commits((await world.opens(sku)).id), { code: 'state_conflict' }, 'an import without codes is not committed')
  await t.rejects(readImport(db, newId()), { code: 'not_found' })
})

t.test('of two imports of the same codes at once exactly one has them, and neither sees a deadlock', async t => {
  const sku = await world.sku()
  for (let round = 0; round < 5; round++) {
    const codes = Array.from({ length: 3_000 }, fresh)
    const [one, two] = [await world.opens(sku), await world.opens(sku)]
    const outcomes = await Promise.allSettled([
      world.sends(one.id, 'secret\n' + codes.join('\n')),
      world.sends(two.id, 'secret\n' + codes.toReversed().join('\n'))
    ])
    t.equal(outcomes.filter(outcome => outcome.status === 'fulfilled').length, 1)
    t.match(outcomes.find(outcome => outcome.status === 'rejected'), { reason: { code: 'code_already_stocked', facts: { fault_count: 3_000 } } })
  }
})

t.test('one code of two issuers is two codes', async t => {
  const secret = fresh()
  await world.stocks(await world.sku('netease'), [secret])
  await world.stocks(await world.sku('tencent'), [secret])
  await t.rejects(world.stocks(await world.sku('tencent'), [secret]), { code: 'code_already_stocked' }, 'another SKU of the same issuer')
})

t.test('an aborted import leaves nothing behind, and its codes can be imported anew', async t => {
  const sku = await world.sku()
  const codes = 'secret\n' + Array.from({ length: 12_000 }, fresh).join('\n')
  const { id } = await world.opens(sku)
  await world.sends(id, codes)
  const second = await world.opens(sku)
  t.match((await refusalOf(world.sends(second.id, codes))).faults[0], { detail: /another import, still open/ })
  t.match(await transact(db, tx => abortImport(tx, id)), { state: 'aborted' })
  t.match(await transact(db, tx => abortImport(tx, id)), { state: 'aborted' }, 'again changes nothing')
  await t.rejects(world.commits(id), { code: 'state_conflict' })
  t.equal(await clearAbortedLots(db, 1), 10_000, 'cleared in bounded steps')
  t.equal(await stagedCodes(id), 2_000n)
  t.equal(await clearAbortedLots(db, 100_000), 2_000)
  t.match(await world.sends(second.id, codes), { codes: 12_000 })
})

t.test('an import nobody touched for a day is aborted by a pass, one in use is not', async t => {
  const sku = await world.sku()
  const [forgotten, used] = [await world.opens(sku), await world.opens(sku)]
  await world.sends(forgotten.id, `secret\n${fresh()}`)
  await db`update imports set touched_at = now() - interval '25 hours' where id = ${forgotten.id}`
  await db`update imports set touched_at = now() - interval '23 hours' where id = ${used.id}`
  await abortStaleImports(db, 10)
  t.match([await readImport(db, forgotten.id), await readImport(db, used.id)], [{ state: 'aborted' }, { state: 'open' }])
  t.equal(await stagedCodes(forgotten.id), 0n)
})

t.test('a sealed code opens in its own place only', async t => {
  const sku = await world.sku()
  await world.stocks(sku, [fresh(), fresh()])
  await world.stocks(sku, [fresh(), fresh()])
  const [one, two] = await db<{ id: number }[]>`select id from lots where sku_id = ${sku} order by id`
  const whole = { lotId: one!.id, first: 0, count: 2 }
  t.equal((await world.reads([whole])).length, 2)
  const swap = (lotId: number, n: number) => world.owner`
    update codes set sealed = other.sealed from codes as other where codes.lot_id = ${one!.id} and codes.n = 0 and other.lot_id = ${lotId} and other.n = ${n}`
  const [kept] = await db<{ sealed: Buffer }[]>`select sealed from codes where lot_id = ${one!.id} and n = 0`
  await swap(one!.id, 1)
  await t.rejects(world.reads([whole]), 'the neighbour’s bytes do not open')
  await swap(two!.id, 0)
  await t.rejects(world.reads([whole]), 'the same place of another lot does not open')
  await world.owner`update codes set sealed = ${kept!.sealed} where lot_id = ${one!.id} and n = 0`
  await world.owner`update lots set wrapped_key = other.wrapped_key from lots as other where lots.id = ${two!.id} and other.id = ${one!.id}`
  await t.rejects(world.reads([{ ...whole, lotId: two!.id }]), 'another lot’s key does not unwrap')
  await world.owner`delete from codes where lot_id = ${two!.id}`
  await world.owner`delete from shelf where lot_id = ${two!.id}`
  await world.owner`delete from lots where id = ${two!.id}`
  await world.owner`update stock set available = 2 where sku_id = ${sku}`
})

t.test('a new master key keeps every code open and every fingerprint known, and no code is written anew', async t => {
  const rotated = await openStockedWorld()
  t.teardown(() => rotated.close())
  const sku = await rotated.sku()
  const [known, other] = [fresh(), fresh()]
  await rotated.stocks(sku, [known])
  await rotated.stocks(sku, [other])
  const sealedBefore = await rotated.db`select lot_id, n, sealed from codes order by 1, 2`
  const [old] = [...rotated.masterKeys.byId]
  const next = readMasterKeys(newMasterKey().replace(/^[^:]+/, 'next'))
  const both = { current: 'next', byId: new Map([...next.byId, old!]) }
  const apiKey = wrap(rotated.masterKeys, apiKeyOwner('key_live_1'), Buffer.from('khs_secret'))
  await rotated.db`
    insert into api_keys (id, name, algorithm, sealed_secret, master_key, scopes)
    values ('key_live_1', 'operator', 'hmac-sha256', ${apiKey.wrapped}, ${apiKey.masterKey}, '{admin:*}')`
  const cursorSecret = await openWorldSecret(rotated.db, rotated.masterKeys, 'cursor')

  let rewrapped = 0
  for (let step = 0; (step = await rewrapUnderCurrentMaster(rotated.db, both, 1)) > 0;) {
    t.equal(step, 1, 'a bounded step')
    rewrapped += step
  }
  t.equal(rewrapped, 5, 'two lots, two secrets, one API key')
  t.strictSame(await rotated.db`select lot_id, n, sealed from codes order by 1, 2`, sealedBefore)
  t.strictSame(await rotated.reads(await rotated.sells(sku, 2), next), [{ secret: known }, { secret: other }], 'the old key is no longer needed')
  t.ok(cursorSecret.equals(await openWorldSecret(rotated.db, next, 'cursor')))
  t.ok((await openFingerprintKey(rotated.db, next)).reveal().equals(rotated.fingerprintKey.reveal()))
  t.equal((await loadKeyring(rotated.db, 1n, next)).find('key_live_1')?.verifyingKey.type, 'secret')
  const { id } = await rotated.opens(sku)
  await t.rejects(rotated.sends(id, `secret\n${known}`, { masterKeys: next }), { code: 'code_already_stocked' }, 'a sold code is refused for ever')
  await t.rejects(rotated.reads([{ lotId: 1, first: 0, count: 1 }], rotated.masterKeys), /master key next is not among those given/)
})

t.test('processes that start at once agree on the world’s secrets', async t => {
  await world.owner`delete from secrets where name = 'cursor'`
  const secrets = await Promise.all(Array.from({ length: 8 }, () => openWorldSecret(db, world.masterKeys, 'cursor')))
  t.equal(new Set(secrets.map(secret => secret.toString('hex'))).size, 1)
})

t.test('nothing of a code can be read from its row', async t => {
  const sku = await world.sku()
  const canary = 'CANARY-7Q2M-PLAINTEXT'
  const { id } = await world.opens(sku)
  await world.sends(id, `secret,number,serial\n${canary},${canary}N,${canary}S`)
  const [row] = await db<{ text: string }[]>`select codes::text as text from codes join lots on lots.id = codes.lot_id where lots.import_id = ${id}`
  for (const form of [canary, canary.replaceAll('-', ''), Buffer.from(canary).toString('hex'), Buffer.from(canary, 'utf16le').toString('hex')]) {
    t.notOk(row!.text.toLowerCase().includes(form.toLowerCase()))
  }
})

t.test('after all of this the stock is sound', async t => {
  t.strictSame(await proveStock(db), [])
})
