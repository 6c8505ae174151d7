import { Type, type Static } from '@sinclair/typebox'
import { lotStates } from '../vocabulary.ts'
import { Id, Money, Nullable, OneOf, oneLinePattern, Page, PageQuery, Timestamp, reasonLengthMax } from './common.ts'

/** Codes voided in one request at most. */
export const voidedCodesMax = 500
const fieldLengthMax = 512

export const LotId = Id('lot', 'The id of a lot.')

export const LotParams = Type.Object({ id: LotId }, { additionalProperties: false })
export type LotParams = Static<typeof LotParams>

export const ListLotsQuery = Type.Object({
  ...PageQuery,
  sku: Type.Optional(Id('sku', 'Only the lots of this SKU.'))
}, { additionalProperties: false })
export type ListLotsQuery = Static<typeof ListLotsQuery>

const Reason = Type.String({
  minLength: 1, maxLength: reasonLengthMax, pattern: oneLinePattern, description: 'Why; kept with it.'
})

export const RecallLot = Type.Object({ reason: Reason }, { additionalProperties: false, title: 'RecallLot' })
export type RecallLot = Static<typeof RecallLot>

export const VoidCodes = Type.Object({
  sku: Type.Optional(Id('sku', 'With codes: the SKU whose issuer’s codes they are.')),
  codes: Type.Optional(Type.Array(Type.Object({
    secret: Type.String({ minLength: 1, maxLength: fieldLengthMax }),
    number: Type.Optional(Type.String({ minLength: 1, maxLength: fieldLengthMax, description: 'As it was imported.' }))
  }, { additionalProperties: false }), { minItems: 1, maxItems: voidedCodesMax, description: 'The codes as they were imported.' })),
  lot: Type.Optional(LotId),
  positions: Type.Optional(Type.Array(Type.Integer({ minimum: 0, maximum: 2147483647 }), {
    minItems: 1, maxItems: voidedCodesMax, description: 'With lot: the places of the codes in it, from 0.'
  })),
  reason: Reason
}, { additionalProperties: false, title: 'VoidCodes', description: 'Either sku and codes, or lot and positions.' })
export type VoidCodes = Static<typeof VoidCodes>

export const VoidedCodes = Type.Object({
  voided: Type.Integer({ description: 'Codes taken off the shelf for good.' })
}, { additionalProperties: false, title: 'VoidedCodes' })
export type VoidedCodes = Static<typeof VoidedCodes>

export const Lot = Type.Object({
  id: LotId,
  sku: Id('sku', 'The SKU its codes are of.'),
  import: Id('imp', 'The import that brought it.'),
  supplier: Type.String(),
  unit_cost: Money,
  expires_at: Nullable(Timestamp, { description: 'null is never.' }),
  state: OneOf(lotStates),
  state_reason: Type.String({ description: 'Why it is recalled, expired or aborted.' }),
  size: Type.Integer({ description: 'Codes that came in with it.' }),
  on_shelf: Type.Integer({ description: 'Codes unsold.' }),
  sold: Type.Integer(),
  withdrawn: Type.Integer({ description: 'Codes voided, recalled or expired unsold.' }),
  created_at: Timestamp
}, { additionalProperties: false, title: 'Lot' })
export type Lot = Static<typeof Lot>

export const LotPage = Page(Lot)
export type LotPage = Static<typeof LotPage>

export const StockProof = Type.Object({
  sound: Type.Boolean({ description: 'Nothing was found.' }),
  faults: Type.Array(Type.Object({
    proof: Type.String({ description: 'What does not hold.' }),
    detail: Type.String({ description: 'Where; ids and counts, never a code.' })
  }, { additionalProperties: false }))
}, { additionalProperties: false, title: 'StockProof' })
export type StockProof = Static<typeof StockProof>
