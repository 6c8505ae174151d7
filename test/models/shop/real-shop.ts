// The same shop in the product: its resellers and its operator ask a real server, time is moved by back-dating rows, and passes are
// the workers' own. Answers are brought into the model's words.
import { newId, readId, showId } from '../../../src/base/ids.ts'
import { expireApprovals } from '../../../src/domain/bulk-orders/expire-approvals.ts'
import { expireHeldLots } from '../../../src/domain/orders/withdraw-stock.ts'
import { expireHolds } from '../../../src/domain/stock/expire-holds.ts'
import { joinRanges } from '../../../src/domain/stock/join-ranges.ts'
import { KahubError } from '../../../sdk/src/index.ts'
import type { Db } from '../../../src/postgres/pool.ts'
import type { House, Reseller } from '../../support/house.ts'
import type { Act, PriceAct } from './act.ts'
import { formatAmount, readAmount } from './decimals.ts'
import { approvalsOf, seeShop, summaryOf, wholeOrder } from './see-shop.ts'
import { showAnswer, type Answered } from './show-answer.ts'
import type { Line, Shop, Told } from './shop.ts'

export interface RealShop {
  /** Does an act; gives what the product says of it. */
  perform (act: Act): Promise<Told>
  /** Stock, wallets, and the states of everything, orders without their lines. */
  glance (): Promise<Told>
  /** The same, with every order as it shows itself. */
  show (): Promise<Told>
}

const openingBalance = '500'
const credits = ['0', '50'] as const
const approvalAbove = '40'
const heldCodesMax = 14
const passLimit = 10_000
const cny = (amount: bigint) => ({ amount: formatAmount(amount), currency: 'CNY' as const })
const bounds = [{ min: 1, max: 1_000, step: 1 }, { min: 2, max: 8, step: 2 }, { min: 2, max: 1_000, step: 1 }] as const
const listPrices = ['10', '3.3333', '0.125'] as const

let shops = 0

/** Opens a shop in the house, with its model in the same state. */
export async function openShop (house: House): Promise<{ model: Shop, real: RealShop }> {
  const tag = `model-${++shops}`
  const { operator } = house
  await operator.issuers.put('steam', { name: 'Steam' })
  const owners = await Promise.all(credits.map(credit => house.reseller({ level: tag, balance: openingBalance, credit })))
  await operator.levels.put(tag, { name: tag, rank: 1, requests_per_minute: 10_000_000, held_codes_max: heldCodesMax })
  await owners[0]!.kahub.approvalPolicy.put({ amount_above: [{ amount: approvalAbove, currency: 'CNY' }] })
  const checker = await owners[0]!.withKey({ scopes: ['orders:approve', 'orders:read'] })
  const { id: product } = await operator.products.create({ reference: tag, name: tag, kind: 'code', issuer: 'steam' })
  // One after the other: which of two SKUs came first must not depend on the network.
  const skus: string[] = []
  for (const [i, { min, max, step }] of bounds.entries()) skus.push(await house.sku({ price: listPrices[i]!, min, max, step, product }))

  const model: Shop = {
    skus: bounds.map((bound, i) => ({
      ...bound, list: readAmount(listPrices[i]!), level: null, floor: 0n, breaks: new Map(), contracts: new Map(), rows: []
    })),
    lots: [],
    resellers: credits.map((credit, i) => ({
      balance: readAmount(openingBalance),
      credit: readAmount(credit),
      approvalAbove: i === 0 ? readAmount(approvalAbove) : null,
      orders: new Map(),
      holds: new Map(),
      quotes: new Map(),
      claims: new Map(),
      reversals: new Map()
    })),
    discount: null,
    heldCodesMax,
    count: 0
  }
  return { model, real: realShop({ house, tag, owners, checker, skus }) }

  function realShop (its: Its): RealShop {
    const lots: string[] = []
    const ids = new Map<string, string>()
    return { perform: act => perform(its, lots, ids, act), glance: () => seeShop(its, summaryOf), show: () => seeShop(its, wholeOrder) }
  }
}

