// Reading a file while it arrives, piece by piece, in the same memory whatever its length. What is wrong with one line is told of that
// line; what is wrong with the file refuses it, once it is known that these are the bytes that were signed: a file that was
// damaged on its way is sent again, and a file that cannot be read is not.
import { isUtf8 } from 'node:buffer'
import { setImmediate as turn } from 'node:timers/promises'
import { bulkBytesMax } from '../../../schema/rest/bulk-orders.ts'
import type { BulkFormat } from '../../../schema/vocabulary.ts'
import { takeLines, type FileLines } from './file-lines.ts'
import { tooManyBytes, unreadable, type FileReader } from './file-reader.ts'
import { csvReader } from './read-csv.ts'
import { jsonReader } from './read-json.ts'
import { ndjsonReader } from './read-ndjson.ts'

/** Bytes read between two turns of the event loop: a few milliseconds. */
const bytesPerTurn = 65_536

const readers = { csv: csvReader, ndjson: ndjsonReader, json: jsonReader } as const

/**
 * Reads the lines of a file from a stream. `arrived` is called when all of it is there, before the last of it is read: it throws
 * when the bytes are not the signed ones. Throws `bulk_file_too_large`, `bulk_file_unreadable` and, for JSON, what bodies throw.
 */
export async function readFileLines (format: BulkFormat, body: AsyncIterable<Uint8Array>, arrived: () => void): Promise<FileLines> {
  const taker = takeLines()
  const reader = readers[format](taker)
  const text = textPieces(piece => reader.take(piece))
  let bytes = 0
  let fault: { readonly error: unknown } | undefined
  for await (const chunk of body) {
    bytes += chunk.byteLength
    if (bytes > bulkBytesMax) throw tooManyBytes()
    for (let start = 0; start < chunk.byteLength && fault === undefined; start += bytesPerTurn) {
      try {
        text.take(Buffer.from(chunk.buffer, chunk.byteOffset + start, Math.min(bytesPerTurn, chunk.byteLength - start)))
      } catch (error) {
        fault = { error }
      }
      await turn()
    }
  }
  arrived()
  if (fault !== undefined) throw fault.error
  text.end()
  reader.end()
  const { numbers, unreadableCount } = taker.lines
  if (numbers.length + unreadableCount === 0) throw unreadable('It has no lines.')
  return taker.lines
}

/** Passes UTF-8 on in pieces of whole characters, without a byte order mark; refuses what is no text. */
function textPieces (pass: (piece: Buffer) => void): FileReader {
  let rest = Buffer.alloc(0)
  let lines = 1
  let begun = false
  return {
    take (piece) {
      let all = rest.length === 0 ? piece : Buffer.concat([rest, piece])
      if (!begun) {
        if (all.length < signatureBytes) {
          rest = Buffer.from(all)
          return
        }
        all = begin(all)
      }
      const whole = all.length - unfinishedBytes(all)
      rest = Buffer.from(all.subarray(whole))
      checked(all.subarray(0, whole))
    },
    end () {
      const last = begun ? rest : begin(rest)
      if (last.length > 0) checked(last)
    }
  }

  function begin (start: Buffer): Buffer {
    begun = true
    refuseBinary(start)
    return start.subarray(0, 3).equals(utf8Bom) ? start.subarray(3) : start
  }

  function checked (piece: Buffer): void {
    if (piece.includes(0)) throw unreadable('It has bytes of value zero: it is no text. Send CSV, NDJSON or JSON in UTF-8.')
    if (!isUtf8(piece)) throw unreadable(`It is not UTF-8 from line ${lines + badLine(piece)} on: save it as "CSV UTF-8" (in Chinese Excel the plain CSV is GBK).`)
    for (let at = piece.indexOf(lineFeed); at >= 0; at = piece.indexOf(lineFeed, at + 1)) lines++
    pass(piece)
  }
}

const lineFeed = 0x0a
const signatureBytes = 8
const utf8Bom = Buffer.from([0xef, 0xbb, 0xbf])

/** What other files begin with, and what they look like. */
const signatures: readonly (readonly [string, string])[] = [
  ['504b0304', 'It looks like a zip file; an Excel workbook (.xlsx) is one too. Save it as CSV UTF-8, or unpack it.'],
  ['504b0506', 'It looks like an empty zip file.'],
  ['d0cf11e0', 'It looks like an old Excel workbook (.xls). Save it as CSV UTF-8.'],
  ['1f8b', 'It looks like a gzip file. Unpack it.'],
  ['fffe', 'It looks like UTF-16 (Excel calls it Unicode Text). Save it as CSV UTF-8.'],
  ['feff', 'It looks like UTF-16 (Excel calls it Unicode Text). Save it as CSV UTF-8.'],
  ['25504446', 'It looks like a PDF.'],
  ['377abcaf271c', 'It looks like a 7z file. Unpack it.'],
  ['526172211a07', 'It looks like a rar file. Unpack it.'],
  ['28b52ffd', 'It looks like a zstd file. Unpack it.']
]

function refuseBinary (start: Buffer): void {
  const hex = start.toString('hex', 0, signatureBytes)
  const found = signatures.find(([signature]) => hex.startsWith(signature))
  if (found) throw unreadable(found[1])
  // Latin letters in UTF-16 without a mark: every second byte is zero.
  if (start.length >= 4 && start[0] !== 0 && start[1] === 0 && start[2] !== 0 && start[3] === 0) throw unreadable(signatures[4]![1])
}

/** How many bytes at the end belong to a character that is not whole yet. */
function unfinishedBytes (bytes: Buffer): number {
  for (let back = 1; back <= 3 && back <= bytes.length; back++) {
    const byte = bytes[bytes.length - back]!
    if (byte < 0x80) return 0
    if (byte >= 0xc0) return back < (byte >= 0xf0 ? 4 : byte >= 0xe0 ? 3 : 2) ? back : 0
  }
  return 0
}

function badLine (piece: Buffer): number {
  let line = 0
  for (let start = 0; start < piece.length; line++) {
    const found = piece.indexOf(lineFeed, start)
    const end = found < 0 ? piece.length : found
    if (!isUtf8(piece.subarray(start, end))) return line
    start = end + 1
  }
  return line
}
