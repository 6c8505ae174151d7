import { Type, type Static, type TSchema } from '@sinclair/typebox'
import { linkStates, returnReasons, sessionStates } from '../vocabulary.ts'
import { CurrencyCode, Id, Money, MoneyAs, Nullable, OneOf, Timestamp } from './common.ts'

/** Minutes a report shows at most, the newest: two days. */
export const reportMinutesMax = 2_880
/** Minutes that stand out, which a report names. */
export const topMinutesMax = 5
/** The longest a live stream lasts, in seconds. */
export const liveSecondsMax = 3_600

const count = (description: string) => Type.Integer({ minimum: 0, description })
const counts = {
  starts: count('Checkouts that were begun.'),
  paid: count('Checkouts that were paid: purchases.'),
  quantity: count('Pieces bought.'),
  refunded: count('Checkouts whose money went, or goes, back, because there was no code for it.')
}
const closed = <Properties extends Record<string, TSchema>>(properties: Properties, title: string, description?: string) =>
  Type.Object(properties, { additionalProperties: false, title, ...(description !== undefined && { description }) })

export const SessionSum = closed({
  currency: CurrencyCode,
  revenue: MoneyAs('What buyers paid for what they got.'),
  wholesale: MoneyAs('Of it, what you pay for the goods.'),
  commission: MoneyAs('Of it, what is the host’s.'),
  margin: MoneyAs('Of it, what is yours: revenue less wholesale and commission.'),
  refunded: MoneyAs('What buyers paid, and got back, in checkouts without a purchase; not in revenue.')
}, 'SessionSum')

export const SessionReportSku = closed({
  sku: Id('sku', 'A SKU.'),
  name: Type.String({ examples: ['100 元'] }),
  product_name: Type.String({ examples: ['Wallet card'] }),
  left: count('Pieces that can be bought now.'),
  ...counts,
  revenue: Money
}, 'SessionReportSku')

export const SessionReportLink = closed({
  link: Id('lnk', 'A purchase link.'),
  slug: Type.String({ examples: ['summer-cards'] }),
  title: Type.String({ examples: ['Game cards, tonight only'] }),
  state: OneOf(linkStates, { description: 'What it is now.' }),
  quota: Nullable(Type.Integer(), { description: 'Pieces it may sell in all; null: as many as there are.' }),
  left: count('Pieces that can be bought through it now.'),
  viewers: count('Pages of it that are open now.'),
  visits: count('Views of its page, without those of machines.'),
  ...counts,
  sum: SessionSum,
  skus: Type.Array(SessionReportSku)
}, 'SessionReportLink')

export const SessionReportMinute = closed({
  at: Timestamp,
  visits: count('Views in this minute.'),
  starts: count('Checkouts begun in this minute.'),
  paid: count('Purchases paid in this minute.'),
  quantity: count('Pieces bought in this minute.'),
  revenue: Type.Array(Money, { description: 'What was paid, in each currency.' })
}, 'SessionReportMinute')

export const SessionPurchase = closed({
  at: Timestamp,
  contact_hint: Type.String({ description: 'Of the buyer, what may be shown.', examples: ['138****5678'] }),
  product_name: Type.String({ examples: ['Wallet card'] }),
  sku_name: Type.String({ examples: ['100 元'] }),
  quantity: Type.Integer({ minimum: 1 }),
  total: Money
}, 'SessionPurchase')

export const SessionRefund = closed({
  reason: OneOf(returnReasons, { description: 'Why it goes back.' }),
  count: count('Payments that went, or go, back.'),
  amount: Money
}, 'SessionRefund')

export const SessionReport = closed({
  session: Id('ses', 'The session.'),
  title: Type.String({ examples: ['Friday night'] }),
  host_name: Nullable(Type.String(), { description: 'The host’s name; null when you sell yourself.' }),
  state: OneOf(sessionStates),
  starts_at: Timestamp,
  ended_at: Nullable(Timestamp, { description: 'null while it is not over.' }),
  at: Timestamp,
  viewers: count('Pages of its links that are open now.'),
  visits: count('Views of its links’ pages, without those of machines.'),
  ...counts,
  conversion: Nullable(Type.Number(), { description: 'Purchases for a view, 0 to 1; null before the first view.' }),
  funnel: closed({
    visits: count('Views.'),
    starts: count('Checkouts begun.'),
    open: count('Of them, being paid now.'),
    paid: count('Of them, paid.'),
    expired: count('Of them, ended without money in time.'),
    cancelled: count('Of them, ended by their buyer.'),
    refunded: count('Of them, paid for when there was no code any more: money back.')
  }, 'SessionFunnel', 'What became of those who came.'),
  left: count('Pieces that can be bought now, over all links.'),
  sums: Type.Array(SessionSum, { description: 'What it came to, in each currency.' }),
  links: Type.Array(SessionReportLink),
  minutes: Type.Array(SessionReportMinute, { description: 'Minutes in which something happened, oldest first.' }),
  top_minutes: Type.Array(SessionReportMinute, { description: 'The minutes with the most pieces bought, the best first.' }),
  newest: Type.Array(SessionPurchase, { description: 'The newest purchases, newest first.' }),
  refunds: Type.Array(SessionRefund, { description: 'All money on its way back, or back: also what was paid twice.' })
}, 'SessionReport')
export type SessionReport = Static<typeof SessionReport>

export const SessionReportParams = Type.Object({ id: Id('ses', 'The session.') })

export const StreamSessionLive = Type.Object({
  close_after_seconds: Type.Optional(Type.Integer({
    minimum: 0, maximum: liveSecondsMax, default: liveSecondsMax, description: 'Ends the stream after so many seconds; 0: after what is so now.'
  }))
}, { additionalProperties: false })
export type StreamSessionLive = Static<typeof StreamSessionLive>
