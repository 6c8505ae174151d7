// Purchase links from the seller's side. Purchases themselves are in checkouts.test.ts; here what was bought is set as a purchase leaves it.
import t from 'tap'
import { hostsActiveMax } from '../../schema/rest/hosts.ts'
import { linksOpenMax, scheduleDaysMax } from '../../schema/rest/links.ts'
import { sessionsOpenMax } from '../../schema/rest/sessions.ts'
import type { Currency } from '../../schema/vocabulary.ts'
import { KahubError, type CreateLinkBody } from '../../sdk/src/index.ts'
import { newId, readId } from '../../src/base/ids.ts'
import { parseAmount } from '../../src/base/money.ts'
import { minimumRetailOf } from '../../src/domain/links/check-link.ts'
import { commissionOf } from '../../src/domain/links/commission.ts'
import { endDueLinks } from '../../src/domain/links/end-link.ts'
import { readSession } from '../../src/domain/links/session.ts'
import { readShownLink } from '../../src/domain/links/shown-link.ts'
import { priceBook } from '../../src/domain/pricing/price-book.ts'
import { contractJudge } from '../support/contract.ts'
import { openHouse, outcomeOf, type Reseller } from '../support/house.ts'

const judge = contractJudge()
const house = await openHouse(t, { hear: judge.hear })
const { live } = house.worlds
const money = (amount: string, currency: Currency = 'CNY') => ({ amount, currency })
const rowOf = (id: string) => readId('link', id)!
const all = { limit: 1_000 }
const inMinutes = (minutes: number) => new Date(Date.now() + minutes * 60_000).toISOString()

/** A link of one SKU at ¥12, but for what is said. */
const makes = (reseller: Reseller, sku: string, more: Partial<CreateLinkBody> = {}) =>
  reseller.kahub.links.create({ title: 'Wallet', skus: [{ sku, retail_price: money('12') }], ...more })

/** What purchases leave behind. */
const setCounts = (id: string, counts: { held?: number, sold?: number, sales?: number }) => {
  const { held = 0, sold = 0, sales = 0 } = counts
  return house.db`update links set held = ${held}, sold = ${sold}, sales = ${sales} where id = ${rowOf(id)}`
}

const linkEvents = async (reseller: Reseller, id: string) =>
  (await reseller.kahub.events.list({}).toArray(all)).filter(({ data }) => (data as { link?: string }).link === id).map(({ type }) => type)

t.test('a link shows what it sells, at which prices, what is left, and where it is reached', async t => {
  const reseller = await house.reseller()
  const sku = await house.sku({ codes: 7, price: '10' })
  const host = await reseller.kahub.hosts.create({ name: '小明', commission_rate: '0.05' })
  const session = await reseller.kahub.sessions.create({ title: '双十一', host: host.id })
  const made = await makes(reseller, sku, { session: session.id, quota: 50, quota_per_buyer: 2, description: 'two\nlines' })
  t.match(made, {
    kind: 'shared',
    state: 'active',
    session: session.id,
    session_state: 'live',
    host: host.id,
    currency: 'CNY',
    commission: { rate: '0.05', amount: null },
    quota: 50,
    quota_left: 50,
    quota_per_buyer: 2,
    held: 0,
    sold: 0,
    sales: 0,
    version: 1,
    paused_at: null,
    description: 'two\nlines'
  })
  t.match(made.slug, /^[0-9a-hjkmnp-tv-z]{10}$/, 'nobody guesses it')
  t.equal(made.url, `${house.url}/l/${made.slug}`)
  t.equal(made.short_url, `${house.url}/s/${made.slug}`)
  t.same(made.skus, [{
    sku,
    name: made.skus[0]!.name,
    status: 'active',
    retail_price: money('12.00'),
    wholesale_price: money('10.00'),
    commission: money('0.60'),
    margin: money('1.40'),
    minimum_retail: money('10.53'),
    available: 7
  }])
  t.same(await reseller.kahub.links.get(made.id), made)
  t.same(await reseller.kahub.links.list({ slug: made.slug }).toArray(all), [made])
  t.same((await reseller.kahub.links.list({ session: session.id, host: host.id, state: 'active' }).toArray(all)).map(({ id }) => id), [made.id])

  await setCounts(made.id, { held: 3, sold: 40, sales: 21 })
  t.match(await reseller.kahub.links.get(made.id), { held: 3, sold: 40, sales: 21, quota_left: 7, state: 'active' })
  t.match(await reseller.kahub.sessions.get(session.id), { links: 1, held: 3, sold: 40, sales: 21 })
  await setCounts(made.id, {})
})

