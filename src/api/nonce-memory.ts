import type { StoredNonce } from '../domain/requests/spend-nonce.ts'

/** Nonces this process has seen, for as long as their signatures are good. */
export interface NonceMemory {
  /** Whether the nonce is new; from then on it is not. */
  add (nonce: StoredNonce, nowMs: number): boolean
}

/** Longer than a signature's whole window (300 s back, 30 s ahead). */
const generationMs = 340_000
/** Beyond this many nonces the older generation goes early: a bound on memory, at the price of a shorter memory under flood. */
const generationMax = 200_000
/** A power of two, so that the tables stay less than half full: 16 bytes a place, of which the system gives what is used. */
const places = 2 ** 19
const wordsPerNonce = 4

/**
 * Two generations: a nonce is remembered for one whole generation at least, unless a flood shortens it. They are tables of numbers
 * (open addressing, linear probing), not sets of texts, of which the garbage collector would look at hundreds of thousands each time.
 */
export function nonceMemory (): NonceMemory {
  let young = newTable()
  let old = newTable()
  let count = 0
  let bornMs = 0
  const wanted = new Uint32Array(wordsPerNonce)
  return {
    add (nonce, nowMs) {
      readWords(nonce, wanted)
      if (nowMs - bornMs > generationMs || count >= generationMax) {
        old = young
        young = newTable()
        count = 0
        bornMs = nowMs
      }
      if (holds(old, placeOf(old, wanted))) return false
      const place = placeOf(young, wanted)
      if (holds(young, place)) return false
      young.set(wanted, place)
      count++
      return true
    }
  }
}

function newTable (): Uint32Array {
  return new Uint32Array(places * wordsPerNonce)
}

/** Where the nonce is, or the free place it belongs to. */
function placeOf (table: Uint32Array, wanted: Uint32Array): number {
  // The second word is bits of a hash.
  let place = (wanted[1]! % places) * wordsPerNonce
  while (holds(table, place) && !isAt(table, place, wanted)) place = (place + wordsPerNonce) % table.length
  return place
}

function isAt (table: Uint32Array, place: number, wanted: Uint32Array): boolean {
  return table[place] === wanted[0] && table[place + 1] === wanted[1] && table[place + 2] === wanted[2] && table[place + 3] === wanted[3]
}

/** The first word is a time, and never zero. */
function holds (table: Uint32Array, place: number): boolean {
  return table[place] !== 0
}

/** The 128 bits of the text of a UUID. */
function readWords (uuid: StoredNonce, into: Uint32Array): void {
  let word = 0
  let digits = 0
  for (let i = 0; i < uuid.length; i++) {
    const code = uuid.charCodeAt(i)
    if (code === dash) continue
    word = (word << 4) | (code < 58 ? code - 48 : code - 87)
    digits++
    if (digits % 8 === 0) into[digits / 8 - 1] = word
  }
}

const dash = 45