interface Its {
  readonly house: House
  readonly tag: string
  readonly owners: readonly Reseller[]
  /** Holds the second key of the first reseller. */
  readonly checker: Reseller
  readonly skus: readonly string[]
}

/** `ids` are public ids of holds and quotes by `kind who name`. */
async function perform (its: Its, lots: string[], ids: Map<string, string>, act: Act): Promise<Told> {
  const { house, tag, owners, checker, skus } = its
  const { operator, db } = house
  const wired = (lines: readonly Line[]) => lines.map(({ sku, quantity }) => ({ sku: skus[sku]!, quantity }))
  const owner = 'who' in act ? owners[act.who]! : owners[0]!
  const post = async (path: string, body: object): Promise<Answered> => await owner.send('POST', path, { body })
  const idOf = (kind: 'hold' | 'quote', who: number, name: string) => ids.get(`${kind} ${who} ${name}`) ?? showId(kind, newId())
  const orderOf = async (reference: string) => (await owner.kahub.orders.list({ reference })).data[0]

  switch (act.do) {
    case 'order': {
      const { who, reference, lines, partial, max, quote, hold, inline, dry } = act
      return showAnswer(tag, act, await post('/v1/orders', {
        reference,
        lines: wired(lines),
        ...(partial && { fill: 'partial' }),
        ...(max !== null && { max_total: cny(max) }),
        ...(quote !== null && { quote: idOf('quote', who, quote) }),
        ...(hold !== null && { hold: idOf('hold', who, hold) }),
        deliver: inline ? 'inline' : 'fetch',
        ...(dry && { dry_run: true })
      }))
    }
    case 'hold':
    case 'quote': {
      const { who, name, lines } = act
      const answer = await post(`/v1/${act.do}s`, { reference: name, lines: wired(lines), expires_in: 900 })
      if (answer.code === undefined) ids.set(`${act.do} ${who} ${name}`, answer.json.id)
      return showAnswer(tag, act, answer)
    }
    case 'cancel hold': {
      const id = ids.get(`hold ${act.who} ${act.name}`)
      return id === undefined ? nothing : showAnswer(tag, act, await owner.send('DELETE', `/v1/holds/${id}`))
    }
    case 'cancel': {
      const order = await orderOf(act.reference)
      return order
        ? showAnswer(tag, act, await post(`/v1/orders/${order.id}/cancel`, { codes: act.unrevealed ? 'unrevealed' : 'all' }))
        : nothing
    }
    case 'reverse': return showAnswer(tag, act, await post('/v1/reversals', { reference: act.name, order_reference: act.reference }))
    case 'reveal': {
      const order = await orderOf(act.reference)
      const path = `/v1/orders/${order?.id}/codes?offset=${act.offset}&limit=${act.limit}`
      return order ? showAnswer(tag, act, await owner.send('GET', path)) : nothing
    }
    case 'decide': {
      const order = await orderOf(act.reference)
      const approval = order && (await approvalsOf(checker)).find(({ order: of }) => of === order.id)
      if (!approval) return nothing
      const { approvals } = checker.kahub
      return await outcomeOf(act.approve ? 'approved' : 'rejected', () => act.approve
        ? approvals.approve(approval.id)
        : approvals.reject(approval.id, { reason: 'no' }))
    }
    case 'deposit':
    case 'adjust': {
      const body = { reference: `${tag} ${act.who} ${act.name}`, amount: cny(act.amount), reason: 'the model says so' }
      const path = act.do === 'deposit' ? 'deposits' : 'adjustments'
      return showAnswer(tag, act, await house.operators.live.send('POST', `/admin/v1/resellers/${owner.id}/${path}`, { body }))
    }
    case 'credit':
      return await outcomeOf('set',
        () => operator.wallets.setCreditLimit(owner.id, 'CNY', { credit_limit: cny(act.limit), reason: 'the model says so' }))
    case 'price': return await outcomeOf('set', () => operator.prices.set({ rules: [ruleOf(its, act.price)] }))
    case 'stock': {
      const lot = lots.length
      lots.push('')
      await house.stocks(skus[act.sku]!, Array.from({ length: act.count }, (_, n) => `${tag}L${lot}C${n}`), expiryOf(act.expiry))
      lots[lot] = (await operator.lots.list({ sku: skus[act.sku]!, limit: 1 })).data[0]!.id
      return { outcome: 'stocked' }
    }
    case 'recall': return await outcomeOf('recalled', () => operator.lots.recall(lots[act.lot]!, { reason: 'the model says so' }))
    case 'time': {
      const past = db`clock_timestamp() - interval '1 second'`
      const { of, who, which } = act
      if (of === 'hold' || of === 'quote') {
        await db`update ${db(`${of}s`)} set expires_at = ${past} where id = ${readId(of, idOf(of, who, which))!}`
      } else if (of === 'lot') {
        if (lots[Number(which)] === undefined) return { outcome: 'later' }
        const id = readId('lot', lots[Number(which)]!)!
        const [lot] = await db<{ id: number }[]>`update lots set expires_at = ${past} where public_id = ${id} returning id`
        await db`update shelf set expires_at = (select expires_at from lots where id = ${lot!.id}) where lot_id = ${lot!.id}`
      } else {
        const order = await orderOf(which)
        const id = order && readId('order', order.id)!
        if (id && of === 'approval') await db`update approvals set expires_at = ${past} where subject_id = ${id}`
        if (id && of === 'order' && (order.state === 'completed' || order.state === 'partial')) {
          await db`update orders set created_at = created_at - interval '49 hours' where id = ${id} and created_at > ${yesterday(db)}`
          await db`
            update approvals set decided_at = decided_at - interval '49 hours'
            where subject_id = ${id} and decided_at > ${yesterday(db)}`
        }
      }
      return { outcome: 'later' }
    }
    case 'pass': {
      const { db: world } = house.worlds.live
      await { holds: expireHolds, lots: expireHeldLots, ranges: joinRanges, approvals: expireApprovals }[act.pass](world, passLimit)
      return { outcome: 'tidied' }
    }
  }
}

