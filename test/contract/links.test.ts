// What a seller may not do with hosts, sessions and links: each refusal has its code and says where the fault is, and changes no row.
import t, { type Test } from 'tap'
import { problems, type ProblemCode } from '../../schema/problems.ts'
import { newId, readId, showId, type IdKind } from '../../src/base/ids.ts'
import { complain } from '../../src/domain/links/checkouts/complain.ts'
import { readCheckout } from '../../src/domain/links/checkouts/read-checkout.ts'
import { transact } from '../../src/postgres/transact.ts'
import { contractJudge } from '../support/contract.ts'
import { fingerprintOf } from '../support/fingerprint.ts'
import { graphReader } from '../support/graph.ts'
import { openHouse, type Reseller } from '../support/house.ts'

const judge = contractJudge()
const house = await openHouse(t, { hear: exchange => exchange.target === '/graphql' ? undefined : judge.hear(exchange) })
const [alice, bob] = [await house.reseller(), await house.reseller()]
const sku = await house.sku({ codes: 20, price: '10' })
const money = (amount: string, currency = 'CNY') => ({ amount, currency })
const skus = [{ sku, retail_price: money('12') }]
const inMinutes = (minutes: number) => new Date(Date.now() + minutes * 60_000).toISOString()
let made = 0
const reference = () => `case ${++made}`

type Expected = readonly [code: ProblemCode, pointer: string | null]

/** Sends what must be refused; nothing may have changed by it. */
async function refused (
  t: Test, says: string, reseller: Reseller, method: string, target: string, body: object | undefined, [code, pointer]: Expected
): Promise<void> {
  const before = await fingerprintOf(house.db)
  const answer = await reseller.send(method, target, body === undefined ? {} : { body })
  t.match([answer.status, answer.code], [problems[code].status, code], `${says}: ${code}`)
  if (pointer !== null) t.ok(answer.json.errors?.some((error: { pointer: string }) => error.pointer === pointer), `${says}: it points to ${pointer}`)
  t.same(await fingerprintOf(house.db), before, `${says}: nothing changed`)
}

const link = await alice.kahub.links.create({ title: 'Wallet', skus: [{ sku, retail_price: money('12') as never }], quota: 10 })
const host = await alice.kahub.hosts.create({ name: 'Ming' })
const session = await alice.kahub.sessions.create({ title: 'evening' })

