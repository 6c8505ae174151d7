// CSV as spreadsheets write it: any order of columns, any line ends, quoted or not, divided by commas, semicolons or tabs.
import { CsvError, parse as parseCsv, type Options } from 'csv-parse/sync'
import type { LineTaker } from './file-lines.ts'
import { recordBytesMax, unreadable, type FileReader } from './file-reader.ts'
import { addTextLine, plainCell } from './read-cells.ts'

const wanted = ['sku', 'quantity', 'reference'] as const
/** Told by the template for people, passed over here. */
const comment = 'name'

/** Reads records; the first is the header row. */
export function csvReader (taker: LineTaker): FileReader {
  let rest = Buffer.alloc(0)
  let linesBefore = 0
  let header: Header | undefined
  return {
    take (piece) {
      const bytes = rest.length === 0 ? piece : Buffer.concat([rest, piece])
      const delimiter = header?.delimiter ?? delimiterOf(bytes)
      const end = lastRecordEnd(bytes, delimiter.charCodeAt(0))
      if (bytes.length - end > recordBytesMax) {
        throw unreadable(`After line ${linesBefore + countLineFeeds(bytes.subarray(0, end))} a line is longer than ${recordBytesMax} bytes, or a quote is never closed.`)
      }
      readRecords(bytes.subarray(0, end))
      rest = Buffer.from(bytes.subarray(end))
    },
    end () {
      readRecords(rest)
      if (header === undefined) throw unreadable('It has no header row; the first line names sku, quantity and, if you like, reference.')
    }
  }

  function readRecords (bytes: Buffer): void {
    if (bytes.length === 0) return
    const delimiter = header?.delimiter ?? delimiterOf(bytes)
    for (const { record, info } of parse(bytes, delimiter)) {
      const line = linesBefore + info.lines
      if (record.every(cell => cell.trim() === '')) continue
      if (header === undefined) header = readHeader(record, line, delimiter)
      else readRecord(header, record, line)
    }
    linesBefore += countLineFeeds(bytes)
  }

  function parse (bytes: Buffer, delimiter: string): readonly CsvRecord[] {
    try {
      return parseCsv(bytes, { ...csvOptions, delimiter }) as unknown as readonly CsvRecord[]
    } catch (error) {
      if (!(error instanceof CsvError)) throw error
      throw unreadable(`Line ${linesBefore + Number(error.lines ?? 1)} is not valid CSV: a quote is out of place or never closed.`)
    }
  }

  function readRecord ({ width, sku, quantity, reference }: Header, record: readonly string[], line: number): void {
    if (record.length > width && record.slice(width).some(cell => cell.trim() !== '')) {
      return taker.refuse(line, `It has ${record.length} cells where the header has ${width}.`)
    }
    addTextLine(taker, line, record[sku] ?? '', record[quantity] ?? '', reference < 0 ? '' : record[reference] ?? '')
  }
}

interface CsvRecord { readonly record: readonly string[], readonly info: { readonly lines: number } }

/** Where the cells are; -1 is nowhere. */
interface Header { readonly delimiter: string, readonly width: number, readonly sku: number, readonly quantity: number, readonly reference: number }

const csvOptions: Options = {
  info: true, skip_empty_lines: true, relax_column_count: true, relax_quotes: true, record_delimiter: ['\r\n', '\n', '\r']
}

/** A spreadsheet of a country with decimal commas divides by semicolons. */
function delimiterOf (bytes: Buffer): string {
  const end = bytes.indexOf(lineFeed)
  const first = bytes.toString('utf8', 0, end < 0 ? bytes.length : end)
  return [',', ';', '\t'].find(delimiter => first.includes(delimiter)) ?? ','
}

function readHeader (record: readonly string[], line: number, delimiter: string): Header {
  const names = record.map(cell => plainCell(cell).toLowerCase())
  while (names.at(-1) === '') names.pop()
  const unknown = names.find(name => name !== comment && !(wanted as readonly string[]).includes(name))
  if (unknown !== undefined || new Set(names).size !== names.length || !names.includes('sku') || !names.includes('quantity')) {
    throw unreadable(`Line ${line} is not the header row: it names sku and quantity and, if you like, reference and ${comment}, each ` +
      'once. GET /v1/bulk-orders/template gives a file to start from.')
  }
  return {
    delimiter, width: names.length, sku: names.indexOf('sku'), quantity: names.indexOf('quantity'), reference: names.indexOf('reference')
  }
}

const lineFeed = 0x0a
const quote = 0x22
const carriageReturn = 0x0d

/** Where the last whole record ends: behind a line feed outside of quotes. A quote in the middle of a cell is one of its characters. */
function lastRecordEnd (bytes: Buffer, delimiter: number): number {
  let end = 0
  let quoted = false
  let closedAt = -2
  let cellBegins = true
  for (let at = 0; at < bytes.length; at++) {
    const byte = bytes[at]
    if (byte === quote) {
      if (quoted) closedAt = at
      quoted = !quoted && (cellBegins || closedAt === at - 1)
    } else if (!quoted && byte === lineFeed) end = at + 1
    cellBegins = byte === delimiter || byte === lineFeed || byte === carriageReturn
  }
  return end
}

function countLineFeeds (bytes: Buffer): number {
  let count = 0
  for (let at = bytes.indexOf(lineFeed); at >= 0; at = bytes.indexOf(lineFeed, at + 1)) count++
  return count
}
