// One line of a file of codes: what can be said about it here, before the server is asked.

/** A line with a code. */
export interface CodeLine {
  /** Its number in the file, from 1. */
  readonly line: number
  /** As it is sent: one JSON object. */
  readonly json: string
  /** Two lines with the same are the same code to the server. */
  readonly sameness: string
}

/** Why a line cannot be imported; after a `last` one nothing could be read. */
export interface LineFault {
  readonly line: number
  readonly detail: string
  readonly last?: boolean
}

/** A line's fields, trimmed; '' is absent. */
export interface Fields {
  readonly secret: string
  readonly number: string
  readonly serial: string
  readonly expiresAt: string
}

/** The longest secret, number or serial, in characters; the server takes none longer either. */
export const fieldLengthMax = 512

/** Whether a line could not be taken. */
export function isFault (line: CodeLine | LineFault): line is LineFault {
  return 'detail' in line
}

/** Checks what can be checked here: presence, length, characters and the form of the expiry. */
export function readFields (fields: Fields, line: number): CodeLine | LineFault {
  const { secret, number, serial, expiresAt } = fields
  if (secret === '') return { line, detail: 'has no secret' }
  for (const name of ['secret', 'number', 'serial'] as const) {
    if (fields[name].length > fieldLengthMax) return { line, detail: `has a ${name} of more than ${fieldLengthMax} characters` }
    if (controlCharacter.test(fields[name])) return { line, detail: `has a control character in its ${name}` }
  }
  const own = normalised(secret)
  if (own === '') return { line, detail: 'has a secret of nothing but spaces and dashes' }
  if (expiresAt !== '' && !expiryForm.test(expiresAt)) {
    return { line, detail: 'has an expires_at that is no date or date-time like 2027-12-31 or 2027-12-31T15:00:00Z' }
  }
  const json = `{"line":${line},"secret":${JSON.stringify(secret)}` +
    (number === '' ? '' : `,"number":${JSON.stringify(number)}`) +
    (serial === '' ? '' : `,"serial":${JSON.stringify(serial)}`) +
    (expiresAt === '' ? '}\n' : `,"expires_at":${JSON.stringify(expiresAt)}}\n`)
  return { line, json, sameness: number === '' ? own : `${normalised(number)}\n${own}` }
}

const controlCharacter = /\p{Cc}/u
const expiryForm = /^\d{4}-\d\d-\d\d(?:[Tt]\d\d:\d\d:\d\d(?:\.\d{1,9})?(?:[Zz]|[+-]\d\d:\d\d))?$/
const plain = /^[0-9A-Z]*$/
const spacesAndDashes = /[\s\p{Pd}]+/gu

/** As the server compares codes: without case, spaces, dashes and full-width forms. */
function normalised (field: string): string {
  return plain.test(field) ? field : field.normalize('NFKC').toUpperCase().replace(spacesAndDashes, '')
}
