// What resellers and the operator do all day, each as a loop over a client: buy one thing or a basket, hold, quote, buy by file, send the
// same twice, take back, and import meanwhile.
import { setTimeout as pause } from 'node:timers/promises'
import { codesAsCsv } from '../../bench/shop.ts'
import type { SentLine } from '../judge/journal.ts'
import type { Answer, Client, Tally } from './client.ts'
import type { Random } from './random.ts'

export interface Stage {
  readonly client: Client
  readonly random: Random
  readonly tally: Tally
  /** SKUs with more on the shelf than will be bought, and one with less. */
  readonly plenty: readonly string[]
  readonly scarce: string
  readonly ending: AbortSignal
  /** A reference that nobody used before. */
  fresh (what: string): string
  restMs?: readonly [number, number]
}

export type Deed = (stage: Stage) => Promise<void>

/** Does deeds until the end. */
export async function act (stage: Stage, deeds: readonly Deed[]): Promise<void> {
  const { random, ending, restMs } = stage
  while (!ending.aborted) {
    await random.pick(deeds)(stage)
    if (restMs) await pause(random.between(...restMs))
  }
}

const bulkPollMs = 150
const importCodesMax = 400

/** One SKU, now and then the scarce one. */
export const buysOne: Deed = async stage => {
  const { client, random, plenty, scarce, fresh } = stage
  const sku = random.chance(0.05) ? scarce : random.pick(plenty)
  expect(stage, await client.buy({ reference: fresh('one'), lines: [{ sku, quantity: random.between(1, 3) }] }), 'out_of_stock')
}

/** Several SKUs in any row: another's basket has them in another. */
export const buysBasket: Deed = async stage => {
  expect(stage, await stage.client.buy({ reference: stage.fresh('basket'), lines: basketOf(stage) }), 'out_of_stock')
}

/** Copies of one order at the same time, one of them perhaps with other lines. */
export const buysTwice: Deed = async stage => {
  const { client, random, plenty, fresh } = stage
  const reference = fresh('twice')
  const lines = [{ sku: random.pick(plenty), quantity: 2 }]
  const other = random.chance(0.3)
  const answers = await Promise.all([
    client.buy({ reference, lines }),
    client.buy({ reference, lines: other ? [{ ...lines[0]!, quantity: 3 }] : lines, ...(other && { differs: true }) }),
    client.buy({ reference, lines })
  ])
  for (const answer of answers) expect(stage, answer, ...other ? ['reference_reused', 'out_of_stock'] : ['out_of_stock'])
  const ids = new Set(answers.filter(({ status }) => status < 300).map(({ json }) => json.id))
  const told = answers.map(({ status, json }) => json.code ?? status)
  if (ids.size > 1 || (ids.size === 0 && !told.includes('out_of_stock'))) {
    stage.tally.unexpected.push(`${reference} became ${ids.size} orders: ${told.join(', ')}`)
  }
}

/** Sets aside, and buys that, gives it back, or forgets it. */
export const holds: Deed = async stage => {
  const { client, random, plenty, fresh } = stage
  const lines = [{ sku: random.pick(plenty), quantity: 4 }]
  const hold = await client.ask({ method: 'POST', target: '/v1/holds', body: { reference: fresh('hold'), lines, expires_in: 30 } })
  if (!expect(stage, hold, 'hold_limit_exceeded', 'out_of_stock') || random.chance(0.2)) return
  if (random.chance(0.4)) {
    return void expect(stage, await client.ask({ method: 'DELETE', target: `/v1/holds/${hold.json.id}` }), 'hold_ended', 'hold_expired')
  }
  const taken = [{ sku: lines[0]!.sku, quantity: 2 }]
  expect(stage, await client.buy({ reference: fresh('held'), lines: taken, more: { hold: hold.json.id, deliver: 'fetch' } }),
    'hold_expired', 'hold_ended', 'out_of_stock')
}

/** Asks for a price and buys at it. */
export const buysQuoted: Deed = async stage => {
  const lines = basketOf(stage)
  const quote = await stage.client.ask({ method: 'POST', target: '/v1/quotes', body: { reference: stage.fresh('quote'), lines } })
  if (!expect(stage, quote)) return
  const order = await stage.client.buy({ reference: stage.fresh('quoted'), lines, more: { quote: quote.json.id } })
  expect(stage, order, 'out_of_stock', 'quote_expired')
}

