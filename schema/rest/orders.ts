import { Type, type Static } from '@sinclair/typebox'
import { deliveries, fills, lineReasons, lineStates, orderStates, priceRuleKinds } from '../vocabulary.ts'
import {
  CallbackUrl, CurrencyCode, DecimalAmount, Id, MoneyAs, Nullable, OneOf, oneLinePattern, Page, PageQuery, Reference,
  referenceLengthMax, Timestamp
} from './common.ts'
import { Refund } from './refunds.ts'

export const orderLinesMax = 500
export const lineQuantityMax = 1_000_000
/** Codes that may stand in the answer to the order itself; more are fetched. */
export const inlineCodesMax = 100
export const codesPageMax = 1_000
export const codesPageDefault = 100

export const OrderId = Id('ord', 'The id of an order.')
export const SkuId = Id('sku', 'The id of a SKU.')

/** Fields that PlaceOrder shares with other ways of buying. */
export const costCenterLengthMax = 64
export const CostCenter = Type.String({
  minLength: 1, maxLength: costCenterLengthMax, pattern: oneLinePattern, description: 'Who of yours pays: budgets and approvals know it.'
})

export const PlaceOrder = Type.Object({
  reference: Type.Optional(Reference),
  lines: Type.Array(Type.Object({
    sku: SkuId,
    quantity: Type.Integer({ minimum: 1, maximum: lineQuantityMax, description: 'How many codes.' })
  }, { additionalProperties: false }), { minItems: 1, maxItems: orderLinesMax, description: 'What to buy; all lines in one currency.' }),
  fill: Type.Optional(OneOf(fills, {
    description: 'all_or_nothing (default): one short line refuses the order. partial: each line gets what there is; ' +
      'quantity break, minimum and step apply to what is delivered.'
  })),
  max_total: Type.Optional(MoneyAs('The order is refused when its total would be above this.')),
  deliver: Type.Optional(OneOf(deliveries, {
    description: `inline: the codes stand in the answer (up to ${inlineCodesMax} codes, with scope codes:read). ` +
      'fetch: get them from /codes. Default: inline where possible, fetch for a key with a quota of reveals.'
  })),
  quote: Type.Optional(Id('quo', 'Pay the prices of this quote, or be refused. Its lines, in their sequence, are the lines of the order.')),
  hold: Type.Optional(Id('hld', 'Take what this hold has set aside. What the order does not take of it goes back on sale.')),
  cost_center: Type.Optional(CostCenter),
  callback_url: Type.Optional(Type.Unsafe<string>({
    ...CallbackUrl, description: 'The events of this order go here as well: an address on the scheme, host and port of an endpoint of yours.'
  })),
  dry_run: Type.Optional(Type.Boolean({
    description: 'Check everything, move nothing: the answer is 200 with the order as it would be, dry_run in it, and an id that names nothing.'
  }))
}, { additionalProperties: false })
export type PlaceOrder = Static<typeof PlaceOrder>

export const Code = Type.Object({
  secret: Type.String({ description: 'The code itself (卡密).' }),
  number: Type.Optional(Type.String({ description: 'Card number, where the goods have one.' })),
  serial: Type.Optional(Type.String()),
  expires_at: Type.Optional(Timestamp)
}, { additionalProperties: false, title: 'Code' })
export type Code = Static<typeof Code>

export const PriceStepView = Type.Object({
  rule: OneOf(priceRuleKinds),
  id: Id('prc', 'The price rule, kept for ever.'),
  before: Nullable(DecimalAmount),
  after: DecimalAmount
}, { additionalProperties: false, title: 'PriceStep' })
export type PriceStepView = Static<typeof PriceStepView>

export const OrderLine = Type.Object({
  line: Type.Integer({ description: 'Position in the order, from 1.' }),
  sku: SkuId,
  quantity: Type.Integer({ description: 'Codes ordered.' }),
  delivered: Type.Integer({ description: 'Codes delivered, those given back since among them.' }),
  held: Type.Integer({ description: 'Codes set aside until the order is settled.' }),
  returned: Type.Integer({ description: 'Codes of those delivered that were given back unrevealed.' }),
  unit_price: DecimalAmount,
  total: DecimalAmount,
  refunded: DecimalAmount,
  state: OneOf(lineStates),
  reason: Nullable(OneOf(lineReasons), { description: 'Why a line was not delivered in full.' }),
  price_rules: Type.Array(Id('prc', 'A price rule.'), { description: 'The rules that gave the unit price, in the order they applied.' }),
  explanation: Type.Optional(Type.Array(PriceStepView, { description: 'How the unit price came about; on GET of a single order.' })),
  codes: Type.Optional(Type.Array(Code, { description: 'The codes, when they are delivered inline.' }))
}, { additionalProperties: false, title: 'OrderLine' })

export const OrderAmounts = Type.Object({
  held: DecimalAmount,
  paid: DecimalAmount,
  delivered: DecimalAmount,
  refunded: DecimalAmount
}, {
  additionalProperties: false,
  title: 'OrderAmounts',
  description: 'Where the money is. held: set aside, still yours. paid: taken for good; it is delivered (the price of codes you keep) plus refunded.'
})

