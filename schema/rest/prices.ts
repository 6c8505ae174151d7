import { Type, type Static } from '@sinclair/typebox'
import { listingStatuses, priceRuleKinds } from '../vocabulary.ts'
import { CurrencyCode, Id, Money, Nullable, OneOf, oneLinePattern, Page, PageQuery, reasonLengthMax, Timestamp } from './common.ts'
import { PriceStepView, SkuId } from './orders.ts'
import { SlugId, skuQuantityMax } from './products.ts'

export const pricesPerQueryMax = 100
export const rulesPerCallMax = 1_000

const ResellerId = Id('rsl', 'The id of a reseller.')
const RuleId = Id('prc', 'The id of a price rule, kept for ever.')
const Quantity = Type.Integer({ minimum: 1, maximum: skuQuantityMax })

export const QueryPrices = Type.Object({
  sku: Type.Array(SkuId, { minItems: 1, maxItems: pricesPerQueryMax, description: 'Repeat it for several: sku=…&sku=…' }),
  quantity: Type.Optional(Type.Integer({
    minimum: 1, maximum: skuQuantityMax, description: 'How many of each would be bought at once; left out: the minimum of each SKU.'
  }))
}, { additionalProperties: false })

export const Price = Type.Object({
  sku: SkuId,
  status: OneOf(listingStatuses),
  quantity: Type.Integer(),
  currency: CurrencyCode,
  unit_price: Nullable(Money, { description: 'Your price for one at this quantity; null when there is none for you.' }),
  explanation: Type.Array(PriceStepView, { description: 'The rules that gave it, in the order they applied.' })
}, { additionalProperties: false, title: 'Price' })
export type Price = Static<typeof Price>

export const Prices = Type.Object({ data: Type.Array(Price, { description: 'In the order asked.' }) }, {
  additionalProperties: false, title: 'Prices'
})

const Rate = Type.String({
  pattern: '^(1(\\.0{1,4})?|0\\.[0-9]{1,4})$',
  description: 'What the price before it is multiplied by: from 0.0001 to 1.',
  examples: ['0.95']
})

export const PriceRuleDraft = Type.Object({
  kind: OneOf(priceRuleKinds, {
    description: 'list: sku, amount. level: sku, level, amount. contract: sku, reseller, amount. level_discount: level, rate. ' +
      'quantity_break: sku, quantity_min, rate. floor: sku, amount. minimum_retail: sku, amount, below which purchase links may not sell.'
  }),
  sku: Type.Optional(SkuId),
  level: Type.Optional(SlugId),
  reseller: Type.Optional(ResellerId),
  quantity_min: Type.Optional(Type.Integer({
    minimum: 2, maximum: skuQuantityMax, description: 'From this quantity on the break applies.'
  })),
  amount: Type.Optional(Money),
  rate: Type.Optional(Rate),
  deliberate_loss: Type.Optional(Type.Boolean({ description: 'The rule may sell below cost, and that is meant.' })),
  reason: Type.Optional(Type.String({ maxLength: reasonLengthMax, pattern: oneLinePattern }))
}, { additionalProperties: false, title: 'PriceRuleDraft' })
export type PriceRuleDraft = Static<typeof PriceRuleDraft>

export const SetPrices = Type.Object({
  rules: Type.Array(PriceRuleDraft, { minItems: 1, maxItems: rulesPerCallMax, description: 'All are set, or none.' })
}, { additionalProperties: false })

export const EndPrices = Type.Object({
  ids: Type.Array(RuleId, { minItems: 1, maxItems: rulesPerCallMax, uniqueItems: true, description: 'All are ended, or none.' }),
  deliberate_loss: Type.Optional(Type.Boolean({ description: 'A price may fall below cost by it, and that is meant.' })),
  reason: Type.String({ minLength: 1, maxLength: reasonLengthMax, pattern: oneLinePattern })
}, { additionalProperties: false })

const ruleFields = {
  id: RuleId,
  kind: OneOf(priceRuleKinds),
  sku: Nullable(SkuId),
  level: Nullable(SlugId),
  reseller: Nullable(ResellerId),
  quantity_min: Nullable(Type.Integer()),
  amount: Nullable(Money),
  rate: Nullable(Rate),
  deliberate_loss: Type.Boolean(),
  reason: Type.String(),
  created_by: Type.String({ description: 'The key that set it.' }),
  created_at: Timestamp,
  replaced_at: Nullable(Timestamp, { description: 'When another took its place or it was ended; null while it is in force.' }),
  replaced_by: Nullable(Type.String({ description: 'The key that did it.' })),
  end_reason: Nullable(Type.String(), { description: 'Why it was ended; null when another took its place.' })
}

export const PriceRule = Type.Object(ruleFields, { additionalProperties: false, title: 'PriceRule' })
export type PriceRule = Static<typeof PriceRule>
export const PriceRulePage = Page(PriceRule)

export const SetPriceRules = Type.Object({
  data: Type.Array(Type.Object({
    ...ruleFields,
    outcome: OneOf(['set', 'unchanged'], { description: 'unchanged: such a rule was in force already.' })
  }, { additionalProperties: false, title: 'SetPriceRule' }), { description: 'In the order sent.' })
}, { additionalProperties: false, title: 'SetPriceRules' })

export const EndedPriceRules = Type.Object({ data: Type.Array(PriceRule) }, { additionalProperties: false, title: 'EndedPriceRules' })

export const ListPriceRules = Type.Object({
  ...PageQuery,
  sku: Type.Optional(SkuId),
  reseller: Type.Optional(ResellerId),
  level: Type.Optional(SlugId),
  kind: Type.Optional(OneOf(priceRuleKinds)),
  history: Type.Optional(Type.Boolean({ description: 'true: also what was replaced or ended. Otherwise only what is in force.' }))
}, { additionalProperties: false })

export const ExplainPrice = Type.Object({ sku: SkuId, reseller: ResellerId, quantity: Quantity }, { additionalProperties: false })

export const ExplainedPrice = Type.Object({
  sku: SkuId,
  reseller: ResellerId,
  level: SlugId,
  quantity: Quantity,
  unit_price: Nullable(Money),
  unit_cost_max: Nullable(Money, { description: 'The highest unit cost among what is on the shelf; null when nothing is.' }),
  margin_min: Nullable(Money, { description: 'What is left of the unit price at that cost; below zero at a loss.' }),
  explanation: Type.Array(PriceStepView),
  rules: Type.Array(PriceRule, { description: 'The rules of the explanation, with who set them and why.' })
}, { additionalProperties: false, title: 'ExplainedPrice' })
