import type { ProblemCode } from '../../schema/problems.ts'

/** The deepest nesting of arrays and objects read. */
export const jsonDepthMax = 32

export const jsonRefusalCodes = ['malformed_json', 'duplicate_json_key', 'forbidden_json_key'] as const satisfies readonly ProblemCode[]
export type JsonRefusalCode = (typeof jsonRefusalCodes)[number]

/** Thrown for a text that is not the one JSON value everybody would read in it; the message never quotes a value. */
export class JsonRefusal extends Error {
  readonly code: JsonRefusalCode
  /** With `malformed_json`, when known: where reading stopped, in UTF-16 units from the start. */
  readonly position: number | undefined
  /** The name in question, cut to 64 characters. */
  readonly key: string | undefined

  constructor (code: JsonRefusalCode, detail: string, where: { readonly position?: number | undefined, readonly key?: string } = {}) {
    super(detail)
    this.name = 'JsonRefusal'
    this.code = code
    this.position = where.position
    this.key = where.key?.slice(0, 64)
  }
}

/**
 * Reads I-JSON (RFC 7493): UTF-8 without BOM, no name twice in an object, no unpaired surrogate, no number beyond a double;
 * and no name that could reach a prototype. Two programs that read the text differently could be told two things by one signature.
 */
export function parseJsonStrictly (text: string | Uint8Array): unknown {
  const json = typeof text === 'string' ? text : decode(text)
  if (json.charCodeAt(0) === 0xfeff) throw new JsonRefusal('malformed_json', 'The text starts with a byte order mark.', { position: 0 })
  const value = parse(json)
  const members = checkTree(value, 0)
  // JSON.parse keeps the last of two equal names. Every member has one colon, so a colon too many is a name too many.
  if (members !== countColons(json)) refuseDuplicate(json)
  if ((json.includes('\\u') || typeof text === 'string') && !isWellFormed(value)) {
    throw new JsonRefusal('malformed_json', 'A string has half a surrogate pair.')
  }
  return value
}

const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true })

function decode (bytes: Uint8Array): string {
  try {
    return utf8.decode(bytes)
  } catch {
    throw new JsonRefusal('malformed_json', 'The text is not valid UTF-8.')
  }
}

function parse (json: string): unknown {
  try {
    return JSON.parse(json)
  } catch (error) {
    const position = positionOf(error as SyntaxError, json)
    const place = position === undefined ? '' : ` at position ${position}`
    throw new JsonRefusal('malformed_json', `The text is not valid JSON${place}.`, { position })
  }
}

/** V8 tells the place only inside a sentence, which may also quote the text and so is not passed on. */
function positionOf (error: SyntaxError, json: string): number | undefined {
  if (error.message.startsWith('Unexpected end')) return json.length
  const found = /at position (\d+)/.exec(error.message)
  return found ? Number(found[1]) : undefined
}

/** How many members the objects of the tree have, all depths together. */
function checkTree (value: unknown, depth: number): number {
  if (typeof value !== 'object' || value === null) {
    if (typeof value === 'number' && !Number.isFinite(value)) throw new JsonRefusal('malformed_json', 'A number is too large.')
    return 0
  }
  if (depth === jsonDepthMax) throw new JsonRefusal('malformed_json', `The text is nested deeper than ${jsonDepthMax}.`)
  let members = 0
  if (Array.isArray(value)) {
    for (const element of value) members += checkTree(element, depth + 1)
    return members
  }
  const object = value as Record<string, unknown>
  for (const key of Object.keys(object)) {
    if (key === '__proto__' || (key === 'constructor' && namesPrototype(object[key]))) {
      throw new JsonRefusal('forbidden_json_key', `The name ${key} is not allowed.`, { key })
    }
    members += 1 + checkTree(object[key], depth + 1)
  }
  return members
}

function namesPrototype (value: unknown): boolean {
  return typeof value === 'object' && value !== null && Object.hasOwn(value, 'prototype')
}

/** Colons outside strings; the text is known to be valid JSON. */
function countColons (json: string): number {
  let colons = 0
  for (let at = 0; at < json.length; at++) {
    const code = json.charCodeAt(at)
    if (code === 0x3a) colons++
    else if (code === 0x22) at = closingQuote(json, at)
  }
  return colons
}

/** Where the string ends that opens at `at`. */
function closingQuote (json: string, at: number): number {
  for (let end = at + 1; ; end++) {
    const code = json.charCodeAt(end)
    if (code === 0x22) return end
    if (code === 0x5c) end++
  }
}

/** Walks the names one by one, unescaped, to tell the first that is there twice. */
function refuseDuplicate (json: string): never {
  const open: Set<string>[] = []
  let latest = ''
  for (let at = 0; at < json.length; at++) {
    const character = json[at]
    if (character === '{') open.push(new Set())
    else if (character === '}') open.pop()
    else if (character === '"') {
      const end = closingQuote(json, at)
      latest = json.slice(at, end + 1)
      at = end
    } else if (character === ':') {
      const key: string = JSON.parse(latest)
      const names = open.at(-1)!
      if (names.has(key)) {
        throw new JsonRefusal('duplicate_json_key', `The name ${JSON.stringify(key.slice(0, 64))} is there twice.`, { key })
      }
      names.add(key)
    }
  }
  throw new Error('a text with more colons than members has no name twice')
}

function isWellFormed (value: unknown): boolean {
  if (typeof value === 'string') return value.isWellFormed()
  if (typeof value !== 'object' || value === null) return true
  if (Array.isArray(value)) return value.every(isWellFormed)
  return Object.entries(value).every(([key, member]) => key.isWellFormed() && isWellFormed(member))
}
