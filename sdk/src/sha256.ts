// SHA-256 (FIPS 180-4) of what comes in pieces: WebCrypto takes only the whole at once, and a stream of a million codes is not held.

/** Takes bytes, and gives the digest of all of them in hex. */
export interface Sha256 {
  update (bytes: Uint8Array): void
  /** Ends it. */
  hex (): string
}

const blockBytes = 64

/** Starts a digest. */
export function sha256 (): Sha256 {
  const state = fractions(primes.slice(0, 8), Math.sqrt)
  const schedule = new Int32Array(64)
  const block = new Uint8Array(blockBytes)
  let filled = 0
  let total = 0

  const update = (bytes: Uint8Array): void => {
    total += bytes.length
    let at = 0
    if (filled > 0) {
      at = Math.min(blockBytes - filled, bytes.length)
      block.set(bytes.subarray(0, at), filled)
      filled += at
      if (filled < blockBytes) return
      compress(state, schedule, block, 0)
    }
    for (; at + blockBytes <= bytes.length; at += blockBytes) compress(state, schedule, bytes, at)
    block.set(bytes.subarray(at))
    filled = bytes.length - at
  }

  return {
    update,
    hex () {
      const padding = new Uint8Array((filled < 56 ? 64 : 128) - filled)
      padding[0] = 0x80
      const bits = new DataView(padding.buffer)
      bits.setUint32(padding.length - 8, Math.floor(total / 0x20000000))
      bits.setUint32(padding.length - 4, (total * 8) >>> 0)
      update(padding)
      return Array.from(state, word => (word >>> 0).toString(16).padStart(8, '0')).join('')
    }
  }
}

function compress (state: Int32Array, w: Int32Array, bytes: Uint8Array, at: number): void {
  for (let i = 0; i < 16; i++, at += 4) w[i] = (bytes[at]! << 24) | (bytes[at + 1]! << 16) | (bytes[at + 2]! << 8) | bytes[at + 3]!
  for (let i = 16; i < 64; i++) {
    const x = w[i - 15]!
    const y = w[i - 2]!
    const s0 = (x >>> 7 | x << 25) ^ (x >>> 18 | x << 14) ^ (x >>> 3)
    const s1 = (y >>> 17 | y << 15) ^ (y >>> 19 | y << 13) ^ (y >>> 10)
    w[i] = (w[i - 16]! + s0 + w[i - 7]! + s1) | 0
  }
  let [a, b, c, d, e, f, g, h] = state as unknown as [number, number, number, number, number, number, number, number]
  for (let i = 0; i < 64; i++) {
    const s1 = (e >>> 6 | e << 26) ^ (e >>> 11 | e << 21) ^ (e >>> 25 | e << 7)
    const t1 = (h + s1 + ((e & f) ^ (~e & g)) + constants[i]! + w[i]!) | 0
    const s0 = (a >>> 2 | a << 30) ^ (a >>> 13 | a << 19) ^ (a >>> 22 | a << 10)
    const t2 = (s0 + ((a & b) ^ (a & c) ^ (b & c))) | 0
    h = g
    g = f
    f = e
    e = (d + t1) | 0
    d = c
    c = b
    b = a
    a = (t1 + t2) | 0
  }
  const after = [a, b, c, d, e, f, g, h]
  for (let i = 0; i < 8; i++) state[i]! += after[i]!
}

/** The first 32 bits after the point of a root of each of the first primes (FIPS 180-4 §4.2.2, §5.3.3). */
const primes = /* @__PURE__ */ primesUpTo(311)
const constants = /* @__PURE__ */ fractions(primes, Math.cbrt)

function primesUpTo (last: number): number[] {
  const found: number[] = []
  for (let n = 2; n <= last; n++) if (found.every(prime => n % prime)) found.push(n)
  return found
}

function fractions (numbers: readonly number[], root: (n: number) => number): Int32Array {
  return Int32Array.from(numbers, n => (root(n) % 1) * 2 ** 32)
}