const yesterday = (db: Db) => db`clock_timestamp() - interval '1 day'`

/** Puts orders that were back-dated where they were: what they cost is judged by the prices of their day. */
export async function undoAgeing ({ db }: House): Promise<void> {
  await db`update orders set created_at = created_at + interval '49 hours' where created_at < ${yesterday(db)}`
  await db`update approvals set decided_at = decided_at + interval '49 hours' where decided_at < ${yesterday(db)}`
}

const nothing: Told = { outcome: 'nothing' }

async function outcomeOf (done: string, call: () => PromiseLike<unknown>): Promise<Told> {
  try {
    await call()
    return { outcome: done }
  } catch (error) {
    if (error instanceof KahubError) return { outcome: error.code }
    throw error
  }
}

function expiryOf (rank: number): { expiresAt?: string } {
  return rank === 9 ? {} : { expiresAt: new Date(Date.UTC(2099, rank)).toISOString() }
}

function ruleOf ({ skus, owners, tag }: Its, price: PriceAct) {
  if (price.kind === 'level_discount') return { kind: price.kind, level: tag, rate: formatAmount(price.rate) }
  const sku = skus[price.sku]!
  if (price.kind === 'quantity_break') return { kind: price.kind, sku, quantity_min: price.from, rate: formatAmount(price.rate) }
  const amount = cny(price.amount)
  if (price.kind === 'contract') return { kind: price.kind, sku, reseller: owners[price.who]!.id, amount }
  return price.kind === 'level' ? { kind: price.kind, sku, level: tag, amount } : { kind: price.kind, sku, amount }
}