export const Order = Type.Object({
  id: OrderId,
  number: Type.Integer({ description: 'The same order as a plain number, for shops that need one; it counts nothing.' }),
  reference: Type.String(),
  state: OneOf(orderStates),
  fill: OneOf(fills),
  currency: CurrencyCode,
  quantity: Type.Integer({ description: 'Codes ordered.' }),
  delivered: Type.Integer({ description: 'Codes delivered, those given back since among them.' }),
  returned: Type.Integer({ description: 'Codes of those delivered that were given back unrevealed.' }),
  total: Type.String({ ...DecimalAmount, description: 'What the codes cost that are delivered or set aside.' }),
  refunded: DecimalAmount,
  amounts: OrderAmounts,
  max_total: Nullable(DecimalAmount),
  quote: Type.Optional(Id('quo', 'The quote that bound its prices.')),
  hold: Type.Optional(Id('hld', 'The hold whose stock it took.')),
  cost_center: Type.Optional(Type.String()),
  callback_url: Type.Optional(Type.String({ description: 'Where its events go as well.' })),
  bulk_order: Type.Optional(Id('blk', 'The bulk order it is a part of.')),
  standing_order: Type.Optional(Id('sto', 'The standing order that placed it.')),
  checkout: Type.Optional(Id('chk', 'The purchase through a link that it fulfils: a buyer has paid for the codes, and alone sees them.')),
  sealed_codes: Type.Optional(Type.Array(Type.String(), {
    description: 'The codes when they are delivered inline to a reseller with an encryption key: JWE in compact form, NDJSON lines inside.'
  })),
  dry_run: Type.Optional(Type.Boolean({ description: 'true: nothing moved; this is what would have happened.' })),
  created_at: Timestamp,
  lines: Type.Array(OrderLine),
  refunds: Type.Optional(Type.Array(Refund, { description: 'What was refunded for codes given back, oldest first; on GET of a single order.' }))
}, { additionalProperties: false, title: 'Order' })
export type Order = Static<typeof Order>

export const OrderSummary = Type.Omit(Order, ['lines', 'refunds'], { title: 'OrderSummary', additionalProperties: false })
export type OrderSummary = Static<typeof OrderSummary>

export const ListOrders = Type.Object({
  ...PageQuery,
  reference: Type.Optional(Type.String({
    maxLength: referenceLengthMax, pattern: oneLinePattern, description: 'Only the order with this reference.'
  })),
  number: Type.Optional(Type.Integer({
    minimum: 1, maximum: Number.MAX_SAFE_INTEGER, description: 'Only the order with this number.'
  })),
  state: Type.Optional(OneOf(orderStates))
}, { additionalProperties: false })

export type ListOrders = Static<typeof ListOrders>

export const OrderPage = Page(OrderSummary)

export const ReadCodes = Type.Object({
  offset: Type.Optional(Type.Integer({
    minimum: 0, default: 0, description: 'The position to begin at. Positions count the codes ever delivered; those given back keep theirs.'
  })),
  taken: Type.Optional(Type.Integer({
    minimum: 0,
    default: 0,
    description: 'Codes you have from a cut answer to the same offset: they are passed over, and this answer goes on where that one was cut.'
  })),
  limit: Type.Optional(Type.Integer({
    minimum: 1,
    description: `Codes to answer at most; JSON: up to ${codesPageMax} (default ${codesPageDefault}), NDJSON and CSV: all that follow by default.`
  }))
}, { additionalProperties: false })
export type ReadCodes = Static<typeof ReadCodes>

export const OrderCode = Type.Object({
  line: Type.Integer(),
  sku: SkuId,
  ...Code.properties
}, { additionalProperties: false, title: 'OrderCode' })
export type OrderCodeView = Static<typeof OrderCode>

/** What is sealed, in every answer that has it. */
export const sealedDescription = 'The codes sealed to your encryption key: JWE in compact form (RFC 7516), each of up to 1000 codes as ' +
  'NDJSON ({"line", "sku", "secret", …} a line). There where you have a key in use.'

export const CodePage = Type.Object({
  data: Type.Array(OrderCode, { description: 'The codes; empty where they are sealed to your encryption key.' }),
  sealed: Type.Optional(Type.Array(Type.String(), { description: sealedDescription })),
  count: Type.Integer({ description: 'Codes of the whole order, without those given back.' }),
  next_offset: Nullable(Type.Integer(), { description: 'Send it as offset to read on; null at the end.' })
}, { additionalProperties: false })

export const CodeDigest = Type.Object({
  count: Type.Integer({ description: 'Codes of the whole order, without those given back.' }),
  ndjson_sha256: Type.String({ description: 'SHA-256, in hex, of the lines of the whole NDJSON before its last line; opened, where they are sealed.' }),
  csv_sha256: Type.String({ description: 'SHA-256, in hex, of the whole CSV, its header included.' })
}, { additionalProperties: false, title: 'CodeDigest' })
export type CodeDigest = Static<typeof CodeDigest>
