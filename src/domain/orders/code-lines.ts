// Codes as lines of text, written by hand: this is most of the cost of a large download. One writer for all answers, so that
// their sums are over the same bytes.
import { showId, type Uuid } from '../../base/ids.ts'
import type { PlainCode } from '../stock/open-codes.ts'

/** The most lines, and about the most bytes, of one piece of an answer and of one JWE. */
export const linesPerPieceMax = 1_000
export const bytesPerPieceMax = 512 * 1024

/** How a code becomes a line: what is the same for the codes of a line of the order, and the line itself. */
export interface LineForm {
  readonly head: (line: number, skuId: Uuid) => string
  readonly write: (head: string, code: PlainCode) => string
}

/** `{"line":…,"sku":…,"secret":…}` and a line feed: the members of OrderCode in this order, those it has not left out. */
export const ndjson: LineForm = {
  head: (line, skuId) => `{"line":${line},"sku":"${showId('sku', skuId)}","secret":`,
  write (head, { secret, number, serial, expiresAt }) {
    let text = head + JSON.stringify(secret)
    if (number !== undefined) text += ',"number":' + JSON.stringify(number)
    if (serial !== undefined) text += ',"serial":' + JSON.stringify(serial)
    if (expiresAt !== undefined) text += `,"expires_at":"${expiresAt}"`
    return text + '}\n'
  }
}

export const csvHeader = 'line,sku,secret,number,serial,expires_at\r\n'

/** RFC 4180, with CR LF. What a spreadsheet would take for a formula gets a `'` in front, which is not part of the code. */
export const csv: LineForm = {
  head: (line, skuId) => `${line},${showId('sku', skuId)},`,
  write: (head, { secret, number = '', serial = '', expiresAt = '' }) =>
    `${head}${csvField(secret)},${csvField(number)},${csvField(serial)},${expiresAt}\r\n`
}

/** Codes of one line of an order, one after the other. */
export interface CodeRun { readonly line: number, readonly skuId: Uuid, readonly count: number }

/**
 * Codes as pieces of whole lines, none of more than linesPerPieceMax lines or much more than bytesPerPieceMax bytes. A code is asked
 * for when its line is written, so that between two pieces others have their turn.
 */
export function * writePieces (
  form: LineForm,
  runs: readonly CodeRun[],
  nextCode: () => PlainCode
): Generator<{ lines: number, bytes: Buffer }> {
  let text = ''
  let lines = 0
  for (const { line, skuId, count } of runs) {
    const head = form.head(line, skuId)
    for (let left = count; left > 0; left--) {
      text += form.write(head, nextCode())
      if (++lines < linesPerPieceMax && text.length < charactersPerPieceMax) continue
      yield { lines, bytes: Buffer.from(text) }
      text = ''
      lines = 0
    }
  }
  if (lines > 0) yield { lines, bytes: Buffer.from(text) }
}

/** A character is three bytes at most in UTF-8 (one beyond the basic plane is two characters and four bytes). */
const charactersPerPieceMax = Math.floor(bytesPerPieceMax / 3)

const needsQuotes = /[",\r\n]/
const startsFormula = /^[=+\-@\t\r]/

function csvField (text: string): string {
  const safe = startsFormula.test(text) ? `'${text}` : text
  return needsQuotes.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe
}
