// The price book is the snapshot of all SKUs and of the price rules in force, so that a line is priced without a query. The
// order transaction checks its version again: the price is the one in force at that check.
import type { Currency, ListingStatus, ProductKind } from '../../../schema/vocabulary.ts'
import type { Uuid } from '../../base/ids.ts'
import type { Amount } from '../../base/money.ts'
import { assert } from '../../base/problem.ts'
import type { Reader } from '../../postgres/pool.ts'
import { enterRule, noRules, priceSteps, type PriceRule, type PriceStep, type SkuRules } from './unit-price.ts'

export type { PriceStep } from './unit-price.ts'

export interface BookSku {
  readonly id: Uuid
  readonly productId: Uuid
  readonly currency: Currency
  /** The worse of the SKU's own and its product's. */
  readonly status: ListingStatus
  readonly kind: ProductKind
  readonly quantityMin: number
  readonly quantityMax: number
  readonly quantityStep: number
}

/** Ten-thousandths of a major unit of the SKU's currency, and the rules that gave it, in the order they applied. */
export interface Quotation { readonly unitPrice: Amount, readonly ruleIds: readonly Uuid[], readonly steps: readonly PriceStep[] }

export interface Buyer { readonly resellerId: Uuid, readonly levelId: string }

export interface PriceBook {
  readonly version: bigint
  sku (id: Uuid): BookSku | undefined
  /** The unit price of a line of this quantity; undefined when the SKU is unknown or no rule gives the buyer a price. */
  quote (buyer: Buyer, skuId: Uuid, quantity: number): Quotation | undefined
  /** Below what a SKU may not be sold on to a buyer: the operator's minimum retail price, and its floor; 0 without either. */
  minimumRetail (skuId: Uuid): Amount
}

/** Reads every SKU and every rule in force; `read` must see one moment. */
export async function loadPriceBook (read: Reader, version: bigint): Promise<PriceBook> {
  const skus = await read<BookSku[]>`
    select s.id, s.product_id as "productId", s.currency, p.kind,
           s.quantity_min as "quantityMin", s.quantity_max as "quantityMax", s.quantity_step as "quantityStep",
           case when 'delisted' in (s.status, p.status) then 'delisted'
                when 'paused' in (s.status, p.status) then 'paused' else 'active' end as status
    from skus s join products p on p.id = s.product_id`
  const rules = await read<PriceRule[]>`
    select id, kind, sku_id as "skuId", level_id as "levelId", reseller_id as "resellerId", quantity_min as "quantityMin", amount, rate
    from price_rules where replaced_at is null order by quantity_min`
  return priceBook(version, skus, rules)
}

/** A book of these SKUs and rules; quantity breaks come in ascending order. */
export function priceBook (version: bigint, skus: readonly BookSku[], rules: readonly PriceRule[]): PriceBook {
  const discounts = new Map<string, PriceRule>()
  const pages = new Map(skus.map(sku => [sku.id, newPage(sku)]))
  for (const rule of rules) {
    if (rule.kind === 'level_discount') {
      discounts.set(rule.levelId!, rule)
      continue
    }
    const page = pages.get(rule.skuId!)
    assert(page, 'the SKU of a price rule')
    enterRule(page.rules, rule)
  }
  return {
    version,
    sku: id => pages.get(id)?.sku,
    quote (buyer, skuId, quantity) {
      const page = pages.get(skuId)
      if (!page) return undefined
      const { breaks, contracts } = page.rules
      let reached = breaks.length
      while (reached > 0 && breaks[reached - 1]!.quantityMin! > quantity) reached--
      // A buyer with a contract has quotations of its own, all others share their level's: no more are kept than rules allow.
      const contract = contracts.size === 0 ? undefined : contracts.get(buyer.resellerId)
      const kept = contract ? page.byContract : page.byLevel
      const key = contract ? buyer.resellerId : buyer.levelId
      let quotations = kept.get(key)
      if (!quotations) kept.set(key, quotations = [])
      quotations[reached] ??= quotation(page.rules, contract, buyer.levelId, discounts.get(buyer.levelId), breaks[reached - 1])
      return quotations[reached]
    },
    minimumRetail (skuId) {
      const { minimumRetail, floor } = pages.get(skuId)?.rules ?? noRules()
      const amounts = [minimumRetail?.amount ?? 0n, floor?.amount ?? 0n]
      return amounts[0]! > amounts[1]! ? amounts[0]! : amounts[1]!
    }
  }
}

type Kept = Map<string, (Quotation | undefined)[]>

interface BookPage { readonly sku: BookSku, readonly rules: SkuRules, readonly byLevel: Kept, readonly byContract: Kept }

function newPage (sku: BookSku): BookPage {
  return { sku, rules: noRules(), byLevel: new Map(), byContract: new Map() }
}

function quotation (
  rules: SkuRules, contract: PriceRule | undefined, levelId: string, discount: PriceRule | undefined, reached: PriceRule | undefined
): Quotation | undefined {
  const steps = priceSteps(rules, contract, rules.levels.get(levelId), discount, reached)
  return steps && { unitPrice: steps.at(-1)!.after, ruleIds: steps.map(step => step.id), steps }
}
