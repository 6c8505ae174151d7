import { Type, type Static } from '@sinclair/typebox'
import { importStates } from '../vocabulary.ts'
import { Id, Money, MoneyAs, Nullable, OneOf, oneLinePattern, Reference, Timestamp, nameLengthMax } from './common.ts'

export const ImportId = Id('imp', 'The id of an import.')
const Expiry = Type.String({
  maxLength: 35, description: 'RFC 3339 date-time, or a date, which stands for the moment it begins (UTC).', examples: ['2027-12-31']
})

export const CreateImport = Type.Object({
  reference: Type.Optional(Reference),
  sku: Id('sku', 'The SKU the codes are of.'),
  unit_cost: MoneyAs('What one code cost, in the currency of the SKU.'),
  supplier: Type.Optional(Type.String({
    maxLength: nameLengthMax, pattern: oneLinePattern, description: 'Whose codes they are.'
  })),
  expires_at: Type.Optional(Expiry)
}, { additionalProperties: false, title: 'CreateImport' })
export type CreateImport = Static<typeof CreateImport>

export const ImportParams = Type.Object({ id: ImportId }, { additionalProperties: false })
export type ImportParams = Static<typeof ImportParams>

export const ImportPartParams = Type.Object({
  id: ImportId,
  part: Type.Integer({ minimum: 1, maximum: 1_000_000, description: 'Its number, from 1, in order.' })
}, { additionalProperties: false })
export type ImportPartParams = Static<typeof ImportPartParams>

export const Import = Type.Object({
  id: ImportId,
  sku: Id('sku', 'The SKU the codes are of.'),
  supplier: Type.String(),
  unit_cost: Money,
  expires_at: Nullable(Timestamp, { description: 'For lines without an expiry of their own; null is never.' }),
  state: OneOf(importStates, { description: 'open: takes parts; committed: its codes are on the shelf; aborted: given up.' }),
  parts: Type.Integer({ description: 'Parts taken so far. Go on with the next number after an interruption.' }),
  lines: Type.Integer({ description: 'The last line taken, by the line numbers in the last part.' }),
  codes: Type.Integer({ description: 'Codes taken so far.' }),
  created_by: Type.String({ description: 'The key that opened it.' }),
  created_at: Timestamp
}, { additionalProperties: false, title: 'Import' })
export type Import = Static<typeof Import>

export const ImportPart = Type.Object({
  part: Type.Integer(),
  lines: Type.Integer({ description: 'The last line in it that had a code.' }),
  codes: Type.Integer({ description: 'Codes it brought.' }),
  import: Import
}, { additionalProperties: false, title: 'ImportPart' })
export type ImportPart = Static<typeof ImportPart>

const ndjson = `One object a line: {"secret": …, "number": …, "serial": …, "expires_at": …, "line": …}. secret is required; line is the
number of the line in your own file, told back in refusals.`
const csv = 'UTF-8 with a header row in every part that names secret and any of number, serial, expires_at, in any order.'

/** The body of a part. It is read as a stream of lines, so only its documentation stands here. */
export const ImportPartBody = Type.Unsafe<unknown>({
  content: {
    'application/x-ndjson': { schema: { description: ndjson, contentMediaType: 'application/x-ndjson' } },
    'text/csv': { schema: { description: csv, contentMediaType: 'text/csv' } }
  }
})
