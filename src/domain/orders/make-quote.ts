import type { Currency } from '../../../schema/vocabulary.ts'
import type { Uuid } from '../../base/ids.ts'
import { amountMax, formatAmount, lineTotal } from '../../base/money.ts'
import { assert, Problem } from '../../base/problem.ts'
import type { Tx } from '../../postgres/pool.ts'
import type { PriceBook } from '../pricing/price-book.ts'
import { checkLines } from './decide.ts'
import type { QuoteLine, QuoteWithLines, StoredQuoteLine } from './quote.ts'
import { readQuote } from './read-quotes.ts'

export interface QuoteWish {
  readonly id: Uuid
  readonly resellerId: Uuid
  readonly keyId: string
  readonly reference: string
  readonly lines: readonly { readonly skuId: Uuid, readonly quantity: number }[]
  readonly seconds: number
}

/**
 * Binds the prices of these lines for a while. The book was brought to the newest version when the request came. Throws what an
 * order of these lines would: `sku_not_found`, `sku_not_for_sale`, `price_missing`, `currency_mixed`, `quantity_out_of_bounds`,
 * `quantity_off_step`; and `invalid_request` for a total too large to be paid.
 */
export async function makeQuote (tx: Tx, prices: PriceBook, wish: QuoteWish): Promise<QuoteWithLines> {
  const [reseller] = await tx<{ level_id: string, status: string }[]>`select level_id, status from resellers where id = ${wish.resellerId}`
  if (reseller?.status !== 'active') throw new Problem('reseller_suspended', 'The reseller is not active. Ask the operator.')
  const buyer = { resellerId: wish.resellerId, levelId: reseller.level_id }
  const { currency } = checkLines({ lines: wish.lines, maxTotal: null, faults: 'order' }, buyer, prices)
  const lines = wish.lines.map(({ skuId, quantity }): QuoteLine => {
    const quotation = prices.quote(buyer, skuId, quantity)
    assert(quotation, 'a price for every line that was checked')
    const { unitPrice, ruleIds: priceRules } = quotation
    return { skuId, quantity, unitPrice, total: lineTotal(unitPrice, quantity, currency), priceRules }
  })
  await writeQuote(tx, wish, currency, lines)
  return await readQuote(tx, wish.resellerId, wish.id)
}

async function writeQuote (
  tx: Tx, { id, resellerId, reference, keyId, seconds }: QuoteWish, currency: Currency, lines: readonly QuoteLine[]
): Promise<void> {
  const total = lines.reduce((sum, line) => sum + line.total, 0n)
  if (total > amountMax) {
    const detail = `come to more than ${formatAmount(amountMax, currency)} ${currency}`
    throw new Problem('invalid_request', `The lines ${detail}.`, { errors: [{ pointer: '/lines', detail }] })
  }
  const stored = lines.map(({ skuId, quantity, unitPrice, total, priceRules }): StoredQuoteLine => (
    { sku: skuId, quantity, unit_price: unitPrice.toString(), total: total.toString(), price_rules: priceRules }
  ))
  await tx`
    insert into quotes (reseller_id, id, reference, currency, total, lines, key_id, expires_at, created_at)
    select ${resellerId}, ${id}, ${reference}, ${currency}, ${total}, ${tx.json(stored as never)}, ${keyId},
           at + make_interval(secs => ${seconds}::int), at
    from clock_timestamp() as at`
}
