import type { Uuid } from '../../base/ids.ts'
import { Problem } from '../../base/problem.ts'
import { bareArray } from '../../postgres/arrays.ts'
import type { Reader } from '../../postgres/pool.ts'
import type { Quote, QuoteWithLines, StoredQuoteLine } from './quote.ts'

/** A reseller's quote with its lines; throws `not_found`. */
export async function readQuote (read: Reader, resellerId: Uuid, id: Uuid): Promise<QuoteWithLines> {
  const [quote] = await readQuotes(read, resellerId, [id])
  if (!quote) throw new Problem('not_found', 'You have no quote with this id.')
  return quote
}

/** The quote of a reference that came before; throws `quote_expired` when it was purged. */
export async function readEarlierQuote (read: Reader, resellerId: Uuid, id: Uuid): Promise<QuoteWithLines> {
  const [quote] = await readQuotes(read, resellerId, [id])
  if (!quote) throw new Problem('quote_expired', 'The quote of this reference expired unused, long ago. Ask again under a new one.')
  return quote
}

/** A reseller's quotes without their lines, newest first, older than the one named. */
export async function listQuotes (read: Reader, resellerId: Uuid, olderThan: Uuid | null, count: number): Promise<readonly Quote[]> {
  return await read<Quote[]>`
    select ${quoteColumns(read)} from quotes cross join clock_timestamp() as now
    where reseller_id = ${resellerId} ${olderThan === null ? read`` : read`and id < ${olderThan}`} order by id desc limit ${count}`
}

/** Those of a reseller's quotes that there are, with their lines, in any order. */
export async function readQuotes (read: Reader, resellerId: Uuid, ids: readonly Uuid[]): Promise<readonly QuoteWithLines[]> {
  const quotes = await read<(Quote & { lines: StoredQuoteLine[] })[]>`
    select ${quoteColumns(read)}, lines from quotes cross join clock_timestamp() as now
    where reseller_id = ${resellerId} and id = any(${bareArray(ids)}::uuid[])`
  return quotes.map(quote => ({
    ...quote,
    lines: quote.lines.map(line => ({
      skuId: line.sku,
      quantity: line.quantity,
      unitPrice: BigInt(line.unit_price),
      total: BigInt(line.total),
      priceRules: line.price_rules
    }))
  }))
}

function quoteColumns (read: Reader) {
  return read`
    id, reseller_id as "resellerId", reference, currency, total, order_id as "orderId", expires_at as "expiresAt",
    created_at as "createdAt",
    case when order_id is not null then 'used' when expires_at <= now then 'expired' else 'open' end as state`
}