t.test('the commission of a link is what it says, or else its host’s as it is then; and the host of a session is its links’ own', async t => {
  const reseller = await house.reseller()
  const sku = await house.sku({ codes: 1 })
  const { hosts } = reseller.kahub
  const [ming, hua] = [await hosts.create({ name: 'Ming', commission_rate: '0.1' }), await hosts.create({ name: 'Hua' })]
  const session = await reseller.kahub.sessions.create({ title: 'evening', host: ming.id })
  const commissions = async (more: Partial<CreateLinkBody>) => {
    const { host, commission } = await makes(reseller, sku, more)
    return [host, commission.rate, commission.amount?.amount ?? null]
  }
  t.same(await commissions({}), [null, null, null], 'nobody is owed anything')
  t.same(await commissions({ session: session.id }), [ming.id, '0.1', null])
  t.same(await commissions({ session: session.id, host: hua.id }), [hua.id, '0', null])
  t.same(await commissions({ session: session.id, host: null }), [null, null, null])
  t.same(await commissions({ host: ming.id, commission: { rate: '0.02' } }), [ming.id, '0.02', null])
  t.same(await commissions({ host: ming.id, commission: { amount: money('1.5') } }), [ming.id, null, '1.50'])
  const before = await makes(reseller, sku, { host: ming.id })
  await hosts.update(ming.id, { commission_rate: '0.15' })
  t.equal((await reseller.kahub.links.get(before.id)).commission.rate, '0.1', 'what was agreed stays')
  t.same(await commissions({ host: ming.id }), [ming.id, '0.15', null])
})

t.test('a host is owed whole minor units, rounded once, half up', async t => {
  const owed = (rate: number | null, each: string | null, total: string, quantity = 1, currency: Currency = 'CNY') =>
    commissionOf({ commissionRate: rate, commissionAmount: each === null ? null : parseAmount(each)! }, parseAmount(total)!, quantity, currency)
  const due = (amount: string) => parseAmount(amount)!
  t.same([owed(1_000, null, '0.25'), owed(1_000, null, '0.24'), owed(10_000, null, '0.24')], [due('0.03'), due('0.02'), due('0.24')])
  t.same([owed(1_000, null, '15', 1, 'JPY'), owed(1_000, null, '14', 1, 'JPY')], [due('2'), due('1')])
  t.same([owed(null, '0.335', '9', 3), owed(null, '0.3333', '9', 3)], [due('1.01'), due('1')], 'for all pieces together')
  t.equal(owed(null, null, '9'), 0n)
})

