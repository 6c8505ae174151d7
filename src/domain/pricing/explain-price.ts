import type { Currency } from '../../../schema/vocabulary.ts'
import type { Uuid } from '../../base/ids.ts'
import type { Amount } from '../../base/money.ts'
import { Problem } from '../../base/problem.ts'
import type { Reader } from '../../postgres/pool.ts'
import { readPriceRules, type KeptRule } from './list-price-rules.ts'
import type { PriceBook, Quotation } from './price-book.ts'
import { readUnitCosts } from './unit-costs.ts'

/** A price as the operator sees it: with who made its rules and why, and the highest cost on the shelf. */
export interface ExplainedPrice {
  readonly currency: Currency
  readonly levelId: string
  readonly quotation: Quotation | undefined
  readonly rules: readonly KeptRule[]
  /** Null when nothing is on the shelf. */
  readonly unitCostMax: Amount | null
}

export interface PriceQuestion { readonly skuId: Uuid, readonly resellerId: Uuid, readonly quantity: number }

/** Explains what one reseller pays for one SKU at a quantity; `not_found` when either is unknown. */
export async function explainPrice (
  read: Reader, book: PriceBook, { skuId, resellerId, quantity }: PriceQuestion
): Promise<ExplainedPrice> {
  const sku = book.sku(skuId)
  const [reseller] = await read<{ levelId: string }[]>`select level_id as "levelId" from resellers where id = ${resellerId}`
  if (!sku || !reseller) throw new Problem('not_found', `There is no ${sku ? 'reseller' : 'SKU'} with this id.`)
  const quotation = book.quote({ resellerId, levelId: reseller.levelId }, skuId, quantity)
  const costs = await readUnitCosts(read, [skuId])
  return {
    currency: sku.currency,
    levelId: reseller.levelId,
    quotation,
    rules: quotation ? await readPriceRules(read, quotation.ruleIds) : [],
    unitCostMax: costs.get(skuId) ?? null
  }
}
