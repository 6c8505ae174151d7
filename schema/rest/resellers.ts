import { Type, type Static } from '@sinclair/typebox'
import { resellerStatuses } from '../vocabulary.ts'
import { CurrencyCode, Id, OneOf, Page, PageQuery, Reference, Timestamp } from './common.ts'
import { LevelId, Name } from './levels.ts'

export const ResellerId = Id('rsl', 'The id of a reseller.')

export const CreateReseller = Type.Object({
  reference: Type.Optional(Reference),
  name: Name,
  level: LevelId,
  currency: CurrencyCode
}, { additionalProperties: false, description: 'currency is that of the first wallet, which is opened with the reseller.' })
export type CreateReseller = Static<typeof CreateReseller>

export const UpdateReseller = Type.Object({
  name: Type.Optional(Name),
  level: Type.Optional(LevelId),
  status: Type.Optional(OneOf(resellerStatuses, { description: 'active and suspended may follow each other; closed is for good.' }))
}, { additionalProperties: false, minProperties: 1, description: 'What is left out stays as it is.' })
export type UpdateReseller = Static<typeof UpdateReseller>

export const Reseller = Type.Object({
  id: ResellerId,
  name: Type.String(),
  level: LevelId,
  status: OneOf(resellerStatuses, { description: 'Only an active reseller’s keys are good.' }),
  currency: CurrencyCode,
  created_at: Timestamp
}, { additionalProperties: false, title: 'Reseller' })
export type Reseller = Static<typeof Reseller>

export const ResellerParams = Type.Object({ id: ResellerId })
export const ListResellersQuery = Type.Object({
  ...PageQuery,
  status: Type.Optional(OneOf(resellerStatuses)),
  level: Type.Optional(LevelId)
}, { additionalProperties: false })
export const ResellerPage = Page(Reseller)
