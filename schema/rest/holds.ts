import { Type, type Static } from '@sinclair/typebox'
import { holdStates } from '../vocabulary.ts'
import { Id, Nullable, OneOf, Page, PageQuery, Reference, Timestamp } from './common.ts'
import { lineQuantityMax, OrderId, SkuId } from './orders.ts'

export const holdLinesMax = 100
export const holdSecondsMin = 30
export const holdSecondsMax = 900
export const holdSecondsDefault = 120

export const HoldId = Id('hld', 'The id of a hold.')

export const CreateHold = Type.Object({
  reference: Type.Optional(Reference),
  lines: Type.Array(Type.Object({
    sku: SkuId,
    quantity: Type.Integer({ minimum: 1, maximum: lineQuantityMax, description: 'How many codes to set aside.' })
  }, { additionalProperties: false }), { minItems: 1, maxItems: holdLinesMax, description: 'What to set aside; each SKU once.' }),
  expires_in: Type.Optional(Type.Integer({
    minimum: holdSecondsMin,
    maximum: holdSecondsMax,
    description: `For how many seconds; your level may allow less. Default: ${holdSecondsDefault}, or what your level allows.`
  }))
}, { additionalProperties: false })
export type CreateHold = Static<typeof CreateHold>

export const HoldLine = Type.Object({
  sku: SkuId,
  quantity: Type.Integer({ description: 'Codes set aside, while the hold is active.' })
}, { additionalProperties: false, title: 'HoldLine' })

export const Hold = Type.Object({
  id: HoldId,
  reference: Type.String(),
  state: OneOf(holdStates, {
    description: 'active: the stock is set aside. used: by the order it names. broken: the stock was withdrawn by the operator. ' +
      'Ended, whichever way, it holds nothing.'
  }),
  quantity: Type.Integer({ description: 'Codes of all lines.' }),
  order: Nullable(OrderId, { description: 'The order that used it.' }),
  expires_at: Timestamp,
  ended_at: Nullable(Timestamp),
  created_at: Timestamp,
  lines: Type.Array(HoldLine)
}, { additionalProperties: false, title: 'Hold' })
export type Hold = Static<typeof Hold>

export const ListHolds = Type.Object({ ...PageQuery, state: Type.Optional(OneOf(holdStates)) }, { additionalProperties: false })
export type ListHolds = Static<typeof ListHolds>
export const HoldPage = Page(Hold)