t.test('the least retail price covers whatever quantity is bought, and the next lower one does not', async t => {
  // Without I/O: every price, commission and quantity break, against what a purchase of each quantity comes to.
  const [skuId, resellerId] = [newId(), newId()]
  const buyer = { resellerId, levelId: 'gold' }
  const rule = { skuId, levelId: null, resellerId: null, amount: null, rate: null, quantityMin: null }
  let random = 20_261_122
  const next = (below: number) => {
    random = (random * 1_103_515_245 + 12_345) % 2 ** 31
    return random % below
  }
  let tight = 0
  const faults: string[] = []
  for (let tried = 0; tried < 300; tried++) {
    const currency = (['CNY', 'JPY', 'KWD'] as const)[tried % 3]!
    const minor = { CNY: 100n, JPY: 10_000n, KWD: 10n }[currency]
    const [min, step] = [1 + next(3), 1 + next(2)]
    const sku = { id: skuId, productId: newId(), currency, status: 'active', kind: 'code', quantityMin: min * step, quantityMax: 60, quantityStep: step } as const
    const book = priceBook(1n, [sku], [
      { ...rule, id: newId(), kind: 'list', amount: BigInt(1 + next(2_000_000)) },
      ...next(2) ? [{ ...rule, id: newId(), kind: 'quantity_break' as const, rate: 9_000 + next(1_000), quantityMin: 10 }] : [],
      ...next(3) ? [] : [{ ...rule, id: newId(), kind: 'minimum_retail' as const, amount: BigInt(next(2_000_000)) }]
    ])
    const commission = next(2)
      ? { commissionRate: next(9_999), commissionAmount: null }
      : { commissionRate: null, commissionAmount: BigInt(next(50)) * minor }
    const least = minimumRetailOf(book, buyer, commission, skuId)!
    const loses = (price: bigint) => {
      for (let quantity = sku.quantityMin; quantity <= 60; quantity += step) {
        const total = price * BigInt(quantity)
        const unit = book.quote(buyer, skuId, quantity)!.unitPrice * BigInt(quantity)
        const wholesale = (unit + minor / 2n) / minor * minor
        if (wholesale + commissionOf(commission, total, quantity, currency) > total) return true
      }
      return false
    }
    if (least % minor !== 0n || least < book.minimumRetail(skuId) || loses(least)) faults.push(`try ${tried}: ${least} ${currency}`)
    const lower = least - minor
    if (lower < book.minimumRetail(skuId) || lower <= 0n || loses(lower)) tight++
  }
  t.same(faults, [], 'it is in whole minor units, not below what the operator asks, and covers every quantity')
  t.ok(tight >= 285, `of 300 least prices ${tight} could not have been lower; a few are safe rather than least`)
  const free = priceBook(1n, [{ id: skuId, productId: newId(), currency: 'CNY', status: 'active', kind: 'code', quantityMin: 1, quantityMax: 9, quantityStep: 1 }], [
    { ...rule, id: newId(), kind: 'list', amount: parseAmount('1')! }
  ])
  t.equal(minimumRetailOf(free, buyer, { commissionRate: 10_000, commissionAmount: null }, skuId), undefined, 'a commission of all leaves nothing')
})

t.test('a minimum retail price binds links, and no reseller’s own price', async t => {
  const reseller = await house.reseller()
  const sku = await house.sku({ codes: 5, price: '10', floor: '9' })
  const set = (amount: string) => house.operator.prices.set({ rules: [{ kind: 'minimum_retail', sku, amount: money(amount), reason: 'brand' }] })
  t.match((await set('13')).data, [{ kind: 'minimum_retail', amount: money('13.00'), outcome: 'set' }])
  t.match(await house.operator.prices.list({ sku, kind: 'minimum_retail' }).toArray(all), [{ amount: money('13.00'), reason: 'brand' }])
  const explained = await reseller.kahub.prices.get({ sku: [sku] })
  t.same(explained.data[0]!.explanation.map(({ rule }) => rule), ['list'], 'it is no part of what explains a price')
  const refused = await makes(reseller, sku).then(() => undefined, (error: unknown) => error as KahubError)
  t.match(refused?.problem, {
    code: 'link_price_too_low', errors: [{ pointer: '/skus/0/retail_price', minimum: money('13.00') }], minimums: { [sku]: money('13.00') }
  })
  const link = await makes(reseller, sku, { skus: [{ sku, retail_price: money('13') }] })
  t.same(link.skus[0]!.minimum_retail, money('13.00'))
  await set('14')
  t.match((await reseller.kahub.links.get(link.id)).skus[0], { retail_price: money('13.00'), minimum_retail: money('14.00') }, 'what was made before goes on')
  const { version } = await reseller.kahub.links.update(link.id, { version: 1, title: 'Renamed' })
  t.equal(version, 2, 'and what does not touch the price can be edited')
  t.equal(await outcomeOf(reseller.kahub.links.update(link.id, { version, commission: { rate: '0' } })), 'link_price_too_low')
  await house.operator.prices.end({ ids: (await house.operator.prices.list({ sku, kind: 'minimum_retail' }).toArray(all)).map(({ id }) => id), reason: 'over' })
  t.equal((await reseller.kahub.links.get(link.id)).skus[0]!.minimum_retail?.amount, '10.00')
})

