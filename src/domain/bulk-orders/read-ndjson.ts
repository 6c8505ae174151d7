import { JsonRefusal, parseJsonStrictly } from '../../base/json.ts'
import type { LineTaker } from './file-lines.ts'
import { recordBytesMax, unreadable, type FileReader } from './file-reader.ts'
import { addJsonLine } from './read-cells.ts'

/** Reads an object a line; blank lines do not count. */
export function ndjsonReader (taker: LineTaker): FileReader {
  let rest = Buffer.alloc(0)
  let line = 0
  return {
    take (piece) {
      const bytes = rest.length === 0 ? piece : Buffer.concat([rest, piece])
      let start = 0
      for (let at = bytes.indexOf(lineFeed); at >= 0; at = bytes.indexOf(lineFeed, start)) {
        readLine(bytes.subarray(start, at))
        start = at + 1
      }
      rest = Buffer.from(bytes.subarray(start))
      if (rest.length > recordBytesMax) throw tooLong(line + 1)
    },
    end () {
      if (rest.length > 0) readLine(rest)
    }
  }

  function readLine (bytes: Buffer): void {
    line++
    if (bytes.length > recordBytesMax) throw tooLong(line)
    const text = bytes.toString('utf8').trim()
    if (text === '') return
    let value: unknown
    try {
      value = parseJsonStrictly(text)
    } catch (error) {
      if (!(error instanceof JsonRefusal)) throw error
      return taker.refuse(line, refusals[error.code])
    }
    addJsonLine(taker, line, value)
  }
}

const lineFeed = 0x0a

const refusals = {
  malformed_json: 'It is not valid JSON.',
  duplicate_json_key: 'It has a member twice.',
  forbidden_json_key: 'It has a member with a forbidden name.'
} as const

function tooLong (line: number) {
  return unreadable(`Line ${line} is longer than ${recordBytesMax} bytes: is it one JSON object a line?`)
}
