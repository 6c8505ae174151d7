import { Type, type Static } from '@sinclair/typebox'
import { hostStates } from '../vocabulary.ts'
import { Id, OneOf, Page, PageQuery, Reference, Timestamp } from './common.ts'
import { Name } from './levels.ts'

/** Hosts of a reseller that are active. */
export const hostsActiveMax = 1_000

export const HostId = Id('hst', 'The id of a host: who sells in a stream.')

/** Of a part of the whole: a decimal number from 0 to 1. */
export const ratePattern = '^(1(\\.0{1,4})?|0(\\.[0-9]{1,4})?)$'

/** A part of what buyers pay. */
export const CommissionRate = Type.String({
  pattern: ratePattern,
  description: 'The part of what buyers pay that you owe the host: from 0 to 1, at most four digits after the point.',
  examples: ['0.10']
})

export const CreateHost = Type.Object({
  reference: Type.Optional(Reference),
  name: Name,
  commission_rate: Type.Optional(Type.Unsafe<string>({
    ...CommissionRate, default: '0', description: `${CommissionRate.description} Links that name no commission of their own are made with it.`
  }))
}, { additionalProperties: false })
export type CreateHost = Static<typeof CreateHost>

export const UpdateHost = Type.Object({
  name: Type.Optional(Name),
  commission_rate: Type.Optional(Type.Unsafe<string>({
    ...CommissionRate, description: `${CommissionRate.description} Links that are there already keep the one they were made with.`
  })),
  state: Type.Optional(OneOf(hostStates, { description: 'archived: no new link or session may name the host; those there are go on.' }))
}, { additionalProperties: false, minProperties: 1, description: 'What is left out stays.' })
export type UpdateHost = Static<typeof UpdateHost>

export const Host = Type.Object({
  id: HostId,
  name: Type.String(),
  commission_rate: CommissionRate,
  state: OneOf(hostStates),
  created_at: Timestamp,
  updated_at: Timestamp
}, { additionalProperties: false, title: 'Host' })
export type Host = Static<typeof Host>

export const HostParams = Type.Object({ id: HostId })
export const ListHosts = Type.Object({ ...PageQuery, state: Type.Optional(OneOf(hostStates)) }, { additionalProperties: false })
export type ListHosts = Static<typeof ListHosts>
export const HostPage = Page(Host)
