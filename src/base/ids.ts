// Ids are UUIDv7 (RFC 9562 §5.7). Inside they are UUID text, as Postgres prints it; outside a prefix and 26 characters
// of Crockford base32 (`ord_01k…`), so that an id says what it names.
import { randomBytes, randomInt } from 'node:crypto'
import { uuidv7 } from 'uuidv7'

export type Uuid = string

export const idPrefixes = {
  reseller: 'rsl',
  product: 'prd',
  sku: 'sku',
  order: 'ord',
  event: 'evt',
  transfer: 'trf',
  lot: 'lot',
  import: 'imp',
  price_rule: 'prc',
  reveal: 'rvl',
  quote: 'quo',
  hold: 'hld',
  refund: 'rfd',
  reversal: 'rvs',
  approval: 'apr',
  budget: 'bgt',
  bulk_order: 'blk',
  standing_order: 'sto',
  encryption_key: 'enc',
  endpoint: 'ep',
  delivery: 'dlv',
  subscription: 'sub',
  strike: 'stk',
  host: 'hst',
  session: 'ses',
  link: 'lnk',
  checkout: 'chk',
  payment: 'pay',
  payback: 'pbk',
  complaint: 'cpl',
  settlement: 'stl',
  payout: 'pyo'
} as const
export type IdKind = keyof typeof idPrefixes

/** A new id: time-ordered, unguessable, unique over all processes. */
export function newId (): Uuid {
  return uuidv7()
}

/** The public form of an id. */
export function showId (kind: IdKind, id: Uuid): string {
  let text = idPrefixes[kind] + '_'
  // 128 bits in groups of five, two zero bits in front: the first symbol holds three bits.
  let bits = 0
  let count = 2
  for (let i = 0; i < 36; i++) {
    const code = id.charCodeAt(i)
    if (code === dash) continue
    bits = (bits << 4) | (code < 58 ? code - 48 : code - 87)
    count += 4
    if (count >= 5) {
      count -= 5
      text += alphabet[bits >> count]
      bits &= (1 << count) - 1
    }
  }
  return text
}

/** The id behind its public form; undefined when it is not one of that kind. */
export function readId (kind: IdKind, text: string): Uuid | undefined {
  const prefix = idPrefixes[kind]
  if (text.length !== prefix.length + 27 || !text.startsWith(prefix + '_')) return undefined
  let hex = ''
  let bits = 0
  let count = -2
  for (let i = prefix.length + 1; i < text.length; i++) {
    const value = alphabet.indexOf(text[i]!)
    if (value < 0 || (count === -2 && value > 7)) return undefined
    bits = (bits << 5) | value
    count += 5
    while (count >= 4) {
      count -= 4
      hex += (bits >> count).toString(16)
      bits &= (1 << count) - 1
    }
  }
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-${hex.slice(12, 16)}-${hex.slice(16, 20)}-${hex.slice(20)}`
}

/** A JSON-schema pattern for the public ids of a kind. */
export function idPattern (kind: IdKind): string {
  return `^${idPrefixes[kind]}_[0-7][0-9a-hjkmnp-tv-z]{25}$`
}

/** A random number below 2⁴⁸ for shops that need integers; it counts nothing. Unique by the index it is stored under. */
export function newNumber (): number {
  return randomInt(100_000_000, 2 ** 48 - 1)
}

/** Text of the given number of random bytes, base64url. */
export function randomText (bytes: number): string {
  return randomBytes(bytes).toString('base64url')
}

const alphabet = '0123456789abcdefghjkmnpqrstvwxyz'
const dash = 45
