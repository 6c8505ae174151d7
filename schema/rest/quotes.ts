import { Type, type Static } from '@sinclair/typebox'
import { quoteStates } from '../vocabulary.ts'
import { CurrencyCode, DecimalAmount, Id, Nullable, OneOf, Page, PageQuery, Reference, Timestamp } from './common.ts'
import { lineQuantityMax, OrderId, orderLinesMax, PriceStepView, SkuId } from './orders.ts'

export const quoteSecondsMin = 60
export const quoteSecondsMax = 86_400
export const quoteSecondsDefault = 900

export const QuoteId = Id('quo', 'The id of a quote.')

export const CreateQuote = Type.Object({
  reference: Type.Optional(Reference),
  lines: Type.Array(Type.Object({
    sku: SkuId,
    quantity: Type.Integer({ minimum: 1, maximum: lineQuantityMax, description: 'How many codes.' })
  }, { additionalProperties: false }), {
    minItems: 1, maxItems: orderLinesMax, description: 'What the order will have, line by line; all lines in one currency.'
  }),
  expires_in: Type.Optional(Type.Integer({
    minimum: quoteSecondsMin,
    maximum: quoteSecondsMax,
    default: quoteSecondsDefault,
    description: 'For how many seconds the prices bind.'
  }))
}, { additionalProperties: false })
export type CreateQuote = Static<typeof CreateQuote>

export const QuoteLine = Type.Object({
  line: Type.Integer({ description: 'Position in the quote, from 1.' }),
  sku: SkuId,
  quantity: Type.Integer({ description: 'How many codes.' }),
  unit_price: DecimalAmount,
  total: DecimalAmount,
  price_rules: Type.Array(Id('prc', 'A price rule.'), { description: 'The rules that gave the unit price, in the order they applied.' }),
  explanation: Type.Array(PriceStepView, { description: 'How the unit price came about.' })
}, { additionalProperties: false, title: 'QuoteLine' })
export type QuoteLine = Static<typeof QuoteLine>

export const Quote = Type.Object({
  id: QuoteId,
  reference: Type.String(),
  state: OneOf(quoteStates, { description: 'open: an order may name it. used: one has. expired: its time is over.' }),
  currency: CurrencyCode,
  total: DecimalAmount,
  order: Nullable(OrderId, { description: 'The order that used it.' }),
  expires_at: Timestamp,
  created_at: Timestamp,
  lines: Type.Array(QuoteLine)
}, { additionalProperties: false, title: 'Quote' })
export type Quote = Static<typeof Quote>

export const QuoteSummary = Type.Omit(Quote, ['lines'], { title: 'QuoteSummary', additionalProperties: false })
export type QuoteSummary = Static<typeof QuoteSummary>

export const ListQuotes = Type.Object(PageQuery, { additionalProperties: false })
export const QuotePage = Page(QuoteSummary)
