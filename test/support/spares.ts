// Things of a house that a request can be about: made anew where a request uses them up.
import type * as vocabulary from '../../schema/vocabulary.ts'
import { newId, readId, showId } from '../../src/base/ids.ts'
import { complain } from '../../src/domain/links/checkouts/complain.ts'
import { paybackFailed } from '../../src/domain/links/checkouts/end-payback.ts'
import { readCheckout } from '../../src/domain/links/checkouts/read-checkout.ts'
import { settleNext } from '../../src/domain/links/settlement/settle-sales.ts'
import { transact } from '../../src/postgres/transact.ts'
import type { House, Reseller } from './house.ts'

export interface Furniture {
  readonly world: vocabulary.World
  readonly reseller: Reseller
  readonly sku: string
  readonly product: string
  readonly order: string
  readonly lot: string
  readonly import: string
  /** A SKU that needs a second key, and the same reseller with a key that buys it. */
  readonly guarded: string
  readonly maker: Reseller
}

export interface Settled { readonly host: string, readonly checkout: string, readonly settlement: string }

export const cny = (amount: string) => ({ amount, currency: 'CNY' as const })

/** A schedule of once a month. */
export const packs = { kind: 'schedule', every: 'month', at: '09:00', day: 1, quantity: 1 } as const

/** The public key of RFC 8037 appendix A.6. */
export const vaultJwk = { kty: 'OKP', crv: 'X25519', x: '3p7bfXt9wbTTW2HC7OQ1Nz-DQ8hbeGdNrfx-FG-IK08' }

const usedUp = ['spare', 'second', 'third']

