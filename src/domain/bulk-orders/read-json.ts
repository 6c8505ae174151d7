// {"lines": [ … ]} read while it arrives: a hundred thousand lines are never one text, and a file that is too long is refused
// where it becomes so. The frame is read here, character by character; each line is read as strictly as any JSON body.
import { JsonRefusal, parseJsonStrictly } from '../../base/json.ts'
import { Problem } from '../../base/problem.ts'
import type { LineTaker } from './file-lines.ts'
import { recordBytesMax, unreadable, type FileReader } from './file-reader.ts'
import { addJsonLine } from './read-cells.ts'

/** Reads the members of `lines`; a line's number is its place, from 1. */
export function jsonReader (taker: LineTaker): FileReader {
  let expected: Expected = 'object'
  let line = 0
  let named = false
  let value: ValueScan | undefined
  /** What came of the value in earlier pieces. */
  let begun: Buffer[] = []
  let begunBytes = 0

  return {
    take (piece) {
      let start = 0
      for (let at = 0; at < piece.length; at++) {
        const byte = piece[at]!
        if (value) {
          const end = value(byte)
          if (end === 'inside') continue
          finish(piece.subarray(start, end === 'last' ? at + 1 : at))
          if (end === 'last') continue
        }
        if (isSpace(byte)) continue
        if (mayBegin[expected] && byte !== closeBracket && byte !== closeBrace && byte !== comma) {
          start = at
          value = scanValue(byte)
        } else expected = frame(byte)
      }
      if (!value) return
      begun.push(Buffer.from(piece.subarray(start)))
      begunBytes += piece.length - start
      if (begunBytes > recordBytesMax) throw tooLong(line + 1)
    },
    end () {
      if (expected !== 'nothing') throw malformed('The text ends before its time.')
    }
  }

  function finish (last: Buffer): void {
    const bytes = begun.length === 0 ? last : Buffer.concat([...begun, last])
    begun = []
    begunBytes = 0
    value = undefined
    if (bytes.length > recordBytesMax) throw tooLong(line + 1)
    const read = parseElement(bytes, line + 1)
    if (expected === 'name') {
      if (read !== 'lines') throw notTheFrame()
      if (named) throw new JsonRefusal('duplicate_json_key', 'The name "lines" is there twice.', { key: 'lines' })
      named = true
      expected = 'colon'
    } else if (expected === 'array') throw notTheFrame()
    else {
      addJsonLine(taker, ++line, read)
      expected = 'comma'
    }
  }

  /** What is expected after a character of the frame. */
  function frame (byte: number): Expected {
    const next = frames[expected][String.fromCharCode(byte)]
    if (next === undefined) throw expected === 'object' ? notTheFrame() : malformed(`There is a character out of place after line ${line}.`)
    if (next === 'nothing' && !named) throw notTheFrame()
    return next
  }
}

type Expected = 'object' | 'name' | 'colon' | 'array' | 'first' | 'line' | 'comma' | 'close' | 'nothing'

/** Where a name or a line may begin. */
const mayBegin: Readonly<Partial<Record<Expected, true>>> = { name: true, first: true, line: true }

/** Which character may come where, and what is expected after it. */
const frames: Readonly<Record<Expected, Readonly<Record<string, Expected>>>> = {
  object: { '{': 'name' },
  name: { '}': 'nothing' },
  colon: { ':': 'array' },
  array: { '[': 'first' },
  first: { ']': 'close' },
  line: {},
  comma: { ',': 'line', ']': 'close' },
  close: { ',': 'name', '}': 'nothing' },
  nothing: {}
}

/** Fed the characters after the first: `last` is the last of the value, `after` already stands behind it. */
type ValueScan = (byte: number) => 'inside' | 'last' | 'after'

function scanValue (first: number): ValueScan {
  let depth = isOpening(first) ? 1 : 0
  let quoted = first === quote
  let escaped = false
  const plain = depth === 0 && !quoted
  return byte => {
    if (plain) return isSpace(byte) || byte === comma || byte === closeBracket || byte === closeBrace ? 'after' : 'inside'
    if (quoted) {
      if (escaped) escaped = false
      else if (byte === backslash) escaped = true
      else if (byte === quote) {
        quoted = false
        if (depth === 0) return 'last'
      }
      return 'inside'
    }
    if (byte === quote) quoted = true
    else if (isOpening(byte)) depth++
    else if ((byte === closeBrace || byte === closeBracket) && --depth === 0) return 'last'
    return 'inside'
  }
}

function parseElement (bytes: Buffer, line: number): unknown {
  try {
    return parseJsonStrictly(bytes)
  } catch (error) {
    if (!(error instanceof JsonRefusal)) throw error
    const { code, key } = error
    throw new JsonRefusal(code, `Line ${line} of lines: ${error.message}`, key === undefined ? {} : { key })
  }
}

function isSpace (byte: number): boolean {
  return byte === 0x20 || byte === 0x0a || byte === 0x0d || byte === 0x09
}

function isOpening (byte: number): boolean {
  return byte === 0x7b || byte === 0x5b
}

const quote = 0x22
const comma = 0x2c
const backslash = 0x5c
const closeBracket = 0x5d
const closeBrace = 0x7d

function malformed (detail: string): JsonRefusal {
  return new JsonRefusal('malformed_json', detail)
}

function notTheFrame (): Problem {
  return new Problem('invalid_request', 'The body is {"lines": [{"sku": …, "quantity": …, "reference": …}, …]} and has no other member.')
}

function tooLong (line: number): Problem {
  return unreadable(`Line ${line} of lines is longer than ${recordBytesMax} bytes.`)
}
