// Every operation of openapi.yaml, driven by openapi.yaml: unsigned, without its scope, with it, again, with another's id and
// from the other world. An operation that is new fails here until it has its sample.
import t from 'tap'
import { execFile } from 'node:child_process'
import { readdirSync, readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { Ajv2020 } from 'ajv/dist/2020.js'
import addFormats from 'ajv-formats'
import { parse } from 'yaml'
import { problemCodes } from '../../schema/problems.ts'
import { importEntry, listingEntry, lotEntry, mayEnter, resellerEntry } from '../../schema/states.ts'
import * as vocabulary from '../../schema/vocabulary.ts'
import { readId } from '../../src/base/ids.ts'
import { printContract } from '../../src/commands.ts'
import { withdrawLots } from '../../src/domain/stock/withdraw-lots.ts'
import { transact } from '../../src/postgres/transact.ts'
import { fingerprintOf } from '../support/fingerprint.ts'
import { contractJudge, contractText, readContract, type Operation } from '../support/contract.ts'
import { openHouse, outcomeOf, type Actor, type Reseller } from '../support/house.ts'
import { openSamples, targetOf, type Sample } from '../support/samples.ts'

const root = fileURLToPath(new URL('../../', import.meta.url))
const operations = readContract()
const signed = operations.filter(operation => operation.signed)
const judge = contractJudge()
const house = await openHouse(t, { hear: judge.hear, sandboxGateway: 'both worlds' })
const { samples, furnish, sentImport, reference } = openSamples(house)

function sends (actor: Actor, operation: Operation, sample: Sample, tamper = {}) {
  const headers: Record<string, string> = sample.type === undefined ? {} : { 'content-type': sample.type }
  return actor.send(operation.method, targetOf(operation, sample), { body: sample.body, headers, tamper })
}

const live = await furnish('live')
const sandbox = await furnish('test')
const unsigned = { headersAfter: { signature: null, 'signature-input': null } }
const isAdmin = ({ path }: Operation) => path.startsWith('/admin/')
/** The levers of the sandbox are there for test keys alone. */
const isLever = ({ path }: Operation) => path.startsWith('/v1/sandbox/')

/** Keys of one scope each, and keys of all scopes but one (of another reseller: a reseller has so many keys and no more), by scope. */
const other = await house.reseller()
const actors = new Map<string, { with: Actor, without: Actor }>()
for (const scope of new Set(signed.map(operation => operation.scope))) {
  if (scope === undefined) continue
  const all = scope.startsWith('admin:') ? vocabulary.operatorScopes.filter(known => known !== 'admin:*') : vocabulary.resellerScopes
  const withScopes = (reseller: Reseller, scopes: readonly string[]): Promise<Actor> =>
    scope.startsWith('admin:') ? operatorWith(scopes) : reseller.withKey({ scopes: scopes as vocabulary.Scope[] })
  const without = all.filter(known => known !== scope)
  actors.set(scope, { with: await withScopes(live.reseller, [scope]), without: await withScopes(other, without) })
}

async function operatorWith (scopes: readonly string[]): Promise<Actor> {
  const { admin } = house.operators.live
  const granted = scopes as typeof vocabulary.operatorScopes[number][]
  const key = await admin.keys.create({ name: 'of the test', algorithm: 'hmac-sha256', scopes: granted })
  // An operator's send, with this key in the place of the operator's own.
  return {
    credentials: { ...house.operators.live.credentials, keyId: key.id, secret: key.secret! },
    send: (method, target, sending) => house.operators.live.send(method, target, {
      ...sending, tamper: { keyId: key.id, secret: key.secret!, ...sending?.tamper }
    })
  }
}

t.test('every signed operation has a sample, and no sample is of nothing', async t => {
  t.same(Object.keys(samples).sort(), signed.map(operation => operation.operationId).sort())
})

t.test('every operation is refused unsigned and without its scope, and fulfilled with no other scope than its own', async t => {
  for (const operation of signed) {
    const { operationId, scope } = operation
    // A reset leaves no reseller behind that a test could go on with.
    const at = isLever(operation) ? { ...sandbox, reseller: await house.reseller({ world: 'test' }) } : live
    const sample = await samples[operationId]!(at)
    t.equal((await sends(at.reseller, operation, sample, unsigned)).code, 'signature_missing', `${operationId} unsigned`)
    if (isLever(operation)) t.equal((await sends(live.reseller, operation, sample)).code, 'sandbox_only', `${operationId} with a live key`)
    if (scope !== undefined) {
      const refused = await sends(actors.get(scope)!.without, operation, sample)
      t.match(refused.json, { status: 403, code: 'scope_missing', scope }, `${operationId} without ${scope}`)
      const stranger = isAdmin(operation) ? live.reseller : house.operators.live
      t.equal((await sends(stranger, operation, sample)).code, 'scope_missing', `${operationId} at the wrong counter`)
    }
    const rightful = scope === undefined
      ? at.reseller
      : isLever(operation) ? await at.reseller.withKey({ scopes: [scope as vocabulary.Scope] }) : actors.get(scope)!.with
    const answer = await sends(rightful, operation, sample)
    t.ok([200, 201, 202].includes(answer.status), `${operationId} with ${scope ?? 'any key'}: ${answer.status} ${answer.code ?? ''}`)
    t.equal(answer.status === 201, '201' in operation.responses, `${operationId}: 201 where something is made`)
    if (answer.status !== 201) continue

    const again = await sends(rightful, operation, sample)
    t.match([again.status, again.headers['idempotent-replayed']], [200, 'true'], `${operationId} again is a repeat`)
    t.equal(again.json.id, answer.json.id, `${operationId} again is the same one`)
    // Beside a file the reference stands in the query.
    const { query = '', ...unqueried } = sample
    const bare = query.startsWith('reference=') ? unqueried : { ...sample, body: { ...(sample.body as object), reference: undefined } }
    t.equal((await sends(rightful, operation, bare)).code, 'reference_missing', `${operationId} needs a reference`)
  }
  t.same(signed.map(({ operationId }) => operationId).filter(id => !judge.fulfilled.has(id)), [], 'all of them were fulfilled')
})

t.test('what stands with codes, secrets or balances is not kept by caches', async t => {
  const sensitive = [
    'createKey', 'rotateKey', 'placeOrder', 'listOrderCodes', 'getOrderCodesDigest', 'listWallets', 'listTransfers', 'createResellerKey',
    'createOperatorKey', 'rotateOperatorKey', 'createDeposit', 'createAdjustment', 'setCreditLimit', 'listResellerWallets', 'listResellerTransfers', 'getMe',
    'listSettlements', 'getSettlement', 'listSettlementLines', 'getHostBalance', 'createPayout', 'listPayouts', 'getPayout',
    'startDeposit', 'listDeposits', 'getDeposit'
  ]
  for (const operation of signed.filter(({ operationId }) => sensitive.includes(operationId))) {
    const actor = isAdmin(operation) ? house.operators.live : live.reseller
    const { headers, status } = await sends(actor, operation, await samples[operation.operationId]!(live))
    t.match([status, headers['cache-control']], [/20[01]/, 'no-store'], operation.operationId)
  }
})

t.test('what is another reseller’s is not found, on any operation', async t => {
  const shared = ['getProduct']
  const bob = await house.reseller()
  const named = signed.filter(operation => !isAdmin(operation) && operation.path.includes('{id}'))
  const owned = named.filter(operation => !shared.includes(operation.operationId))
  t.ok(owned.length >= 4)
  for (const operation of owned) {
    const sample = await samples[operation.operationId]!(live)
    t.equal((await sends(bob, operation, sample)).code, 'not_found', operation.operationId)
    const answer = await sends(live.reseller, operation, sample)
    t.equal(answer.status < 300, true, `${operation.operationId} is there for its owner`)
  }
  // A list of bob's, who has nothing yet but a key and a wallet, tells nothing of alice's.
  const theirs = [live.reseller.id, live.order, live.reseller.credentials.keyId]
  const lists = signed.filter(operation => operation.method === 'GET' && !isAdmin(operation) && !isLever(operation))
  for (const operation of lists.filter(({ path }) => !path.includes('{id}'))) {
    const { status, text } = await sends(bob, operation, await samples[operation.operationId]!(live))
    t.equal(status, 200, operation.operationId)
    t.notOk(theirs.some(id => text.includes(id)), `${operation.operationId} tells nothing of others`)
  }
  const { reference: theirReference, number } = await live.reseller.kahub.orders.get(live.order)
  t.same((await bob.kahub.orders.list({ reference: theirReference })).data, [])
  t.same((await bob.kahub.orders.list({ number })).data, [])
})

t.test('a test key sees nothing that is live, and a live key nothing of the sandbox', async t => {
  const chosenByOperator = ['putLevel', 'putIssuer', 'putCategory', 'putGateway']
  for (const [here, there] of [[live, sandbox], [sandbox, live]] as const) {
    const theirs = [there.reseller.id, there.sku, there.product, there.order, there.lot, there.import, there.reseller.credentials.keyId]
    const own = (operation: Operation) => isAdmin(operation) ? house.operators[here.world] : here.reseller
    for (const operation of signed.filter(({ path, operationId }) => path.includes('{id}') && !chosenByOperator.includes(operationId))) {
      const answer = await sends(own(operation), operation, await samples[operation.operationId]!(there))
      t.equal(answer.code, 'not_found', `${operation.operationId} of ${there.world} by ${here.world}`)
    }
    const lists = signed.filter(operation => operation.method === 'GET' && !(isLever(operation) && here.world === 'live'))
    for (const operation of lists.filter(({ path }) => !path.includes('{id}'))) {
      const answer = await sends(own(operation), operation, await samples[operation.operationId]!(here))
      t.equal(answer.status, 200, operation.operationId)
      t.notOk(theirs.some(id => answer.text.includes(id)), `${operation.operationId} by ${here.world} tells nothing of ${there.world}`)
    }
    t.equal(await outcomeOf(here.reseller.places({ sku: there.sku, quantity: 1 })), 'sku_not_found')
    t.equal(await outcomeOf(here.reseller.kahub.stock.query({ skus: [there.sku] })), 'sku_not_found')
  }
  for (const [here, there] of [[live, sandbox], [sandbox, live]] as const) {
    const calls: [Operation, Sample][] = []
    for (const operation of signed) if (!isLever(operation)) calls.push([operation, await samples[operation.operationId]!(there)])
    const rowsOf = async () => Object.fromEntries(
      Object.entries(await fingerprintOf(house.db)).filter(([table]) => table.startsWith(`${there.world}.`)))
    const before = await rowsOf()
    for (const [operation, sample] of calls) await sends(isAdmin(operation) ? house.operators[here.world] : here.reseller, operation, sample)
    t.same(await rowsOf(), before, `whatever a ${here.world} key sends of ${there.world}, by any operation, no row of it changes`)
  }
  const { keyId } = live.reseller.credentials
  const renamed = keyId.replace('key_live_', 'key_test_')
  const answer = await live.reseller.send('GET', '/v1/ping', { tamper: { keyId: renamed } })
  t.equal(answer.code, 'signature_invalid', 'a key cannot change its world')
})

t.test('openapi.yaml is what the app prints, lint-clean, and names every problem code', async t => {
  t.equal(await printContract(), contractText, 'npm run openapi writes it anew')
  const lint = promisify(execFile)(process.execPath, [`${root}node_modules/.bin/redocly`, 'lint', `${root}openapi.yaml`, '--format=json'], {
    env: { ...process.env, REDOCLY_TELEMETRY: 'off', REDOCLY_SUPPRESS_UPDATE_NOTICE: 'true' }
  })
  t.match(JSON.parse((await lint).stdout), { totals: { errors: 0, warnings: 0 } })
  for (const code of problemCodes) t.match(contractText, new RegExp(`^ +- ${code}$`, 'm'))
  const ids = operations.map(({ operationId }) => operationId)
  t.equal(new Set(ids).size, ids.length)
  for (const id of ids) t.match(id, /^[a-z][A-Za-z]+$/)
})

t.test('every problem code is given somewhere, and none is given that is not in the table', async t => {
  const sources = readdirSync(`${root}src`, { recursive: true, encoding: 'utf8' }).filter(name => name.endsWith('.ts'))
    .map(name => readFileSync(`${root}src/${name}`, 'utf8'))
  const text = sources.join('\n')
  for (const code of problemCodes) t.ok(text.includes(`'${code}'`), `${code} is given by something in src`)
  const known: readonly string[] = problemCodes
  for (const [, code] of text.matchAll(/new Problem\('([a-z_]+)'/g)) t.ok(known.includes(code!), `${code} is in the table`)
})

t.test('a list that a table checks is the one of the vocabulary', async t => {
  const rows = await house.db<{ place: string, definition: string }[]>`
    select format('%s.%s', c.relname, a.attname) as place, pg_get_constraintdef(k.oid) as definition
    from pg_constraint k join pg_class c on c.oid = k.conrelid join pg_attribute a on a.attrelid = c.oid and a.attnum = k.conkey[1]
    where k.contype = 'c' and k.connamespace = 'live'::regnamespace and cardinality(k.conkey) = 1
      and pg_get_constraintdef(k.oid) like '%ARRAY[%' order by 1`
  const wordsOf = (definition: string) => [...definition.matchAll(/'([^']+)'::text/g)].map(([, word]) => word!)
  const checked = Object.fromEntries(rows.map(({ place, definition }) => [place, wordsOf(definition)]))
  t.same(checked, {
    'api_keys.algorithm': vocabulary.keyAlgorithms,
    'approvals.kind': vocabulary.approvalKinds,
    'approvals.state': vocabulary.approvalStates,
    'budgets.kind': vocabulary.budgetKinds,
    'checkouts.contact_kind': vocabulary.contactKinds,
    'checkouts.state': vocabulary.checkoutStates,
    'deliveries.state': vocabulary.deliveryStates,
    'encryption_keys.algorithm': vocabulary.encryptionAlgorithms,
    'endpoints.state': vocabulary.endpointStates,
    'gateways.kind': vocabulary.gatewayKinds,
    'gateways.state': vocabulary.gatewayStates,
    'holds.state': vocabulary.holdStates,
    'hosts.state': vocabulary.hostStates,
    'imports.state': vocabulary.importStates,
    'links.kind': vocabulary.linkKinds,
    'lots.state': vocabulary.lotStates,
    'paybacks.state': vocabulary.paybackStates,
    'payments.purpose': vocabulary.paymentPurposes,
    'payments.state': vocabulary.paymentStates,
    'price_rules.kind': vocabulary.priceRuleKinds,
    'products.kind': vocabulary.productKinds,
    'products.status': vocabulary.listingStatuses,
    'receipts.source': vocabulary.receiptSources,
    'resellers.status': vocabulary.resellerStatuses,
    'skus.status': vocabulary.listingStatuses,
    'snapshots.name': ['prices', 'keys', 'gateways'],
    'standing_orders.state': vocabulary.standingOrderStates,
    'subscriptions.kind': vocabulary.subscriptionKinds,
    'subscriptions.state': vocabulary.subscriptionStates
  })
})

t.test('a reseller goes from state to state as the table says, and no other way', async t => {
  const { resellers } = house.operator
  for (const from of vocabulary.resellerStatuses) {
    for (const to of vocabulary.resellerStatuses) {
      const { id } = await house.reseller({ balance: '0' })
      if (from !== 'active') await resellers.update(id, { status: from })
      const allowed = from === to || mayEnter(resellerEntry, from, to)
      t.equal(await outcomeOf(resellers.update(id, { status: to })), allowed ? 'accepted' : 'state_conflict', `${from} → ${to}`)
      t.equal((await resellers.get(id)).status, allowed ? to : from)
    }
  }
})

t.test('a listing goes from state to state as the table says, and no other way', async t => {
  const { products, skus } = house.operator
  for (const from of vocabulary.listingStatuses) {
    for (const to of vocabulary.listingStatuses) {
      const product = await products.create({ name: 'Card', kind: 'code', issuer: 'steam' })
      const sku = await skus.create(product.id, { name: '¥10', currency: 'CNY' })
      if (from !== 'active') await skus.update(sku.id, { status: from })
      if (from !== 'active') await products.update(product.id, { status: from })
      const expected = from === to || mayEnter(listingEntry, from, to) ? 'accepted' : 'state_conflict'
      t.equal(await outcomeOf(products.update(product.id, { status: to })), expected, `a product ${from} → ${to}`)
      t.equal(await outcomeOf(skus.update(sku.id, { status: to })), expected, `a SKU ${from} → ${to}`)
      t.equal((await skus.get(sku.id)).status, expected === 'accepted' ? to : from)
    }
  }
  for (const status of vocabulary.listingStatuses) {
    const body = { reference: reference(), name: 'Card', kind: 'code', issuer: 'steam', status }
    const { code } = await house.operators.live.send('POST', '/admin/v1/products', { body })
    t.equal(code ?? 'accepted', mayEnter(listingEntry, null, status) ? 'accepted' : 'invalid_request', `a new product ${status}`)
  }
})

t.test('an import goes from state to state as the table says, and no other way', async t => {
  const { imports } = house.operator
  const goes = { open: async () => {}, committed: imports.commit.bind(imports), aborted: imports.abort.bind(imports) }
  for (const from of vocabulary.importStates) {
    for (const to of ['committed', 'aborted'] as const) {
      const id = await sentImport(live)
      await goes[from](id)
      const allowed = from === to || mayEnter(importEntry, from, to)
      t.equal(await outcomeOf(goes[to](id)), allowed ? 'accepted' : 'state_conflict', `${from} → ${to}`)
      t.equal((await imports.get(id)).state, allowed ? to : from)
    }
  }
})

t.test('a lot goes from state to state as the table says, and no other way', async t => {
  const { imports, lots } = house.operator
  const withdrawn = (to: 'recalled' | 'expired') => async (lot: LotAt) => {
    const gone = await transact(house.worlds.live.db, tx => withdrawLots(tx, [lot.row], to, 'walked'))
    return gone.length === 1 ? 'accepted' : 'state_conflict'
  }
  const goes: Record<vocabulary.LotState, (lot: LotAt) => Promise<unknown>> = {
    staged: async () => {},
    available: lot => outcomeOf(imports.commit(lot.import)),
    recalled: withdrawn('recalled'),
    expired: withdrawn('expired'),
    aborted: lot => outcomeOf(imports.abort(lot.import))
  }
  const way: Record<vocabulary.LotState, readonly vocabulary.LotState[]> = {
    staged: [], available: ['available'], recalled: ['available', 'recalled'], expired: ['available', 'expired'], aborted: ['aborted']
  }
  for (const from of vocabulary.lotStates) {
    for (const to of vocabulary.lotStates.filter(state => state !== 'staged' && state !== from)) {
      const lot = await stagedLot()
      for (const step of way[from]) await goes[step](lot)
      t.equal((await lots.get(lot.id)).state, from)
      await goes[to](lot)
      t.equal((await lots.get(lot.id)).state, mayEnter(lotEntry, from, to) ? to : from, `${from} → ${to}`)
      const told = await outcomeOf(lots.recall(lot.id, { reason: 'walked' }))
      const now = (await lots.get(lot.id)).state
      t.equal(told, now === 'recalled' ? 'accepted' : 'state_conflict', `recalling what went ${from} → ${to}`)
    }
  }

  interface LotAt { readonly id: string, readonly row: number, readonly import: string }

  async function stagedLot (): Promise<LotAt> {
    const importId = await sentImport(live)
    const [lot] = await house.db<{ id: number, public: string }[]>`
      select id, public_id as public from lots where import_id = ${readId('import', importId)!}`
    const listed = (await lots.list({ sku: live.sku, limit: 5 })).data.find(known => known.import === importId)
    t.equal(listed?.state, 'staged')
    return { id: listed!.id, row: lot!.id, import: importId }
  }
})

t.test('every event that was told of all this is as the contract says its type is, small, and in a type that is told', async t => {
  const { webhooks } = parse(contractText) as { webhooks: Record<string, unknown> }
  t.same(Object.keys(webhooks), vocabulary.eventTypes)
  const ajv = new Ajv2020({ strict: false })
  addFormats.default(ajv)
  ajv.addSchema(parse(contractText), 'openapi.yaml', undefined, false)
  const told = new Set<string>()
  for (const world of vocabulary.worlds) {
    const rows = await house.db<{ type: vocabulary.EventType, data: object }[]>`select type, data from ${house.db(`${world}.events`)}`
    for (const { type, data } of rows) {
      told.add(type)
      const pointer = `/webhooks/${type}/post/requestBody/content/application~1json/schema/properties/data`
      const valid = ajv.validate({ $ref: `openapi.yaml#${pointer}` }, data)
      if (!valid) t.fail(`${type}: ${ajv.errorsText()}`)
      t.ok(JSON.stringify(data).length < 16_000)
    }
  }
  t.ok(told.size >= 12, [...told].join(', '))
})

t.test('after all of this the books hold, and every answer was one the contract promises', async t => {
  await house.proves(t)
  t.same(judge.faults, [])
})
