import { Type, type Static } from '@sinclair/typebox'
import { holdSecondsMax, holdSecondsMin } from './holds.ts'
import { oneLinePattern, Page, PageQuery, Timestamp, nameLengthMax } from './common.ts'

export const rankMax = 1_000
export const requestsPerMinuteMax = 10_000_000

export const heldCodesMax = 100_000_000
export const heldCodesDefault = 10_000

export const LevelId = Type.String({
  pattern: '^[a-z0-9][a-z0-9-]{0,39}$',
  description: 'The id of a level, chosen by the operator.',
  examples: ['gold']
})

/** A name for people, without control characters. */
export const Name = Type.String({
  minLength: 1,
  maxLength: nameLengthMax,
  pattern: oneLinePattern,
  description: 'A name for people.'
})

export const RequestsPerMinute = Type.Integer({
  minimum: 1,
  maximum: requestsPerMinuteMax,
  description: 'How many requests may be sent in a minute.'
})

export const PutLevel = Type.Object({
  name: Name,
  rank: Type.Integer({ minimum: 0, maximum: rankMax, description: 'Where the level stands among the others, lowest first.' }),
  requests_per_minute: RequestsPerMinute,
  hold_seconds_max: Type.Optional(Type.Integer({
    minimum: holdSecondsMin,
    maximum: holdSecondsMax,
    default: holdSecondsMax,
    description: 'For how many seconds a reseller of this level may hold stock.'
  })),
  held_codes_max: Type.Optional(Type.Integer({
    minimum: 0,
    maximum: heldCodesMax,
    default: heldCodesDefault,
    description: 'How many codes a reseller of this level may hold at once; 0: none.'
  }))
}, { additionalProperties: false })
export type PutLevel = Static<typeof PutLevel>

export const Level = Type.Object({
  id: LevelId,
  name: Type.String(),
  rank: Type.Integer({ description: 'Where the level stands among the others, lowest first.' }),
  requests_per_minute: Type.Integer({
    description: 'How many requests a reseller of this level may send in a minute with a key that has no limit of its own.'
  }),
  hold_seconds_max: Type.Integer({ description: 'For how many seconds a reseller of this level may hold stock.' }),
  held_codes_max: Type.Integer({ description: 'How many codes a reseller of this level may hold at once.' }),
  created_at: Timestamp
}, { additionalProperties: false, title: 'Level' })
export type Level = Static<typeof Level>

export const ListLevelsQuery = Type.Object(PageQuery, { additionalProperties: false })
export const LevelPage = Page(Level)
