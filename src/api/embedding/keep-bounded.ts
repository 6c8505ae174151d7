// What is kept in memory of what was made for visitors: the last used stay, up to a number and a size; made once, however many ask.

export interface Bounds<Value> {
  readonly countMax: number
  readonly sizeMax?: number
  readonly sizeOf?: (value: Value) => number
  /** How long a value is good, in milliseconds; for ever when it does not say. */
  readonly goodMs?: (value: Value) => number
  /** The time, where values do not stay good. */
  readonly clock?: () => number
}

export interface Kept<Value> {
  /** The value of a key, made when there is none. A making that fails is not kept; those who waited for it share its failure. */
  get (key: string, make: () => Promise<Value>): Promise<Value>
  /** Whether there is a value of a key, however old. */
  has (key: string): boolean
}

interface Place<Value> { readonly value: Value, readonly size: number, readonly untilMs: number }

/** Keeps values within bounds. */
export function keepBounded<Value> ({ countMax, sizeMax = Infinity, sizeOf = () => 0, goodMs, clock }: Bounds<Value>): Kept<Value> {
  const places = new Map<string, Place<Value>>()
  const making = new Map<string, Promise<Value>>()
  const nowMs = () => clock?.() ?? 0
  let sizes = 0
  const drop = (key: string): void => {
    sizes -= places.get(key)?.size ?? 0
    places.delete(key)
  }
  const keep = (key: string, value: Value): void => {
    drop(key)
    const size = sizeOf(value)
    if (size > sizeMax) return
    places.set(key, { value, size, untilMs: goodMs === undefined ? Infinity : nowMs() + goodMs(value) })
    sizes += size
    // A Map goes through its keys in the order they were set: the first is the one that was not used for longest.
    for (const oldest of places.keys()) {
      if (places.size <= countMax && sizes <= sizeMax) break
      drop(oldest)
    }
  }
  return {
    has: key => places.has(key),
    async get (key, make) {
      const place = places.get(key)
      if (place !== undefined && nowMs() < place.untilMs) {
        places.delete(key)
        places.set(key, place)
        return place.value
      }
      const underWay = making.get(key)
      if (underWay) return underWay
      const made = make()
      making.set(key, made)
      try {
        const value = await made
        keep(key, value)
        return value
      } finally {
        making.delete(key)
      }
    }
  }
}