t.test('a link is scheduled, active, paused, sold out and ended, and lists find it by what it is', async t => {
  const reseller = await house.reseller()
  const [sku, empty] = [await house.sku({ codes: 5 }), await house.sku()]
  const { links } = reseller.kahub
  const later = await makes(reseller, sku, { starts_at: inMinutes(60), ends_at: inMinutes(120) })
  const none = await makes(reseller, empty)
  const quota = await makes(reseller, sku, { quota: 4 })
  const once = await makes(reseller, sku, { kind: 'one_time' })
  const over = await makes(reseller, sku, { ends_at: inMinutes(1) })
  const paused = await links.pause((await makes(reseller, sku, { starts_at: inMinutes(60) })).id)
  const open = await makes(reseller, sku)
  await setCounts(quota.id, { held: 1, sold: 3 })
  await setCounts(once.id, { held: 1 })
  await house.db`update links set ends_at = now() - interval '1 second' where id = ${rowOf(over.id)}`
  const expected = {
    scheduled: [later], sold_out: [none, quota, once], ended: [over], paused: [paused], active: [open]
  }
  for (const [state, made] of Object.entries(expected) as [keyof typeof expected, { id: string }[]][]) {
    const listed = await links.list({ state }).toArray(all)
    t.same(listed.map(({ id }) => id), made.map(({ id }) => id).toReversed(), state)
    for (const link of listed) t.equal(link.state, state)
  }
  await setCounts(once.id, { sold: 1, sales: 1 })
  t.equal((await links.get(once.id)).state, 'ended', 'its one purchase ended it')
  await setCounts(quota.id, {})
  await setCounts(once.id, {})
  t.equal((await links.get(quota.id)).state, 'active')
})

t.test('pause, resume and end are done once, kept in the history and told', async t => {
  const reseller = await house.reseller()
  const sku = await house.sku({ codes: 5 })
  const { links } = reseller.kahub
  const { id } = await makes(reseller, sku)
  const paused = await links.pause(id)
  t.match(paused, { state: 'paused', version: 2, paused_at: String })
  t.same(await links.pause(id), paused, 'again, it changes nothing')
  t.match(await links.resume(id), { state: 'active', version: 3, paused_at: null })
  t.match(await links.resume(id), { version: 3 })
  const ended = await links.end(id)
  t.match(ended, { state: 'ended', version: 4, ended_at: String })
  t.same(await links.end(id), ended)
  for (const call of [() => links.pause(id), () => links.resume(id), () => links.update(id, { version: 4, title: 'late' })]) {
    t.equal(await outcomeOf(call()), 'state_conflict')
  }
  t.same(await linkEvents(reseller, id), ['link.paused', 'link.ended'])
  const by = reseller.credentials.keyId
  t.match(await links.changes(id).toArray(all), [
    { version: 4, before: { ended_at: null }, after: { ended_at: ended.ended_at }, changed_by: by },
    { version: 3, before: { paused_at: paused.paused_at }, after: { paused_at: null }, changed_by: by },
    { version: 2, before: { paused_at: null }, after: { paused_at: paused.paused_at }, changed_by: by }
  ])
  t.same((await links.changes(id, { limit: 1 }).toArray(all)).length, 3, 'page by page')
})

