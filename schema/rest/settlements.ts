import { Type, type Static } from '@sinclair/typebox'
import { CurrencyCode, DecimalAmount, Id, Nullable, Page, PageQuery, Timestamp } from './common.ts'
import { HostId } from './hosts.ts'
import { OrderId, SkuId } from './orders.ts'
import { SessionId } from './sessions.ts'

export const SettlementId = Id('stl', 'The id of a settlement.')

const Day = Type.String({ format: 'date', examples: ['2026-10-01'] })

/** What of buyers' money became whose. */
const Shares = {
  wholesale: Type.String({ ...DecimalAmount, description: 'What of it you paid for the codes.' }),
  commission: Type.String({ ...DecimalAmount, description: 'What of it you owe your hosts.' }),
  margin: Type.String({ ...DecimalAmount, description: 'What of it came into your wallet.' })
}

export const SettlementHost = Type.Object({
  host: HostId,
  sales: Type.Integer({ description: 'Purchases by its links.' }),
  quantity: Type.Integer({ description: 'Codes in them.' }),
  commission: Type.String({ ...DecimalAmount, description: 'What it earned by them.' })
}, { additionalProperties: false, title: 'SettlementHost' })
export type SettlementHost = Static<typeof SettlementHost>

export const Settlement = Type.Object({
  id: SettlementId,
  session: Nullable(SessionId, { description: 'The session of the sales; null: of links without one.' }),
  day: Type.String({ ...Day, description: 'The day of the sales, in China.' }),
  currency: CurrencyCode,
  sales: Type.Integer({ description: 'Purchases that are settled here. A day with very many has several settlements.' }),
  quantity: Type.Integer({ description: 'Codes in them.' }),
  gross: Type.String({ ...DecimalAmount, description: 'What buyers paid: wholesale, commission and margin together.' }),
  ...Shares,
  created_at: Timestamp,
  hosts: Type.Array(SettlementHost, { description: 'What each host earned.' })
}, { additionalProperties: false, title: 'Settlement' })
export type Settlement = Static<typeof Settlement>

export const SettlementSummary = Type.Omit(Settlement, ['hosts'], { title: 'SettlementSummary', additionalProperties: false })
export type SettlementSummary = Static<typeof SettlementSummary>

export const SettlementLine = Type.Object({
  checkout: Id('chk', 'The purchase.'),
  completed_at: Type.String({ ...Timestamp, description: 'When the buyer had the codes.' }),
  sku: SkuId,
  sku_name: Type.String({ description: 'The name of the SKU, as it is now.' }),
  quantity: Type.Integer({ description: 'How many codes.' }),
  currency: CurrencyCode,
  total: Type.String({ ...DecimalAmount, description: 'What the buyer paid.' }),
  ...Shares,
  order: OrderId,
  link: Id('lnk', 'The purchase link.'),
  host: Nullable(HostId, { description: 'The host that sold it, if one did.' })
}, { additionalProperties: false, title: 'SettlementLine' })
export type SettlementLine = Static<typeof SettlementLine>

export const ListSettlements = Type.Object({
  ...PageQuery,
  session: Type.Optional(Type.String({ ...SessionId, description: 'Only of this session.' })),
  day_from: Type.Optional(Type.String({ ...Day, description: 'Only of sales from this day on.' })),
  day_to: Type.Optional(Type.String({ ...Day, description: 'Only of sales up to this day.' }))
}, { additionalProperties: false })
export type ListSettlements = Static<typeof ListSettlements>

export const ListSettlementLines = Type.Object(PageQuery, { additionalProperties: false })

export const SettlementParams = Type.Object({ id: SettlementId })
export const SettlementPage = Page(SettlementSummary)
export const SettlementLinePage = Page(SettlementLine)
