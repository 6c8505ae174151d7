import { Type, type Static } from '@sinclair/typebox'
import { complaintStates } from '../vocabulary.ts'
import { CheckoutId } from './checkouts.ts'
import { Id, Nullable, OneOf, Page, PageQuery, Timestamp } from './common.ts'
import { LinkId } from './links.ts'
import { OrderId, SkuId } from './orders.ts'
import { SessionId } from './sessions.ts'

export const ComplaintId = Id('cpl', 'The id of a complaint.')

export const Complaint = Type.Object({
  id: ComplaintId,
  checkout: CheckoutId,
  link: LinkId,
  session: Nullable(SessionId),
  order: OrderId,
  sku: SkuId,
  position: Type.Integer({ description: 'Which code of the order, from 0.' }),
  message: Type.String({ description: 'What the buyer wrote.' }),
  contact_hint: Type.String({ description: 'What may be shown of the buyer’s contact.' }),
  state: OneOf(complaintStates),
  created_at: Timestamp
}, { additionalProperties: false, title: 'Complaint' })
export type Complaint = Static<typeof Complaint>

export const ComplaintParams = Type.Object({ id: ComplaintId })
export const ListComplaints = Type.Object({
  ...PageQuery,
  link: Type.Optional(LinkId),
  checkout: Type.Optional(CheckoutId),
  state: Type.Optional(OneOf(complaintStates))
}, { additionalProperties: false })
export type ListComplaints = Static<typeof ListComplaints>
export const ComplaintPage = Page(Complaint)