t.test('links whose end came, or whose one purchase was made, are ended by the clockwork, once', async t => {
  const reseller = await house.reseller()
  const sku = await house.sku({ codes: 5 })
  const due = await makes(reseller, sku, { ends_at: inMinutes(1) })
  const once = await makes(reseller, sku, { kind: 'one_time' })
  const open = await makes(reseller, sku, { ends_at: inMinutes(90) })
  await house.db`update links set ends_at = now() - interval '1 second' where id = ${rowOf(due.id)}`
  await house.db`update links set sales = 1, sold = 1, sold_out_at = now() where id = ${rowOf(once.id)}`
  const passes = await Promise.all([1, 2].map(() => endDueLinks(live.db, 100)))
  t.ok(passes[0]! + passes[1]! >= 2)
  t.equal(await endDueLinks(live.db, 100), 0, 'nothing is left to be ended')
  for (const { id } of [due, once]) {
    t.same(await linkEvents(reseller, id), ['link.ended'])
    t.match(await reseller.kahub.links.changes(id).toArray(all), [{ version: 2, changed_by: 'schedule', after: { ended_at: String } }])
  }
  t.same(await linkEvents(reseller, open.id), [])
  t.equal((await reseller.kahub.links.get(open.id)).state, 'active')
  await setCounts(once.id, {})
})

t.test('an edit changes what it names, keeps both states, and is refused when another came before it', async t => {
  const reseller = await house.reseller()
  const [sku, other] = [await house.sku({ codes: 5 }), await house.sku({ codes: 5 })]
  const { links } = reseller.kahub
  const session = await reseller.kahub.sessions.create({ title: 'evening' })
  const made = await makes(reseller, sku, { starts_at: inMinutes(30), quota: 10 })
  const edited = await links.update(made.id, {
    version: 1,
    title: '<script>alert(1)</script>',
    skus: [{ sku: other, retail_price: money('11') }, { sku, retail_price: money('13') }],
    session: session.id,
    picture_url: 'https://img.example.com/a.jpg',
    starts_at: null,
    quota: null,
    commission: { amount: money('0.5') }
  })
  t.match(edited, {
    version: 2,
    title: '<script>alert(1)</script>',
    session: session.id,
    picture_url: 'https://img.example.com/a.jpg',
    starts_at: null,
    quota: null,
    commission: { rate: null, amount: money('0.50') },
    slug: made.slug
  })
  t.same(edited.skus.map(({ sku, retail_price: price }) => [sku, price.amount]), [[other, '11.00'], [sku, '13.00']])
  const [change] = await links.changes(made.id).toArray(all)
  t.same(Object.keys(change!.after).sort(), ['commission', 'picture_url', 'quota', 'session', 'skus', 'starts_at', 'title'], 'what did not change is not told')
  t.match(change, {
    before: { title: 'Wallet', quota: 10, session: null, skus: [{ sku, retail_price: money('12.00') }] },
    after: { title: '<script>alert(1)</script>', quota: null, session: session.id, commission: { rate: null, amount: money('0.50') } }
  })
  t.same(await links.update(made.id, { version: 2, title: edited.title }), edited, 'what changes nothing makes no version')
  t.equal(await outcomeOf(links.update(made.id, { version: 1, title: 'late' })), 'state_conflict')

  const racers = await Promise.all(Array.from({ length: 8 }, (_, i) => outcomeOf(links.update(made.id, { version: 2, title: `racer ${i}` }))))
  t.same(racers.toSorted(), ['accepted', ...Array.from({ length: 7 }, () => 'state_conflict')], 'of eight at once one wins')
  t.equal((await links.get(made.id)).version, 3)
  t.equal((await links.get(made.id)).title, `racer ${racers.indexOf('accepted')}`)
})