/** Makers of what requests are about, in a house whose sandbox gateway is in both worlds. */
export function openSpares (house: House) {
  let made = 0
  const settlements = new Map<string, Promise<Settled>>()
  return {
    furnish,
    reference,
    settled,
    aComplaint,
    cardGateway,
    spareGateway,
    failedPayback,
    spareDeposit,
    spareSession,
    spareLink,
    sparePayout,
    spareKey,
    clerkKey,
    spareQuote,
    spareHold,
    pendingApproval,
    spareBudget,
    spareSubscription,
    spareEndpoint,
    spareDelivery,
    anEvent,
    spareStanding,
    unseenOrder,
    spareReversal,
    vaultKey,
    bulkFile,
    spareBulkOrder,
    stoppedBulkOrder,
    spareRule,
    openImport,
    sentImport,
    spareLot,
    spareCode
  }

  function reference (): string {
    return `sample ${++made}`
  }

  async function furnish (world: vocabulary.World): Promise<Furniture> {
    const { admin } = house.operators[world]
    const sku = await house.sku({ codes: 1_000, world })
    const reseller = await house.reseller({ world })
    const [lot] = (await admin.lots.list({ sku })).data
    const { id: order } = await reseller.places({ sku, quantity: 3 })
    const guarded = await house.sku({ codes: 100, world })
    const maker = await reseller.withKey({})
    await reseller.kahub.approvalPolicy.put({ skus: [guarded] })
    return { world, reseller, sku, product: (await admin.skus.get(sku)).product, order, lot: lot!.id, import: lot!.import, guarded, maker }
  }

  /** A host that has sold something, settled: once for each reseller. */
  function settled (at: Furniture): Promise<Settled> {
    const made = settlements.get(at.reseller.id) ?? sellAndSettle(at)
    settlements.set(at.reseller.id, made)
    return made
  }

  async function sellAndSettle ({ world, reseller, sku }: Furniture): Promise<Settled> {
    const { kahub } = reseller
    const { id: host } = await kahub.hosts.create({ reference: reference(), name: 'Ming', commission_rate: '0.5' })
    const link = await kahub.links.create({ reference: reference(), title: 'Link', host, skus: [{ sku, retail_price: cny('100') }] })
    const { startCheckout, receivePayment, stepDb } = house.worlds[world]
    const { checkout, payment } = await startCheckout({
      linkId: readId('link', link.id)!,
      attempt: null,
      skuId: readId('sku', sku)!,
      quantity: 1,
      seenPrice: 1_000_000n,
      contact: { kind: 'email', value: 'li@example.com' },
      deviceHash: null,
      networkHash: newId(),
      language: 'en',
      gateway: 'sandbox',
      returnUrl: () => 'https://shop.example.com'
    })
    const { id: paymentId, amount, currency } = payment
    await receivePayment({ gateway: 'sandbox', transaction: paymentId, paymentId, amount, currency, paidAt: null, source: 'callback' })
    const settlement = await settleNext(stepDb, readId('reseller', reseller.id)!, new Date(Date.now() + 60_000))
    return { host, checkout: showId('checkout', checkout.id), settlement: showId('settlement', settlement!.id) }
  }

  async function aComplaint (at: Furniture): Promise<string> {
    const { checkout: id } = await settled(at)
    const { db } = house.worlds[at.world]
    const checkout = (await readCheckout(db, readId('checkout', id)!))!
    await transact(db, tx => complain(tx, checkout, { position: 0, message: 'already used' }))
    return (await at.reseller.kahub.complaints.list({ checkout: id })).data[0]!.id
  }

  /** A gateway in the world's own mode, that nobody pays through. */
  function cardGateway ({ world }: Furniture) {
    const config = { secret_key: `sk_${world}_0123456789abcdef`, webhook_secret: 'whsec_0123456789abcdef' }
    return { kind: 'stripe' as const, name: 'Card', name_zh: '银行卡', currencies: ['USD' as const], state: 'disabled' as const, config }
  }

  async function spareGateway (at: Furniture): Promise<string> {
    return (await house.operators[at.world].admin.gateways.put(`card-${at.world}`, cardGateway(at))).id
  }

  /** Money that came twice, and that its gateway did not give back. */
  async function failedPayback (at: Furniture): Promise<string> {
    const { receivePayment, db } = house.worlds[at.world]
    const paymentId = readId('payment', await spareDeposit(at))!
    for (const transaction of [newId(), newId()]) {
      await receivePayment({
        gateway: 'sandbox', transaction, paymentId, amount: 50_000n, currency: 'CNY', paidAt: null, source: 'callback'
      })
    }
    const { data } = await house.operators[at.world].admin.paybacks.list({ state: 'due' })
    const { id } = data.find(({ payment }) => payment === showId('payment', paymentId))!
    await transact(db, tx => paybackFailed(tx, readId('payback', id)!, 'sample'))
    return id
  }

  async function spareDeposit ({ reseller }: Furniture): Promise<string> {
    return (await reseller.kahub.deposits.create({ reference: reference(), amount: cny('5'), gateway: 'sandbox' })).id
  }

  async function spareSession ({ reseller }: Furniture): Promise<string> {
    return (await reseller.kahub.sessions.create({ reference: reference(), title: 'evening' })).id
  }

  async function spareLink ({ reseller, sku }: Furniture): Promise<string> {
    return (await reseller.kahub.links.create({ reference: reference(), title: 'Link', skus: [{ sku, retail_price: cny('12') }] })).id
  }

  async function sparePayout (at: Furniture): Promise<string> {
    return (await at.reseller.kahub.payouts.create((await settled(at)).host, { reference: reference(), amount: cny('0.01') })).id
  }

  // An owner has so many keys and no more: what earlier samples have left is revoked first.
  async function spareKey ({ reseller }: Furniture): Promise<string> {
    for await (const key of reseller.kahub.keys.list()) {
      if (usedUp.includes(key.name) && key.revoked_at === null) await reseller.kahub.keys.revoke(key.id)
    }
    return (await reseller.kahub.keys.create({ name: 'spare', algorithm: 'hmac-sha256', scopes: ['keys:write'] })).id
  }

  async function clerkKey ({ world }: Furniture): Promise<string> {
    const { keys } = house.operators[world].admin
    for await (const key of keys.list()) if (key.name === 'clerk' && key.revoked_at === null) await keys.revoke(key.id)
    return (await keys.create({ name: 'clerk', algorithm: 'hmac-sha256', scopes: ['admin:resellers'] })).id
  }

  async function spareQuote ({ reseller, sku }: Furniture): Promise<string> {
    return (await reseller.kahub.quotes.create({ reference: reference(), lines: [{ sku, quantity: 1 }] })).id
  }

  async function spareHold ({ reseller, sku }: Furniture): Promise<string> {
    return (await reseller.kahub.holds.create({ reference: reference(), lines: [{ sku, quantity: 1 }] })).id
  }

  async function pendingApproval ({ maker, guarded }: Furniture): Promise<string> {
    await maker.places({ reference: reference(), sku: guarded, quantity: 1 })
    return (await maker.kahub.approvals.list({ state: 'pending', limit: 1 })).data[0]!.id
  }

  async function spareBudget ({ reseller }: Furniture): Promise<string> {
    return (await reseller.kahub.budgets.put({ kind: 'cost_center', subject: 'spare', monthly_limit: cny('1') })).id
  }

  async function spareSubscription ({ reseller, sku }: Furniture): Promise<string> {
    const { subscriptions } = reseller.kahub
    return (await subscriptions.create({ reference: reference(), kind: 'stock', scope: { skus: [sku] }, condition: 'any' })).id
  }

  // A reseller has so many endpoints and no more: the one before is deleted first.
  async function spareEndpoint ({ reseller }: Furniture): Promise<string> {
    const { endpoints } = reseller.kahub
    const all = await endpoints.list({ limit: 100 }).toArray({ limit: 100 })
    for (const { id } of all) await endpoints.delete(id)
    return (await endpoints.create({ reference: reference(), url: 'https://shop.example.com/kahub' })).id
  }

  async function spareDelivery (at: Furniture): Promise<string> {
    return (await at.reseller.kahub.endpoints.simulate(await spareEndpoint(at), { type: 'order.completed' })).id
  }

  async function anEvent ({ reseller }: Furniture): Promise<string> {
    return (await reseller.kahub.events.list({ limit: 1 })).data[0]!.id
  }

  async function spareStanding ({ reseller, sku }: Furniture): Promise<string> {
    return (await reseller.kahub.standingOrders.create({ reference: reference(), name: 'pack', sku, rule: packs })).id
  }

  async function unseenOrder ({ reseller, sku }: Furniture): Promise<string> {
    return (await reseller.places({ sku, quantity: 1, deliver: 'fetch' })).id
  }

  async function spareReversal ({ reseller }: Furniture): Promise<string> {
    return (await reseller.kahub.reversals.create({ reference: reference(), order_reference: reference() })).id
  }

  async function vaultKey ({ reseller }: Furniture): Promise<string> {
    return (await reseller.kahub.encryptionKeys.create({ name: 'vault', jwk: vaultJwk })).id
  }

  function bulkFile ({ sku }: Furniture): string {
    return `sku,quantity\n${sku},1\n`
  }

  async function spareBulkOrder (at: Furniture): Promise<string> {
    return (await at.reseller.kahub.bulkOrders.create(bulkFile(at), 'text/csv')).id
  }

  async function stoppedBulkOrder (at: Furniture): Promise<string> {
    return (await at.reseller.kahub.bulkOrders.cancel(await spareBulkOrder(at))).id
  }

  async function spareRule ({ world, sku }: Furniture): Promise<string> {
    const rule = { kind: 'quantity_break' as const, sku, quantity_min: 500 + ++made, rate: '0.99' }
    return (await house.operators[world].admin.prices.set({ rules: [rule] })).data[0]!.id
  }

  async function openImport ({ world, sku }: Furniture): Promise<string> {
    return (await house.operators[world].admin.imports.create({ sku, unit_cost: cny('1') })).id
  }

  async function sentImport (at: Furniture): Promise<string> {
    const id = await openImport(at)
    await house.operators[at.world].admin.imports.putPart(id, 1, Buffer.from(`secret\n${reference()}\n`), 'text/csv')
    return id
  }

  async function spareLot (at: Furniture): Promise<string> {
    await house.operators[at.world].admin.imports.commit(await sentImport(at))
    return (await house.operators[at.world].admin.lots.list({ sku: at.sku, limit: 1 })).data[0]!.id
  }

  async function spareCode ({ world, sku }: Furniture): Promise<string> {
    return (await house.stocks(sku, 1, { world }))[0]!
  }
}