t.test('a link that may not be made is refused, and nothing is made', async t => {
  const topup = await house.operator.products.create({ reference: 'topup', name: 'Top-up', kind: 'topup', issuer: 'steam' })
  const charged = (await house.operator.skus.create(topup.id, { reference: 'topup', name: '¥50', currency: 'CNY' })).id
  const [unpriced, paused] = [await house.sku({ price: null }), await house.sku()]
  const dollars = await house.sku({ currency: 'USD' })
  await house.operator.skus.update(paused, { status: 'paused' })
  const of = (id: string, price = money('12')) => ({ skus: [{ sku: id, retail_price: price }] })
  const cases: Readonly<Record<string, readonly [object, ...Expected]>> = {
    'without a title': [{ title: undefined }, 'invalid_request', '/title'],
    'a title of two lines': [{ title: 'a\nb' }, 'invalid_request', '/title'],
    'a title that is too long': [{ title: 'x'.repeat(81) }, 'invalid_request', '/title'],
    'a text with a null character': [{ description: 'a\u0000b' }, 'invalid_request', '/description'],
    'a member nobody knows': [{ price: '1' }, 'invalid_request', '/price'],
    'a slug with capitals': [{ slug: 'Ming' }, 'invalid_request', '/slug'],
    'a slug of two characters': [{ slug: 'ab' }, 'invalid_request', '/slug'],
    'a slug of the test world': [{ slug: 'test-ming' }, 'invalid_request', '/slug'],
    'a slug that is taken': [{ slug: link.slug }, 'in_use', '/slug'],
    'a picture that is not https': [{ picture_url: 'http://img.example.com/a.jpg' }, 'invalid_request', '/picture_url'],
    'a picture that is a script': [{ picture_url: 'javascript:alert(1)' }, 'invalid_request', '/picture_url'],
    'a picture with a password': [{ picture_url: 'https://me:secret@img.example.com/a.jpg' }, 'invalid_request', '/picture_url'],
    'no SKU': [{ skus: [] }, 'invalid_request', '/skus'],
    'more SKUs than a link has': [{ skus: Array.from({ length: 21 }, () => skus[0]) }, 'invalid_request', '/skus'],
    'a SKU twice': [{ skus: [...skus, ...skus] }, 'invalid_request', '/skus/1/sku'],
    'a SKU that there is not': [of(showId('sku', newId())), 'sku_not_found', '/skus/0/sku'],
    'a SKU that is paused': [of(paused), 'sku_not_for_sale', '/skus/0/sku'],
    'a SKU that is no code': [of(charged), 'sku_not_for_sale', '/skus/0/sku'],
    'a SKU without a price': [of(unpriced), 'price_missing', '/skus/0/sku'],
    'a price in another currency': [of(sku, money('12', 'USD')), 'currency_mixed', '/skus/0/retail_price/currency'],
    'two currencies': [{ skus: [...skus, { sku: dollars, retail_price: money('12', 'USD') }] }, 'currency_mixed', '/skus/1/retail_price/currency'],
    'a currency without a wallet': [of(dollars, money('12', 'USD')), 'wallet_missing', null],
    'a price of nothing': [of(sku, money('0')), 'invalid_request', '/skus/0/retail_price/amount'],
    'a price below nothing': [of(sku, money('-12')), 'invalid_request', '/skus/0/retail_price/amount'],
    'a tenth of a fen': [of(sku, money('12.001')), 'invalid_request', '/skus/0/retail_price/amount'],
    'a price below what you pay': [of(sku, money('9.99')), 'link_price_too_low', '/skus/0/retail_price'],
    'a price the commission makes too low': [{ commission: { rate: '0.2' } }, 'link_price_too_low', '/skus/0/retail_price'],
    'a commission of all': [{ commission: { rate: '1' } }, 'link_price_too_low', '/skus/0/retail_price'],
    'a commission of more than all': [{ commission: { rate: '1.1' } }, 'invalid_request', '/commission/rate'],
    'two commissions': [{ commission: { rate: '0.1', amount: money('1') } }, 'invalid_request', '/commission'],
    'no commission at all': [{ commission: {} }, 'invalid_request', '/commission'],
    'a commission in another currency': [{ commission: { amount: money('1', 'USD') } }, 'invalid_request', '/commission/amount/currency'],
    'a commission below nothing': [{ commission: { amount: money('-1') } }, 'invalid_request', '/commission/amount/amount'],
    'a quota of nothing': [{ quota: 0 }, 'invalid_request', '/quota'],
    'a buyer who may buy more than all': [{ quota: 1, quota_per_buyer: 2 }, 'invalid_request', '/quota_per_buyer'],
    'a quota of a one-time link': [{ kind: 'one_time', quota: 5 }, 'invalid_request', '/quota'],
    'an end that is over': [{ ends_at: inMinutes(-1) }, 'invalid_request', '/ends_at'],
    'an end before the start': [{ starts_at: inMinutes(10), ends_at: inMinutes(5) }, 'invalid_request', '/ends_at'],
    'a time that does not exist': [{ ends_at: '2027-06-30T23:59:60Z' }, 'invalid_request', '/ends_at'],
    'a session that there is not': [{ session: showId('session', newId()) }, 'invalid_request', '/session'],
    'a host that there is not': [{ host: showId('host', newId()) }, 'invalid_request', '/host']
  }
  for (const [says, [body, ...expected]] of Object.entries(cases)) {
    await refused(t, says, alice, 'POST', '/v1/links', { reference: reference(), title: 'Wallet', skus, ...body }, expected)
  }
  await refused(t, 'another’s session', bob, 'POST', '/v1/links', { reference: reference(), title: 'Wallet', skus, session: session.id }, ['invalid_request', '/session'])
  await refused(t, 'another’s host', bob, 'POST', '/v1/links', { reference: reference(), title: 'Wallet', skus, host: host.id }, ['invalid_request', '/host'])
  await refused(t, 'without a reference', alice, 'POST', '/v1/links', { title: 'Wallet', skus }, ['reference_missing', null])
  const kept = await alice.send('POST', '/v1/links', { body: { reference: 'kept', title: 'Wallet', skus } })
  t.equal(kept.status, 201)
  await refused(t, 'the reference with other fields', alice, 'POST', '/v1/links', { reference: 'kept', title: 'Another', skus }, ['reference_reused', '/title'])
})

