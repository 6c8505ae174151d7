import { Type, type Static } from '@sinclair/typebox'
import { Id, Page, PageQuery, Timestamp } from './common.ts'
import { KeyId } from './keys.ts'
import { OrderId } from './orders.ts'
import { ResellerId } from './resellers.ts'

const idPattern = Id('chk', 'A purchase.').pattern

export const Reveal = Type.Object({
  id: Id('rvl', 'The id of an entry in the reveal log.'),
  order: OrderId,
  key: Type.String({
    pattern: `(${KeyId.pattern})|(${idPattern})`,
    description: 'The key; where a buyer saw what was bought through a purchase link, that purchase.'
  }),
  first: Type.Integer({ description: 'The position of the first code that was shown, from 0, counted over the lines of the order.' }),
  count: Type.Integer({ description: 'How many codes were shown.' }),
  ip: Type.String({ description: 'Where the request came from; empty where that was a buyer.' }),
  created_at: Timestamp
}, { additionalProperties: false, title: 'Reveal' })
export type Reveal = Static<typeof Reveal>

export const OperatorReveal = Type.Composite([Reveal, Type.Object({ reseller: ResellerId })], {
  additionalProperties: false, title: 'OperatorReveal'
})
export type OperatorReveal = Static<typeof OperatorReveal>

const filters = {
  ...PageQuery,
  order: Type.Optional(Id('ord', 'Only reveals of this order.')),
  key: Type.Optional(Type.String({ ...KeyId, description: 'Only reveals by this key.' }))
}

export const ListReveals = Type.Object(filters, { additionalProperties: false })
export type ListReveals = Static<typeof ListReveals>

export const AdminListReveals = Type.Object({
  ...filters, reseller: Type.Optional(Id('rsl', 'Only reveals of this reseller.'))
}, { additionalProperties: false })
export type AdminListReveals = Static<typeof AdminListReveals>

export const RevealPage = Page(Reveal)
export const OperatorRevealPage = Page(OperatorReveal)
