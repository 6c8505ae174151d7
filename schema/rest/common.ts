// Shapes that several resources share. A TypeBox schema and its type bear one name.
import { Type, type Static, type TSchema } from '@sinclair/typebox'
import { currencyCodes, type Currency } from '../vocabulary.ts'

export const referenceLengthMax = 64
export const pageLimitMax = 100
export const pageLimitDefault = 20
export const nameLengthMax = 200
export const reasonLengthMax = 500

/** A text of one line: no control characters. */
export const oneLinePattern = '^[^\\u0000-\\u001f\\u007f]*$'
/** A text of any lines; U+0000 cannot be stored. */
export const textPattern = '^[^\\u0000]*$'

/** One of a closed list; the list may grow in later versions when it stands in an answer. */
export function OneOf<const Values extends readonly string[]> (values: Values, options: { description?: string } = {}) {
  return Type.Unsafe<Values[number]>({ type: 'string', enum: [...values], ...options })
}

/** The same schema, or null. A plain type takes null into its list of types, which serialises faster than a union. */
export function Nullable<Schema extends TSchema> (schema: Schema, options: { description?: string } = {}) {
  const { type, enum: values } = schema as { type?: unknown, enum?: readonly unknown[] }
  const nullable = typeof type === 'string' && type !== 'object'
    ? { ...schema, type: [type, 'null'], ...(values && { enum: [...values, null] }) }
    : { anyOf: [schema, { type: 'null' }] }
  return Type.Unsafe<Static<Schema> | null>({ ...nullable, ...options })
}

export const CurrencyCode = Type.Unsafe<Currency>({
  title: 'Currency', type: 'string', enum: currencyCodes, description: 'ISO 4217 currency code.'
})

/** Of an amount of money. */
export const amountPattern = '^-?(0|[1-9][0-9]{0,11})(\\.[0-9]{1,4})?$'

export const DecimalAmount = Type.String({
  pattern: amountPattern,
  description: 'A decimal number of major units, at most four digits after the point.',
  examples: ['98.25']
})

export const Money = Type.Object({ amount: DecimalAmount, currency: CurrencyCode }, { additionalProperties: false, title: 'Money' })
export type Money = Static<typeof Money>

/** Money of which more is to be said; its title keeps it one shape for those who read the contract. */
export function MoneyAs (description: string) {
  return Type.Composite([Money], { additionalProperties: false, title: 'Money', description })
}

export const Reference = Type.String({
  minLength: 1,
  maxLength: referenceLengthMax,
  pattern: '^[^\\u0000-\\u001f\\u007f]+$',
  description: 'Your own number for this, unique per resource for ever: the idempotency key. The same fields again give the same resource.'
})

export const Timestamp = Type.String({ format: 'date-time', description: 'RFC 3339, UTC.' })

/** The public id of something: a prefix and 26 characters. */
export function Id (prefix: string, description: string) {
  return Type.String({
    pattern: `^${prefix}_[0-7][0-9a-hjkmnp-tv-z]{25}$`, description, examples: [`${prefix}_01kb8q1zjme7f8k0q3z5v2wxyt`]
  })
}

export const PageQuery = {
  limit: Type.Optional(Type.Integer({
    minimum: 1, maximum: pageLimitMax, default: pageLimitDefault, description: 'How many to answer at most.'
  })),
  cursor: Type.Optional(Type.String({ maxLength: 512, description: 'next_cursor of the page before, with the same filters.' }))
}

export const urlLengthMax = 2_000

/** What can be printed in ASCII, but for the space. */
export const asciiPattern = '^[\\u0021-\\u007e]+$'

/** An address for callbacks; what exactly is allowed, its reader says. */
export const CallbackUrl = Type.String({
  minLength: 1,
  maxLength: urlLengthMax,
  pattern: asciiPattern,
  description: 'Where callbacks go: https, a public address, no user or password. It is checked again at every sending.',
  examples: ['https://shop.example.com/kahub']
})

/** A page of a list. */
export function Page<Item extends TSchema> (item: Item, more: Record<string, TSchema> = {}) {
  return Type.Object({
    data: Type.Array(item),
    has_more: Type.Boolean(),
    next_cursor: Nullable(Type.String(), { description: 'Send it as cursor to read on; null at the end.' }),
    ...more
  })
}
