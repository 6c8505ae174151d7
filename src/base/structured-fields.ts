import { SignatureRefusal, type SignatureRefusalCode } from './signature-refusal.ts'

const digitsMax = 15 // RFC 9651 section 3.3.1
const keyPattern = /[a-z*][a-z0-9_.*-]*/y
const printablePattern = /^[\x20-\x7e]*$/

/**
 * Reads the part of RFC 9651 (Structured Fields) that signatures and digests are made of: keys, strings, integers
 * and byte sequences. What it reads must be written in canonical form (section 4.1), as every serializer writes it: what
 * is signed is the canonical form, so whoever sends another one by hand learns it here and not from a wrong signature.
 * Whatever is not well-formed is refused with the code the reader was made with.
 */
export class FieldReader {
  readonly #text: string
  readonly #code: SignatureRefusalCode
  readonly #field: string
  #at = 0

  constructor (text: string, field: string, code: SignatureRefusalCode, lengthMax: number) {
    this.#text = text
    this.#field = field
    this.#code = code
    if (text.length > lengthMax) this.refuse(`is longer than ${lengthMax} characters`)
    if (!printablePattern.test(text)) this.refuse('has characters that are not printable ASCII')
    this.#skipSpaces()
  }

  /** Where the reader stands; `since` gives back what was read from there on. */
  get position (): number {
    return this.#at
  }

  since (position: number): string {
    return this.#text.slice(position, this.#at)
  }

  /** Whether the character is the next one. */
  sees (character: string): boolean {
    return this.#text.charCodeAt(this.#at) === character.charCodeAt(0)
  }

  /** Steps over the character if it is the next one. */
  take (character: string): boolean {
    if (!this.sees(character)) return false
    this.#at++
    return true
  }

  /** Steps over the character, which must be the next one. */
  expect (character: string): void {
    if (!this.take(character)) this.refuse(`needs ${character === ' ' ? 'a space' : character} at position ${this.#at}`)
  }

  /** Steps over the comma between two members of a dictionary; false at the end of the field. */
  takeComma (): boolean {
    this.#skipSpaces()
    if (this.#at === this.#text.length) return false
    this.expect(',')
    this.#skipSpaces()
    return true
  }

  /** The key of a dictionary member or of a parameter. */
  readKey (): string {
    keyPattern.lastIndex = this.#at
    const key = keyPattern.exec(this.#text)?.[0]
    if (key === undefined) this.refuse(`needs a lower-case key at position ${this.#at}`)
    this.#at += key.length
    return key
  }

  readString (): string {
    this.expect('"')
    const end = this.#text.indexOf('"', this.#at)
    const plain = end < 0 ? '\\' : this.#text.slice(this.#at, end)
    if (plain.includes('\\')) return this.#readEscapedString()
    this.#at = end + 1
    return plain
  }

  readInteger (): number {
    const start = this.#at
    this.take('-')
    while (isDigit(this.#text.charCodeAt(this.#at))) this.#at++
    const digits = this.since(start)
    const integer = Number(digits)
    if (String(integer) !== digits || digits.length > digitsMax || this.sees('.')) this.refuse(`needs an integer at position ${start}`)
    return integer
  }

  readBytes (): Buffer {
    this.expect(':')
    const end = this.#text.indexOf(':', this.#at)
    if (end < 0) this.refuse('has a byte sequence without its closing colon')
    const base64 = this.#text.slice(this.#at, end)
    const bytes = Buffer.from(base64, 'base64')
    // Node decodes leniently; only what encodes back to the same characters was canonical.
    if (bytes.toString('base64') !== base64) this.refuse('has a byte sequence that is not canonical base64')
    this.#at = end + 1
    return bytes
  }

  refuse (detail: string): never {
    throw new SignatureRefusal(this.#code, `${this.#field} ${detail}.`)
  }

  #readEscapedString (): string {
    let value = ''
    while (!this.take('"')) {
      if (this.take('\\') && !this.sees('"') && !this.sees('\\')) this.refuse(`has an unknown escape at position ${this.#at}`)
      if (this.#at >= this.#text.length) this.refuse('has a string without its closing quote')
      value += this.#text.charAt(this.#at++)
    }
    return value
  }

  #skipSpaces (): void {
    while (this.sees(' ')) this.#at++
  }
}

/** A string as RFC 9651 section 4.1.6 writes it; the value must be printable ASCII. */
export function quoted (value: string): string {
  return value.includes('"') || value.includes('\\') ? `"${value.replace(/["\\]/g, '\\$&')}"` : `"${value}"`
}

function isDigit (code: number): boolean {
  return code >= 0x30 && code <= 0x39
}