t.test('an edit that may not be is refused, and nothing is changed', async t => {
  const at = `/v1/links/${link.id}`
  const cases: Readonly<Record<string, readonly [object, ...Expected]>> = {
    'without the version': [{ title: 'Renamed' }, 'invalid_request', '/version'],
    'nothing but the version': [{ version: 1 }, 'invalid_request', ''],
    'another version': [{ version: 2, title: 'Renamed' }, 'state_conflict', null],
    'the slug': [{ version: 1, slug: 'another' }, 'invalid_request', '/slug'],
    'the kind': [{ version: 1, kind: 'one_time' }, 'invalid_request', '/kind'],
    'a price that is too low': [{ version: 1, skus: [{ sku, retail_price: money('9') }] }, 'link_price_too_low', '/skus/0/retail_price'],
    'a commission that takes too much': [{ version: 1, commission: { rate: '0.5' } }, 'link_price_too_low', '/skus/0/retail_price'],
    'another currency': [{ version: 1, skus: [{ sku, retail_price: money('12', 'USD') }] }, 'currency_mixed', '/skus/0/retail_price/currency'],
    'the start of what has begun': [{ version: 1, starts_at: inMinutes(5) }, 'state_conflict', null],
    'an end that is over': [{ version: 1, ends_at: inMinutes(-5) }, 'invalid_request', '/ends_at'],
    'a picture that is no address': [{ version: 1, picture_url: 'https://' }, 'invalid_request', '/picture_url']
  }
  for (const [says, [body, ...expected]] of Object.entries(cases)) await refused(t, says, alice, 'PATCH', at, body, expected)
})

t.test('a text of the wrong form is told in words what form it has', async t => {
  const wrong = { reference: reference(), title: 'Wallet', slug: 'Ming 11', skus: [{ sku, retail_price: money('¥12') }], commission: { rate: '8%' } }
  const { json } = await alice.send('POST', '/v1/links', { body: wrong })
  const details = Object.fromEntries((json.errors as { pointer: string, detail: string }[]).map(({ pointer, detail }) => [pointer, detail]))
  t.match(details, { '/slug': /small letters/, '/commission/rate': /0\.08 for 8 %/, '/skus/0/retail_price/amount': /as in 99\.90/ })
})

t.test('hosts and sessions are refused likewise', async t => {
  const archived = await alice.kahub.hosts.create({ name: 'Hua' })
  await alice.kahub.hosts.update(archived.id, { state: 'archived' })
  await refused(t, 'a host without a name', alice, 'POST', '/v1/hosts', { reference: reference(), name: '' }, ['invalid_request', '/name'])
  await refused(t, 'a rate as a number', alice, 'POST', '/v1/hosts', { reference: reference(), name: 'x', commission_rate: 0.1 }, ['invalid_request', '/commission_rate'])
  await refused(t, 'a rate of five digits', alice, 'PATCH', `/v1/hosts/${host.id}`, { commission_rate: '0.12345' }, ['invalid_request', '/commission_rate'])
  await refused(t, 'a change of nothing', alice, 'PATCH', `/v1/hosts/${host.id}`, {}, ['invalid_request', ''])
  await refused(t, 'a session of an archived host', alice, 'POST', '/v1/sessions', { reference: reference(), title: 'x', host: archived.id }, ['state_conflict', null])
  await refused(t, 'a session of another’s host', bob, 'POST', '/v1/sessions', { reference: reference(), title: 'x', host: host.id }, ['invalid_request', '/host'])
  await refused(t, 'a session that begins never', alice, 'POST', '/v1/sessions', { reference: reference(), title: 'x', starts_at: 'soon' }, ['invalid_request', '/starts_at'])
})

