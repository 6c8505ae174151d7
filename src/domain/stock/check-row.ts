import { normalised } from './fingerprint.ts'
import type { LineFault, Row } from './read-rows.ts'

/** The longest secret, number or serial, in characters after trimming. */
export const fieldLengthMax = 512

/** A row that can be stocked; `expiresAtMs` is Infinity when it never expires. */
export interface CheckedRow {
  readonly line: number
  readonly secret: string
  readonly number?: string
  readonly serial?: string
  readonly expiresAtMs: number
}

/** Checks rows of one import: what they lack, it has; what expires by `nowMs` is refused. */
export function rowChecker (nowMs: number, expiresAtDefaultMs: number): (row: Row) => CheckedRow | LineFault {
  // An import has few expiries and many rows.
  const expiries = new Map<string, number | undefined>()

  return row => {
    const { line, secret, number, serial } = row
    if (secret === '') return { line, detail: 'has no secret' }
    for (const [name, field] of [['secret', secret], ['number', number], ['serial', serial]] as const) {
      if (field.length > fieldLengthMax) return { line, detail: `has a ${name} of more than ${fieldLengthMax} characters` }
      if (controlCharacter.test(field)) return { line, detail: `has a control character in its ${name}` }
    }
    if (normalised(secret) === '') return { line, detail: 'has a secret of nothing but spaces and dashes' }
    const expiresAtMs = expiryOf(row.expiresAt)
    if (expiresAtMs === undefined) {
      return { line, detail: 'has an expires_at that is no RFC 3339 date or date-time, like 2027-12-31 or 2027-12-31T15:00:00Z' }
    }
    if (expiresAtMs <= nowMs) return { line, detail: 'has expired already' }
    return { line, secret, ...(number !== '' && { number }), ...(serial !== '' && { serial }), expiresAtMs }
  }

  function expiryOf (text: string): number | undefined {
    if (text === '') return expiresAtDefaultMs
    if (!expiries.has(text)) {
      if (expiries.size >= expiriesHeldMax) expiries.clear()
      expiries.set(text, readExpiry(text))
    }
    return expiries.get(text)
  }
}

const expiriesHeldMax = 1_000
const controlCharacter = /\p{Cc}/u

/**
 * Reads an RFC 3339 date-time, or a date, in milliseconds; undefined when it is neither. A date stands for the moment it
 * begins (UTC), the earliest reading: nobody is sold a code that its issuer already takes for expired.
 */
export function readExpiry (text: string): number | undefined {
  const match = /^(\d{4}-\d\d-\d\d)(?:[Tt](\d\d:\d\d:\d\d)(?:\.\d{1,9})?([Zz]|[+-]\d\d:\d\d))?$/.exec(text)
  if (!match) return undefined
  const [, date, time = '00:00:00', zone = 'Z'] = match
  const local = Date.parse(`${date}T${time}Z`)
  // A day or an hour that does not exist would come back as another.
  if (Number.isNaN(local) || new Date(local).toISOString().slice(0, 19) !== `${date}T${time}`) return undefined
  const ms = Date.parse(`${date}T${time}${zone.toUpperCase()}`)
  return Number.isNaN(ms) ? undefined : ms
}
