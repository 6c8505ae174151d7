import type { Currency, PriceRuleKind } from '../../../schema/vocabulary.ts'
import type { Uuid } from '../../base/ids.ts'
import { bareArray } from '../../postgres/arrays.ts'
import type { Reader } from '../../postgres/pool.ts'
import type { PriceRule } from './unit-price.ts'

/** A price rule with its history. */
export interface KeptRule extends PriceRule {
  /** Of its SKU; null for a level discount, which is a rate on SKUs of every currency. */
  readonly currency: Currency | null
  readonly deliberateLoss: boolean
  readonly createdBy: string
  readonly reason: string
  readonly createdAt: Date
  /** When another took its place or it was ended; null while it is in force. */
  readonly replacedAt: Date | null
  readonly replacedBy: string | null
  /** Why it was ended; null when another took its place. */
  readonly endReason: string | null
}

export interface RuleFilter {
  readonly skuId?: Uuid | undefined
  readonly resellerId?: Uuid | undefined
  readonly levelId?: string | undefined
  readonly kind?: PriceRuleKind | undefined
  /** `in_force`: only those in force; `all`: also what was replaced or ended. */
  readonly span: 'in_force' | 'all'
}

/** Up to `count` rules, newest first, behind `before`. */
export async function listPriceRules (
  read: Reader, filter: RuleFilter, before: Uuid | undefined, count: number
): Promise<readonly KeptRule[]> {
  const { skuId, resellerId, levelId, kind, span } = filter
  return await read<KeptRule[]>`
    select ${ruleColumns(read)} from price_rules r left join skus s on s.id = r.sku_id
    where true
      ${span === 'in_force' ? read`and r.replaced_at is null` : read``}
      ${skuId === undefined ? read`` : read`and r.sku_id = ${skuId}`}
      ${resellerId === undefined ? read`` : read`and r.reseller_id = ${resellerId}`}
      ${levelId === undefined ? read`` : read`and r.level_id = ${levelId}`}
      ${kind === undefined ? read`` : read`and r.kind = ${kind}`}
      ${before === undefined ? read`` : read`and r.id < ${before}`}
    order by r.id desc limit ${count}`
}

/** The rules with these ids, in force or not, in the order asked: with `explain`, what once priced a line prices it again. */
export async function readPriceRules (read: Reader, ids: readonly Uuid[]): Promise<readonly KeptRule[]> {
  const rows = await read<KeptRule[]>`
    select ${ruleColumns(read)} from price_rules r left join skus s on s.id = r.sku_id where r.id = any (${bareArray(ids)}::uuid[])`
  const rules = new Map(rows.map(row => [row.id, row]))
  return ids.map(id => rules.get(id)).filter(rule => rule !== undefined)
}

function ruleColumns (read: Reader) {
  return read`
    r.id, r.kind, r.sku_id as "skuId", r.level_id as "levelId", r.reseller_id as "resellerId", r.quantity_min as "quantityMin",
    r.amount, r.rate, s.currency, r.deliberate_loss as "deliberateLoss", r.created_by as "createdBy", r.reason, r.created_at as "createdAt",
    r.replaced_at as "replacedAt", r.replaced_by as "replacedBy", r.end_reason as "endReason"`
}
