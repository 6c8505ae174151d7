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

/** Two generations: a nonce is remembered for one whole generation at least, unless a flood shortens it. */
export function nonceMemory (): NonceMemory {
  let young = new Set<string>()
  let old = new Set<string>()
  let bornMs = 0
  return {
    add (nonce, nowMs) {
      const seen = compact(nonce)
      if (nowMs - bornMs > generationMs || young.size >= generationMax) {
        old = young
        young = new Set()
        bornMs = nowMs
      }
      if (old.has(seen)) return false
      const size = young.size
      young.add(seen)
      return young.size > size
    }
  }
}

/** Sixteen characters instead of a text that was put together from pieces: a fifth of the memory. */
function compact (nonce: StoredNonce): string {
  return Buffer.from(nonce.replaceAll('-', ''), 'hex').toString('latin1')
}
