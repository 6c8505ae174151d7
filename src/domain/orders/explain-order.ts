import type { Uuid } from '../../base/ids.ts'
import { bareArray } from '../../postgres/arrays.ts'
import type { Reader } from '../../postgres/pool.ts'
import { explain, type PriceRule, type PriceStep } from '../pricing/unit-price.ts'
import type { OrderLine } from './order.ts'

/** How each line's unit price came about, recomputed from the rules it was sold or quoted under; rules are kept for ever. */
export async function explainOrder (read: Reader, order: ExplainedLines): Promise<readonly (readonly PriceStep[])[]> {
  const ids = [...new Set(order.lines.flatMap(line => line.priceRules))]
  const rules = await read<PriceRule[]>`
    select id, kind, sku_id as "skuId", level_id as "levelId", reseller_id as "resellerId", quantity_min as "quantityMin", amount, rate
    from price_rules where id = any(${bareArray(ids)}::uuid[])`
  const byId = new Map<Uuid, PriceRule>(rules.map(rule => [rule.id, rule]))
  return order.lines.map(line => explain(line.priceRules.map(id => byId.get(id)!)))
}

interface ExplainedLines { readonly lines: readonly Pick<OrderLine, 'priceRules'>[] }