t.test('what is another’s is not there, in REST and in the graph', async t => {
  const { startCheckout, receivePayment, db } = house.worlds.live
  const { checkout, payment } = await startCheckout({
    linkId: readId('link', link.id)!,
    attempt: null,
    skuId: readId('sku', sku)!,
    quantity: 1,
    seenPrice: 120_000n,
    contact: { kind: 'phone', value: '+8613812345678' },
    deviceHash: null,
    networkHash: newId(),
    language: 'zh-CN',
    gateway: 'sandbox',
    returnUrl: () => 'https://shop.example.com'
  })
  await receivePayment({ gateway: 'sandbox', transaction: 'T1', paymentId: payment.id, amount: payment.amount, currency: 'CNY', paidAt: null, source: 'callback' })
  await transact(db, async tx => complain(tx, (await readCheckout(tx, checkout.id))!, { position: 0, message: '<img src=x onerror=alert(1)>' }))
  const [complaint] = (await alice.kahub.complaints.list({ link: link.id })).data
  const sold = await alice.kahub.checkouts.get(showId('checkout', checkout.id))
  t.match(sold, {
    state: 'completed',
    total: money('12.00'),
    wholesale: money('10.00'),
    margin: money('2.00'),
    complaints: 1,
    contact_kind: 'phone',
    payments: [{ gateway: 'sandbox', state: 'paid' }],
    receipts: [{ transaction: 'T1', applied: true }],
    paybacks: []
  })
  t.notMatch(JSON.stringify(sold), /13812345678/, 'the contact is the buyer’s')
  t.match(complaint, { checkout: sold.id, message: '<img src=x onerror=alert(1)>', order: sold.order })

  const ids = { hosts: host.id, sessions: session.id, links: link.id, checkouts: sold.id, complaints: complaint!.id }
  const ask = graphReader(bob)
  for (const [resource, id] of Object.entries(ids)) {
    const kind = resource.slice(0, -1) as IdKind
    for (const id2 of [id, showId(kind, newId())]) await refused(t, `${resource} of another`, bob, 'GET', `/v1/${resource}/${id2}`, undefined, ['not_found', null])
    const answer = await ask(`{ ${kind}(id: "${id}") { id } node(id: "${id}") { id } }`)
    t.same(answer.data, { [kind]: null, node: null }, `${kind} in the graph`)
    const { data } = await bob.kahub[resource as 'links'].list({})
    t.same(data, [], `${resource}: a list has none of another’s`)
  }
  for (const verb of ['pause', 'resume', 'end']) await refused(t, `${verb} another’s link`, bob, 'POST', `/v1/links/${link.id}/${verb}`, undefined, ['not_found', null])
  for (const verb of ['end', 'rotate-addresses']) await refused(t, `${verb} another’s session`, bob, 'POST', `/v1/sessions/${session.id}/${verb}`, undefined, ['not_found', null])
  await refused(t, 'edit another’s link', bob, 'PATCH', `/v1/links/${link.id}`, { version: 1, title: 'mine' }, ['not_found', null])
  await refused(t, 'edit another’s session', bob, 'PATCH', `/v1/sessions/${session.id}`, { title: 'mine' }, ['not_found', null])
  await refused(t, 'edit another’s host', bob, 'PATCH', `/v1/hosts/${host.id}`, { name: 'mine' }, ['not_found', null])
  await refused(t, 'the history of another’s link', bob, 'GET', `/v1/links/${link.id}/changes`, undefined, ['not_found', null])
})

t.test('the graph does and refuses what REST does', async t => {
  const ask = graphReader(alice)
  const made = await ask(`mutation { createLink(input: {
    reference: "graph", title: "<b>bold</b>", skus: [{ sku: "${sku}", retailPrice: { amount: "12", currency: CNY } }]
  }) { link { id title state version skus { margin { amount } sku { name } } changes(first: 1) { nodes { version } } } } }`)
  t.match(made, { data: { createLink: { link: { title: '<b>bold</b>', state: 'active', version: 1, skus: [{ margin: { amount: '2.00' } }], changes: { nodes: [] } } } } })
  const { id } = made.data.createLink.link
  const edit = (version: number, price: string) => ask(`mutation { updateLink(id: "${id}", input: {
    version: ${version}, skus: [{ sku: "${sku}", retailPrice: { amount: "${price}", currency: CNY } }]
  }) { link { version } } }`)
  t.same((await edit(1, '13')).data, { updateLink: { link: { version: 2 } } })
  t.match((await edit(1, '13')).errors, [{ extensions: { code: 'state_conflict', version: 2 } }])
  t.match((await edit(2, '9')).errors, [{ extensions: { code: 'link_price_too_low', minimums: { [sku]: money('10.00') } } }])
})

t.test('every answer was one the contract promises, and the books hold', async t => {
  t.same(judge.faults, [])
  await house.proves(t)
})