t.test('what was sold, or has begun, binds later edits', async t => {
  const reseller = await house.reseller()
  const sku = await house.sku({ codes: 5 })
  const { links, sessions } = reseller.kahub
  const session = await sessions.create({ title: 'evening' })
  const { id } = await makes(reseller, sku, { session: session.id, quota: 10 })
  await setCounts(id, { held: 2, sold: 3, sales: 3 })
  const edits = (body: object) => outcomeOf(links.update(id, { version: 1, ...body }))
  t.equal(await edits({ quota: 4 }), 'state_conflict', 'a quota below what was sold and is being paid for')
  t.equal(await edits({ session: null }), 'state_conflict', 'sales stay in their session')
  t.equal(await edits({ starts_at: inMinutes(5) }), 'state_conflict', 'what has begun is paused, and not put off')
  t.match(await links.update(id, { version: 1, quota: 5, skus: [{ sku, retail_price: money('15') }] }), { state: 'sold_out', quota_left: 0, version: 2 })
  await setCounts(id, {})
  const end = await sessions.end(session.id)
  t.match(end, { state: 'ended', ended_at: String, links: 1 })
  t.same(await sessions.end(session.id), end)
  t.match(await links.get(id), { session_state: 'ended', state: 'active' }, 'a link goes on, and says that its session has ended')
  t.equal(await outcomeOf(makes(reseller, sku, { session: session.id })), 'state_conflict', 'no new link can name it')
  t.equal(await outcomeOf(sessions.update(session.id, { title: 'again' })), 'state_conflict')
})

t.test('addresses of a session are told to keys that may write, and made anew', async t => {
  const reseller = await house.reseller()
  const reader = await reseller.withKey({ scopes: ['links:read'] })
  const session = await reseller.kahub.sessions.create({ title: 'evening', starts_at: inMinutes(60) })
  t.equal(session.state, 'scheduled')
  const token = (url: string | null) => live.buyerKeys.readToken(url!.split('/').at(-1)!)!
  t.ok(token(session.live_url).holds('live', 1))
  t.ok(token(session.overlay_url).holds('overlay', 1))
  t.notOk(token(session.overlay_url).holds('live', 1), 'who has the overlay’s address cannot open the host’s page')
  t.match(await reader.kahub.sessions.get(session.id), { live_url: null, overlay_url: null, title: 'evening' })
  const anew = await reseller.kahub.sessions.rotateAddresses(session.id)
  t.not(anew.live_url, session.live_url)
  const row = (await readSession(live.db, token(anew.live_url).id))!
  t.notOk(token(session.live_url).holds('live', row.urlVersion), 'the old address opens nothing any more')
  t.ok(token(anew.live_url).holds('live', row.urlVersion))
  const ofOthers = house.worlds.test.buyerKeys.token('live', row.id, row.urlVersion).replace('test-', '')
  t.not(live.buyerKeys.token('live', row.id, row.urlVersion), ofOthers, 'nobody without the secret of the world makes its addresses')
})

t.test('the page of a link shows what can be bought at this moment', async t => {
  const reseller = await house.reseller()
  const [sku, other] = [await house.sku({ codes: 5 }), await house.sku({ codes: 2 })]
  const made = await makes(reseller, sku, { skus: [{ sku, retail_price: money('12') }, { sku: other, retail_price: money('20') }] })
  const shown = (await readShownLink(live.db, made.slug))!
  t.match(shown, { id: rowOf(made.id), title: 'Wallet', startsAt: null, endsAt: null, pausedAt: null })
  t.same(shown.skus.map(({ skuId, retailPrice, available }) => [skuId, retailPrice, available]), [
    [readId('sku', sku), 120_000n, 5], [readId('sku', other), 200_000n, 2]
  ])
  await house.db`update shelf set expires_at = now() where sku_id = ${readId('sku', sku)!}`
  t.equal((await readShownLink(live.db, made.slug))!.skus[0]!.available, 0, 'codes of an expired lot are not there')
  t.equal((await reseller.kahub.links.get(made.id)).skus[0]!.available, 0)
  await house.db`update shelf set expires_at = 'infinity' where sku_id = ${readId('sku', sku)!}`
  await house.operator.resellers.update(reseller.id, { status: 'suspended' })
  t.ok((await readShownLink(live.db, made.slug))!.pausedAt, 'what a suspended reseller sells is paused')
  t.equal(await readShownLink(live.db, 'there-is-none'), undefined)
})