/** An order that is given back, with its reversal behind it or beside it. */
export const reverses: Deed = async stage => {
  const { client, random, plenty, fresh } = stage
  const reference = fresh('undone')
  const purchase = { reference, lines: [{ sku: random.pick(plenty), quantity: 2 }], more: { deliver: 'fetch' } }
  const body = { reference: fresh('reversal'), order_reference: reference }
  const undo = () => client.ask({ method: 'POST', target: '/v1/reversals', body })
  const [order, reversal] = random.chance(0.5)
    ? await Promise.all([client.buy(purchase), undo()])
    : [await client.buy(purchase), await undo()]
  expect(stage, reversal)
  expect(stage, order, 'reference_void', 'out_of_stock')
  if (reversal.status < 300 && reversal.json.outcome === 'voided' && order.status < 300) {
    stage.tally.unexpected.push(`an order beside its tombstone: ${reference}`)
  }
}

/** An order that is cancelled by its id. */
export const cancels: Deed = async stage => {
  const { client, random, plenty, fresh } = stage
  const lines = [{ sku: random.pick(plenty), quantity: 1 }]
  const order = await client.buy({ reference: fresh('cancelled'), lines, more: { deliver: 'fetch' } })
  if (!expect(stage, order, 'out_of_stock')) return
  expect(stage, await client.ask({ method: 'POST', target: `/v1/orders/${order.json.id}/cancel`, body: {} }), 'state_conflict')
}

/** A file of orders, watched to its end. */
export const buysInBulk: Deed = async stage => {
  const { client, random, plenty, scarce, fresh, ending } = stage
  const skus = random.chance(0.2) ? [...plenty, scarce] : plenty
  const count = random.chance(0.2) ? 700 : 30
  const lines = Array.from({ length: count }, (_, i) => `${random.pick(skus)},${random.between(1, 2)},${i}`)
  const target = `/v1/bulk-orders?reference=${fresh('bulk')}&fill=${random.pick(['partial', 'all_or_nothing'])}`
  const made = await client.ask({ method: 'POST', target, body: ['sku,quantity,reference', ...lines].join('\n'), contentType: 'text/csv' })
  if (!expect(stage, made)) return
  const bulk = `/v1/bulk-orders/${made.json.id}`
  if (!expect(stage, await client.ask({ method: 'POST', target: `${bulk}/confirm`, body: {} }), 'state_conflict')) return
  while (!ending.aborted) {
    const { json } = await client.ask({ method: 'GET', target: bulk })
    if (json?.ended_at) return
    await pause(bulkPollMs)
  }
}

/** The operator brings codes in, part by part. */
export const imports: Deed = async stage => {
  const { client, random, plenty, fresh, ending } = stage
  const body = { reference: fresh('import'), sku: random.pick(plenty), unit_cost: { amount: '90', currency: 'CNY' } }
  const made = await client.ask({ method: 'POST', target: '/admin/v1/imports', body })
  if (!expect(stage, made)) return
  for (let part = 1; part <= 2; part++) {
    const codes = codesAsCsv(random.between(1, importCodesMax))
    const target = `/admin/v1/imports/${made.json.id}/parts/${part}`
    expect(stage, await client.ask({ method: 'PUT', target, body: codes, contentType: 'text/csv' }))
  }
  expect(stage, await client.ask({ method: 'POST', target: `/admin/v1/imports/${made.json.id}/commit` }), 'state_conflict')
  if (!ending.aborted) await pause(random.between(100, 900))
}

function basketOf ({ random, plenty }: Stage): SentLine[] {
  const left = [...plenty]
  const take = (): string => left.splice(random.below(left.length), 1)[0]!
  return Array.from({ length: random.between(2, 5) }, () => ({ sku: take(), quantity: random.between(1, 2) }))
}

/** Whether it was done; a refusal that nobody should get is kept for the end. */
function expect ({ tally }: Stage, { status, text, json }: Answer, ...codes: string[]): boolean {
  if (status < 300) return true
  if (!codes.includes(json?.code)) tally.unexpected.push(`${status} ${text.slice(0, 300)}`)
  return false
}
