import { Type, type Static } from '@sinclair/typebox'
import { returnedCodes, reversalOutcomes } from '../vocabulary.ts'
import { Id, Nullable, OneOf, oneLinePattern, Page, PageQuery, reasonLengthMax, Reference, referenceLengthMax, Timestamp } from './common.ts'
import { Refund } from './refunds.ts'

export const ReversalId = Id('rvs', 'The id of a reversal.')

export const CancelOrder = Type.Object({
  codes: Type.Optional(OneOf(returnedCodes, {
    description: 'all (default): refused when a code was revealed. unrevealed: gives back those that never were.'
  })),
  reason: Type.Optional(Type.String({
    minLength: 1, maxLength: reasonLengthMax, pattern: oneLinePattern, description: 'For your own records; it stays with the refund.'
  }))
}, { additionalProperties: false })
export type CancelOrder = Static<typeof CancelOrder>

export const CreateReversal = Type.Object({
  reference: Type.Optional(Reference),
  order_reference: Type.String({
    minLength: 1,
    maxLength: referenceLengthMax,
    pattern: '^[^\\u0000-\\u001f\\u007f]+$',
    description: 'The reference of the order that is to be undone, whether it arrived or not.'
  })
}, { additionalProperties: false })
export type CreateReversal = Static<typeof CreateReversal>

export const Reversal = Type.Object({
  id: ReversalId,
  reference: Type.String(),
  order_reference: Type.String(),
  order: Id('ord', 'The order; one in state void when none had come with the reference.'),
  outcome: OneOf(reversalOutcomes, {
    description: 'reversed: money and codes went back. cancelled: nothing had been delivered, and what was set aside went back. ' +
      'voided: no order had come, and none can come with the reference any more.'
  }),
  refund: Nullable(Refund, { description: 'What went back into the wallet, by this reversal or before it.' }),
  created_at: Timestamp
}, { additionalProperties: false, title: 'Reversal' })
export type Reversal = Static<typeof Reversal>

export const ReversalParams = Type.Object({ id: ReversalId })
export const ListReversals = Type.Object(PageQuery, { additionalProperties: false })
export const ReversalPage = Page(Reversal)