t.test('slugs are of their world, and each is taken once', async t => {
  const [reseller, other] = [await house.reseller(), await house.reseller()]
  const sku = await house.sku({ codes: 1 })
  const chosen = await makes(reseller, sku, { slug: 'ming-1111', reference: 'one' })
  t.equal(chosen.slug, 'ming-1111')
  t.equal((await makes(reseller, sku, { slug: 'ming-1111', reference: 'one' })).id, chosen.id, 'the same reference gives the same link')
  t.equal(await outcomeOf(makes(other, sku, { slug: 'ming-1111' })), 'in_use')
  t.equal(await outcomeOf(makes(other, sku, { slug: 'test-1111' })), 'invalid_request')
  const racers = await Promise.all(Array.from({ length: 6 }, () => outcomeOf(makes(other, sku, { slug: 'race' }))))
  t.same(racers.toSorted(), ['accepted', 'in_use', 'in_use', 'in_use', 'in_use', 'in_use'])
  const trying = await house.reseller({ world: 'test' })
  const play = await house.sku({ codes: 1, world: 'test' })
  t.equal((await makes(trying, play, { slug: 'ming-1111' })).slug, 'test-ming-1111')
  t.match((await makes(trying, play)).slug, /^test-[0-9a-z]{10}$/)
})

t.test('there are as many hosts, sessions and links as there may be, and no more', async t => {
  const reseller = await house.reseller()
  const sku = await house.sku({ codes: 1 })
  const { id } = reseller
  const own = readId('reseller', id)!
  const { hosts, sessions, links } = reseller.kahub
  const first = await hosts.create({ name: 'first' })
  const many = (count: number) => Array.from({ length: count }, () => newId())
  await house.db`insert into hosts (reseller_id, id, name, state) select ${own}, id, 'one of many', 'active' from unnest(${many(hostsActiveMax - 1)}::uuid[]) as made (id)`
  t.equal(await outcomeOf(hosts.create({ name: 'one more' })), 'state_conflict')
  await hosts.update(first.id, { state: 'archived' })
  t.equal(await outcomeOf(hosts.create({ name: 'one more' })), 'accepted')
  t.equal(await outcomeOf(hosts.update(first.id, { state: 'active' })), 'state_conflict', 'nor by taking one out of the archive')
  t.equal(await outcomeOf(makes(reseller, sku, { host: first.id })), 'state_conflict', 'an archived host sells nothing new')
  t.same((await hosts.list({ state: 'archived' }).toArray(all)).map(({ name }) => name), ['first'])

  const open = await sessions.create({ title: 'open' })
  await house.db`insert into sessions (reseller_id, id, title, starts_at) select ${own}, id, 'one of many', now() from unnest(${many(sessionsOpenMax - 1)}::uuid[]) as made (id)`
  t.equal(await outcomeOf(sessions.create({ title: 'one more' })), 'state_conflict')
  await sessions.end(open.id)
  t.equal(await outcomeOf(sessions.create({ title: 'one more' })), 'accepted')

  const link = await makes(reseller, sku)
  await house.db`
    insert into links (reseller_id, id, slug, reference, kind, title, currency, created_by)
    select ${own}, id, id::text, id::text, 'shared', 'one of many', 'CNY', 'test' from unnest(${many(linksOpenMax - 1)}::uuid[]) as made (id)`
  t.equal(await outcomeOf(makes(reseller, sku)), 'state_conflict')
  await links.end(link.id)
  t.equal(await outcomeOf(makes(reseller, sku)), 'accepted')
  t.equal(await outcomeOf(makes(reseller, sku, { starts_at: inMinutes(60 * 24 * (scheduleDaysMax + 1)) })), 'invalid_request')
})

t.test('what was heard fits the contract, and the books hold', async t => {
  t.same(judge.faults, [])
  await house.proves(t)
})
