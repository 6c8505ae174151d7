// Reading a file of codes, CSV or NDJSON, a slice at a time and in the same memory whatever its length. What is wrong with a
// line becomes a fault with the line's number; a fault never quotes the line, it may hold a code.
import { isUtf8 } from 'node:buffer'
import type { FileHandle } from 'node:fs/promises'
import { CsvError, parse as parseCsv } from 'csv-parse/sync'
import { isFault, readFields, type CodeLine, type LineFault } from './read-line.ts'

export const fileFormats = ['csv', 'ndjson'] as const
export type FileFormat = (typeof fileFormats)[number]

/** Read from the disk at a time. */
const sliceBytes = 131_072
/** The longest line; the server takes none longer either. */
export const lineBytesMax = 16_384

/** Some lines in their order, and the bytes of the file they took. */
export interface Batch {
  readonly lines: ReadonlyArray<CodeLine | LineFault>
  readonly bytes: number
  /** The bytes as they stand in the file; good until the next batch is asked for. */
  readonly raw: Buffer
}

/** The lines of a file. After a fault that makes the rest unreadable (`last`) there are no more. */
export async function * readFile (file: FileHandle, format: FileFormat): AsyncGenerator<Batch, void, undefined> {
  const read = format === 'csv' ? csvReader() : readNdjson
  let linesBefore = 0
  for await (const raw of slicesOf(file, format === 'csv')) {
    const text = linesBefore === 0 && raw.subarray(0, 3).equals(utf8Bom) ? raw.subarray(3) : raw
    const lines = unreadableFault(text, linesBefore) ?? read(text, linesBefore)
    yield { lines, bytes: raw.length, raw }
    const last = lines.at(-1)
    if (last !== undefined && isFault(last) && last.last) return
    linesBefore += countByte(raw, lineFeed)
  }
}

/** The format of a file: what its name says, or its first character. */
export async function guessFormat (file: FileHandle, name: string): Promise<FileFormat> {
  if (/\.(ndjson|jsonl)$/i.test(name)) return 'ndjson'
  if (/\.(csv|txt)$/i.test(name)) return 'csv'
  const { buffer, bytesRead } = await file.read(Buffer.alloc(1_024), 0, 1_024, 0)
  return buffer
    .toString('utf8', 0, bytesRead)
    .replace(/^\ufeff/, '')
    .trimStart()
    .startsWith('{')
    ? 'ndjson'
    : 'csv'
}

const utf8Bom = Buffer.from([0xef, 0xbb, 0xbf])
const lineFeed = 0x0a
const quote = 0x22

/** Pieces of the file that end with a line and, where it matters, outside quotes; all in one buffer. */
async function * slicesOf (file: FileHandle, quoted: boolean): AsyncGenerator<Buffer, void, undefined> {
  const buffer = Buffer.alloc(2 * sliceBytes)
  let held = 0
  for (let position = 0; ;) {
    const { bytesRead } = await file.read(buffer, held, sliceBytes, position)
    if (bytesRead === 0) break
    position += bytesRead
    held += bytesRead
    const filled = buffer.subarray(0, held)
    // A line or a quote that is still open after a whole slice is read on no longer: it is told as a fault.
    const end = lastLineEnd(filled, quoted) || (held > sliceBytes ? held : 0)
    if (end > 0) yield filled.subarray(0, end)
    buffer.copyWithin(0, end, held)
    held -= end
  }
  if (held > 0) yield buffer.subarray(0, held)
}

/** Where the last whole line ends; 0 when there is none. */
function lastLineEnd (bytes: Buffer, quoted: boolean): number {
  if (!quoted || bytes.indexOf(quote) < 0) return bytes.lastIndexOf(lineFeed) + 1
  let end = 0
  let open = false
  for (let i = 0; i < bytes.length; i++) {
    if (bytes[i] === quote) open = !open
    else if (bytes[i] === lineFeed && !open) end = i + 1
  }
  return end
}

function unreadableFault (bytes: Buffer, linesBefore: number): LineFault[] | undefined {
  if (linesBefore === 0 && bytes.length >= 2 && [0xfffe, 0xfeff].includes(bytes.readUInt16BE(0))) {
    return [{ line: 1, detail: 'begins a UTF-16 file; save it as UTF-8', last: true }]
  }
  if (isUtf8(bytes)) return undefined
  let line = linesBefore + 1
  for (let start = 0; start < bytes.length; line++) {
    const found = bytes.indexOf(lineFeed, start)
    const end = found < 0 ? bytes.length : found
    if (!isUtf8(bytes.subarray(start, end))) break
    start = end + 1
  }
  return [{ line, detail: 'has bytes that are not UTF-8 (GBK perhaps); save the file as UTF-8', last: true }]
}

function readNdjson (bytes: Buffer, linesBefore: number): Array<CodeLine | LineFault> {
  const read: Array<CodeLine | LineFault> = []
  const texts = linesIn(bytes)
  for (let i = 0; i < texts.length; i++) {
    const text = texts[i]!
    if (text.trim() !== '') read.push(readObject(text, linesBefore + i + 1))
  }
  return read
}

