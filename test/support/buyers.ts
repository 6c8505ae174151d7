// Links as rows, and buyers who press their buttons: the domain's own doors, without pages and gateways in front of them.
import { newId, randomText, readId, showId, type Uuid } from '../../src/base/ids.ts'
import type { Currency } from '../../schema/vocabulary.ts'
import { minorUnit, type Amount } from '../../src/base/money.ts'
import { Problem } from '../../src/base/problem.ts'
import type { Checkout, CheckoutWish, StartedCheckout } from '../../src/domain/links/checkouts/checkout.ts'
import type { NewReceipt, Payment } from '../../src/domain/payments/payment.ts'
import type { World } from '../../src/domain/world.ts'
import type { Db } from '../../src/postgres/pool.ts'

export interface LinkWish {
  readonly reseller: string
  /** SKUs with what one costs, in major units. */
  readonly skus: Readonly<Record<string, number>>
  readonly kind?: 'shared' | 'one_time'
  readonly currency?: Currency
  readonly quota?: number
  readonly perBuyer?: number
  /** Ten-thousandths of what buyers pay; to a host that is made for it. */
  readonly commission?: number
  readonly startsAt?: string
  readonly endsAt?: string
}

/** Writes a link of the live world as createLink would; gives its id. `db` is the owner of the database. */
export async function makeLink (db: Db, wish: LinkWish): Promise<Uuid> {
  const { kind = 'shared', currency = 'CNY', quota = null, perBuyer = null, commission = null } = wish
  const id = newId()
  const resellerId = readId('reseller', wish.reseller)!
  const hostId = commission === null ? null : newId()
  if (hostId !== null) await db`insert into live.hosts (reseller_id, id, name, state) values (${resellerId}, ${hostId}, 'Lili', 'active')`
  await db`
    insert into live.links (
      reseller_id, id, slug, reference, kind, title, host_id, currency, commission_rate, quota, quota_per_buyer, starts_at, ends_at, created_by
    ) values (
      ${resellerId}, ${id}, ${randomText(8).toLowerCase()}, ${id}, ${kind}, 'Tonight', ${hostId}, ${currency}, ${commission}, ${quota},
      ${perBuyer}, ${wish.startsAt ?? '-infinity'}::text::timestamptz, ${wish.endsAt ?? 'infinity'}::text::timestamptz, 'key_live_test'
    )`
  for (const [i, [sku, price]] of Object.entries(wish.skus).entries()) {
    await db`insert into live.link_skus values (${id}, ${i + 1}, ${readId('sku', sku)!}, ${amountOf(price)})`
  }
  return id
}

/** Major units as an amount. */
export function amountOf (units: number): Amount {
  return BigInt(Math.round(units * 10_000))
}

export interface BuyerWish extends Partial<Omit<CheckoutWish, 'seenPrice' | 'contact' | 'linkId' | 'skuId'>> {
  readonly link: Uuid
  readonly sku: string
  /** What one was seen to cost, in major units. */
  readonly seen: number
  /** Who buys; another each time unless told. */
  readonly phone?: string
}

let buyers = 0

/** What a buyer's press of the button asks for. */
export function wishOf (world: World, { link, sku, seen, phone, ...more }: BuyerWish): CheckoutWish {
  const number = ++buyers
  return {
    linkId: link,
    attempt: newId(),
    skuId: readId('sku', sku)!,
    quantity: 1,
    seenPrice: amountOf(seen),
    contact: { kind: 'phone', value: phone ?? `+86138${String(number).padStart(8, '0')}` },
    deviceHash: null,
    networkHash: world.buyerKeys.hash('network', `10.${number >> 8 & 255}.${number & 255}.0/24`),
    language: 'zh-CN',
    gateway: 'sandbox',
    returnUrl: id => `https://kahub.example/back/${showId('checkout', id)}`,
    ...more
  }
}

/** Presses the button. */
export function begins (world: World, wish: BuyerWish): Promise<StartedCheckout> {
  return world.startCheckout(wishOf(world, wish))
}

/** What a gateway tells of a payment that was made in full. */
export function receiptOf (payment: Payment, more: Partial<NewReceipt> = {}): NewReceipt {
  return {
    gateway: payment.gateway,
    transaction: randomText(12),
    paymentId: payment.id,
    currency: payment.currency,
    amount: payment.amount,
    paidAt: new Date(),
    source: 'callback',
    ...more
  }
}

/** What became of a call: the code of its refusal, or `accepted`. Anything else that is thrown is thrown on. */
export async function codeOf (call: Promise<unknown>): Promise<string> {
  try {
    await call
    return 'accepted'
  } catch (error) {
    if (error instanceof Problem) return error.code
    throw error
  }
}

/** Moves the end of a checkout's time into the past. `db` is the owner of the database. */
export async function runsOut (db: Db, { id, holdId }: Pick<Checkout, 'id' | 'holdId'>): Promise<void> {
  await db`update live.checkouts set expires_at = now() - interval '1 second' where id = ${id}`
  await db`update live.holds set expires_at = now() - interval '1 second' where id = ${holdId}`
}

/** An amount that is a whole number of a currency's minor units, one above or below another. */
export function offByOne (amount: Amount, currency: Currency, way: 1 | -1): Amount {
  return amount + BigInt(way) * minorUnit(currency)
}
