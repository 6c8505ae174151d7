import { Type, type Static } from '@sinclair/typebox'
import { sandboxFaults } from '../vocabulary.ts'
import { CurrencyCode, Id, Money, MoneyAs, Nullable, OneOf, Page, PageQuery, Timestamp } from './common.ts'
import { DeliveryId } from './deliveries.ts'
import { EndpointId } from './events.ts'
import { LevelId } from './levels.ts'
import { SkuId } from './orders.ts'
import { ResellerId } from './resellers.ts'
import { SettlementSummary } from './settlements.ts'

/** Codes of a SKU that a reseller may have made in the sandbox at once. */
export const sandboxStockMax = 10_000
/** Play money in a wallet, in whole major units. */
export const sandboxBalanceMax = 100_000_000
/** What a reseller has after a reset, in whole major units of its currency. */
export const sandboxStartBalance = 100_000
/** How many codes of each SKU there are after a reset, at least. */
export const sandboxStartStock = 100
export const sandboxResetsPerDayMax = 500
/** How long what struck can be read. */
export const strikesKeptDays = 7

export const FillStock = Type.Object({
  sku: SkuId,
  quantity: Type.Integer({
    minimum: 1, maximum: sandboxStockMax, description: 'How many codes are to be available: those that are missing are made.'
  })
}, { additionalProperties: false, title: 'FillStock' })
export type FillStock = Static<typeof FillStock>

export const SandboxStock = Type.Object({
  sku: SkuId,
  available: Type.Integer({ description: 'What can be bought now.' }),
  made: Type.Integer({ description: 'How many codes were made for it.' })
}, { additionalProperties: false, title: 'SandboxStock' })
export type SandboxStock = Static<typeof SandboxStock>

export const SetBalance = Type.Object({
  amount: MoneyAs('What the wallet’s balance is to be, 0 to 100 million; a wallet that is not there is opened.')
}, { additionalProperties: false, title: 'SetBalance' })
export type SetBalance = Static<typeof SetBalance>

export const SetLevel = Type.Object({
  level: LevelId
}, { additionalProperties: false, title: 'SetLevel' })
export type SetLevel = Static<typeof SetLevel>

export const SandboxSettlements = Type.Object({
  settlements: Type.Array(SettlementSummary, { description: 'What was settled: empty when nothing was sold since the last time.' })
}, { additionalProperties: false, title: 'SandboxSettlements' })
export type SandboxSettlements = Static<typeof SandboxSettlements>

export const SandboxReseller = Type.Object({
  reseller: ResellerId,
  name: Type.String(),
  level: Type.String(),
  currency: CurrencyCode,
  balance: Nullable(Money, { description: 'Of the wallet in its currency.' })
}, { additionalProperties: false, title: 'SandboxReseller' })
export type SandboxReseller = Static<typeof SandboxReseller>

export const SandboxStrike = Type.Object({
  id: Id('stk', 'A strike.'),
  fault: OneOf(sandboxFaults),
  call: Type.String({ description: 'What it struck: the method and the address of the call.' }),
  reference: Nullable(Type.String(), { description: 'The reference of that call.' }),
  endpoint: Nullable(EndpointId, { description: 'Of a callback: the endpoint it went to.' }),
  delivery: Nullable(DeliveryId, { description: 'Of a callback: its webhook-id.' }),
  status: Nullable(Type.Integer(), { description: 'Of a forged callback: what your endpoint answered it; 2xx is wrong.' }),
  error: Nullable(Type.String(), { description: 'Of a forged callback: why there was no answer.' }),
  struck_at: Timestamp
}, { additionalProperties: false, title: 'SandboxStrike' })
export type SandboxStrike = Static<typeof SandboxStrike>

export const ListStrikes = Type.Object({
  ...PageQuery,
  fault: Type.Optional(OneOf(sandboxFaults)),
  reference: Type.Optional(Type.String({ maxLength: 64 }))
}, { additionalProperties: false })
export type ListStrikes = Static<typeof ListStrikes>
export const StrikePage = Page(SandboxStrike)