function readObject (text: string, line: number): CodeLine | LineFault {
  if (text.length > lineBytesMax) return tooLong(line)
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch {
    return { line, detail: 'is not valid JSON' }
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return { line, detail: 'is not a JSON object' }
  const entries = Object.entries(value)
  if (text.match(memberName)?.length !== entries.length) {
    return { line, detail: `has a field twice, or an unknown one; the fields are ${columns.join(', ')}` }
  }
  const fields = { secret: '', number: '', serial: '', expiresAt: '' }
  for (const [name, field] of entries) {
    if (name === 'line') continue
    if (typeof field !== 'string' && field !== null) return { line, detail: `has a ${name} that is not a string` }
    fields[name === 'expires_at' ? 'expiresAt' : (name as 'secret')] = field?.trim() ?? ''
  }
  return readFields(fields, line)
}

/** Inside a string its quotes would be escaped. */
const memberName = /"(?:number|secret|serial|expires_at|line)"\s*:/g
const columns = ['number', 'secret', 'serial', 'expires_at']

/** Remembers the header row from the first slice on. */
function csvReader (): (bytes: Buffer, linesBefore: number) => Array<CodeLine | LineFault> {
  let header: readonly string[] | undefined

  return (bytes, linesBefore) => {
    const read: Array<CodeLine | LineFault> = []
    const records = bytes.indexOf(quote) < 0 ? plainRecords(bytes, linesBefore) : quotedRecords(bytes, linesBefore)
    for (const { record, line, fault: unread } of records) {
      if (unread !== undefined) {
        read.push(unread)
        continue
      }
      if (header !== undefined) {
        read.push(readRecord(header, record, line))
        continue
      }
      const names = record.map(name => name.trim().toLowerCase())
      // One column without a header is a plain list of secrets.
      const headerless = record.length === 1 && looksLikeCode(names[0]!)
      const fault = headerless ? undefined : headerFault(names)
      if (fault !== undefined) return [{ line, detail: fault, last: true }]
      header = headerless ? ['secret'] : names
      if (headerless) read.push(readRecord(header, record, line))
    }
    return read
  }
}

interface Record {
  readonly record: readonly string[]
  readonly line: number
  readonly fault?: LineFault
}

/** Without a quote in them, records are lines and fields are what stands between commas. */
function * plainRecords (bytes: Buffer, linesBefore: number): Generator<Record> {
  const texts = linesIn(bytes)
  for (let i = 0; i < texts.length; i++) {
    const text = texts[i]!
    const line = linesBefore + i + 1
    if (text === '') continue
    if (text.length > lineBytesMax) yield { record: [], line, fault: tooLong(line) }
    else yield { record: text.split(','), line }
  }
}

function * quotedRecords (bytes: Buffer, linesBefore: number): Generator<Record> {
  let records: ReadonlyArray<{ readonly record: readonly string[], readonly info: { readonly lines: number } }>
  try {
    records = parseCsv(bytes, csvOptions) as unknown as typeof records
  } catch (error) {
    if (!(error instanceof CsvError)) throw error
    const line = linesBefore + Number(error.lines ?? 1)
    yield {
      record: [],
      line,
      fault: { line, detail: 'is not valid CSV: a quote is out of place or never closed, or the line is too long', last: true }
    }
    return
  }
  for (const { record, info } of records) yield { record, line: linesBefore + info.lines }
}

const csvOptions = {
  info: true,
  skip_empty_lines: true,
  relax_column_count: true,
  record_delimiter: ['\r\n', '\n'],
  max_record_size: lineBytesMax
}

/** Rather not a code than a header ("code", "PIN", "卡密") put on sale as one: nearly every code has a digit. */
function looksLikeCode (cell: string): boolean {
  return /\d/.test(cell) && !cell.split(/[;\t|]/).some(word => columns.includes(word.trim()))
}

function headerFault (names: readonly string[]): string | undefined {
  if (names.every(name => columns.includes(name)) && new Set(names).size === names.length && names.includes('secret')) return undefined
  if (names.length === 1 && !/[;\t|]/.test(names[0]!)) {
    return 'is no header row and looks like no code: call the column `secret`, or if it is a code, put a line with `secret` above it'
  }
  const divided = names.length === 1 ? ' (these seem to be divided by something else)' : ''
  return `is no header row: it names secret and any of number, serial, expires_at, each once, divided by commas${divided}`
}

function readRecord (header: readonly string[], record: readonly string[], line: number): CodeLine | LineFault {
  if (record.length !== header.length) {
    return {
      line,
      detail: `has ${record.length} fields where ${header.length === 1 ? 'there is one column' : `the header has ${header.length}`}`
    }
  }
  const fields = { secret: '', number: '', serial: '', expiresAt: '' }
  for (let i = 0; i < header.length; i++) fields[header[i] === 'expires_at' ? 'expiresAt' : (header[i] as 'secret')] = record[i]!.trim()
  return readFields(fields, line)
}

function tooLong (line: number): LineFault {
  return { line, detail: `is longer than ${lineBytesMax} bytes` }
}

function linesIn (bytes: Buffer): string[] {
  const texts = bytes.toString('utf8').split(/\r?\n/)
  // What follows the last line end is not a line.
  if (texts.at(-1) === '') texts.pop()
  return texts
}

function countByte (bytes: Buffer, byte: number): number {
  let count = 0
  for (let at = bytes.indexOf(byte); at >= 0; at = bytes.indexOf(byte, at + 1)) count++
  return count
}
