// Reading the lines of an import part: NDJSON or CSV, from a buffer, a few at a time and in the same memory whatever the
// length. What is wrong with a line becomes a fault with the line's number; a fault never quotes the line, it may hold a code.
import { isUtf8 } from 'node:buffer'
import { CsvError, parse as parseCsv } from 'csv-parse/sync'
import { JsonRefusal, parseJsonStrictly } from '../../base/json.ts'

export type PartFormat = 'ndjson' | 'csv'

/** A line's fields as they were written, trimmed; '' is absent. */
export interface Row {
  readonly line: number
  readonly secret: string
  readonly number: string
  readonly serial: string
  readonly expiresAt: string
}

/** Why a line cannot be imported, to be read by a person. */
export interface LineFault { readonly line: number, readonly detail: string }

export const columns = ['number', 'secret', 'serial', 'expires_at'] as const
/** A line longer than this holds no code. */
export const lineBytesMax = 16_384

/** The rows of a part in their order, faults among them. A fault after which nothing can be read for sure is the last. */
export function * readRows (format: PartFormat, part: Buffer): Generator<Row | LineFault> {
  const body = part.subarray(0, 3).equals(utf8Bom) ? part.subarray(3) : part
  if (!isUtf8(body)) yield encodingFault(body)
  else if (format === 'ndjson') yield * readNdjson(body)
  else yield * readCsv(body)
}

/** Whether a line could not be taken. */
export function isFault (row: object): row is LineFault {
  return 'detail' in row
}

const utf8Bom = Buffer.from([0xef, 0xbb, 0xbf])
const lineFeed = 0x0a
const carriageReturn = 0x0d
const quote = 0x22

function encodingFault (body: Buffer): LineFault {
  let line = 1
  for (const [start, end] of linesOf(body)) {
    if (!isUtf8(body.subarray(start, end))) break
    line++
  }
  return { line, detail: 'has bytes that are not UTF-8; save the file as UTF-8 and send it again' }
}

/** Where each line starts and ends, its line end left out. */
function * linesOf (body: Buffer): Generator<readonly [number, number]> {
  for (let start = 0; start < body.length;) {
    const found = body.indexOf(lineFeed, start)
    const next = found < 0 ? body.length : found + 1
    const end = found < 0 ? body.length : found
    yield [start, end > start && body[end - 1] === carriageReturn ? end - 1 : end]
    start = next
  }
}

function * readNdjson (body: Buffer): Generator<Row | LineFault> {
  let line = 0
  for (const [start, end] of linesOf(body)) {
    line++
    if (end === start) continue
    yield end - start > lineBytesMax
      ? { line, detail: `is longer than ${lineBytesMax} bytes` }
      : readJsonRow(body.toString('utf8', start, end), line)
  }
}

function readJsonRow (text: string, line: number): Row | LineFault {
  let value: unknown
  try {
    value = parseJsonStrictly(text)
  } catch (error) {
    if (error instanceof JsonRefusal) return { line, detail: jsonFaults[error.code] }
    throw error
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return { line, detail: 'is not a JSON object' }
  const row = { line, secret: '', number: '', serial: '', expiresAt: '' }
  for (const [name, field] of Object.entries(value)) {
    if (name === 'line') {
      if (!Number.isSafeInteger(field) || field < 1) return { line, detail: 'has a `line` that is not a positive integer' }
      row.line = field
    } else if (!(columns as readonly string[]).includes(name)) {
      return { line, detail: `has an unknown field; the fields are ${columns.join(', ')} and line` }
    } else if (typeof field === 'string') {
      row[name === 'expires_at' ? 'expiresAt' : name as 'secret'] = field.trim()
    } else if (field !== null) {
      return { line, detail: `has a ${name} that is not a string` }
    }
  }
  return row
}

const jsonFaults = {
  malformed_json: 'is not valid JSON',
  duplicate_json_key: 'has a field twice',
  forbidden_json_key: 'has a field with a forbidden name'
} as const

function * readCsv (body: Buffer): Generator<Row | LineFault> {
  let header: readonly string[] | undefined
  let linesBefore = 0
  for (const [start, end] of slicesOf(body)) {
    let records: readonly CsvRecord[]
    try {
      records = parseCsv(body.subarray(start, end), csvOptions) as unknown as CsvRecord[]
    } catch (error) {
      if (!(error instanceof CsvError)) throw error
      yield { line: linesBefore + Number(error.lines ?? 1), detail: 'is not valid CSV: a quote is out of place or never closed' }
      return
    }
    for (const { record, info } of records) {
      const line = linesBefore + info.lines
      if (header) {
        yield readCsvRow(header, record, line)
        continue
      }
      header = record.map(name => name.trim().toLowerCase())
      const detail = headerFault(header)
      if (detail) {
        yield { line, detail }
        return
      }
    }
    linesBefore += countByte(body.subarray(start, end), lineFeed)
  }
}

interface CsvRecord { readonly record: readonly string[], readonly info: { readonly lines: number } }

const csvOptions = {
  info: true, skip_empty_lines: true, relax_column_count: true, record_delimiter: ['\r\n', '\n'], max_record_size: lineBytesMax
}

function headerFault (header: readonly string[]): string | undefined {
  const unknown = header.some(name => !(columns as readonly string[]).includes(name))
  if (unknown || new Set(header).size !== header.length || !header.includes('secret')) {
    const others = columns.filter(name => name !== 'secret').join(', ')
    return `is not the header row: it names \`secret\` and any of ${others}, each once, divided by commas`
  }
  return undefined
}

function readCsvRow (header: readonly string[], record: readonly string[], line: number): Row | LineFault {
  if (record.length !== header.length) return { line, detail: `has ${record.length} fields where the header has ${header.length}` }
  const field = (name: string): string => (record[header.indexOf(name)] ?? '').trim()
  return { line, secret: field('secret'), number: field('number'), serial: field('serial'), expiresAt: field('expires_at') }
}

/** Pieces of about 64 kB that end with a line and outside quotes. */
const sliceBytes = 65_536

function * slicesOf (body: Buffer): Generator<readonly [number, number]> {
  for (let start = 0; start < body.length;) {
    let end = start
    let quotes = 0
    do {
      const from = end
      const found = body.indexOf(lineFeed, Math.min(Math.max(from, start + sliceBytes), body.length - 1))
      end = found < 0 ? body.length : found + 1
      quotes += countByte(body.subarray(from, end), quote)
    } while (quotes % 2 === 1 && end < body.length)
    yield [start, end]
    start = end
  }
}

function countByte (bytes: Buffer, byte: number): number {
  let count = 0
  for (let at = bytes.indexOf(byte); at >= 0; at = bytes.indexOf(byte, at + 1)) count++
  return count
}
