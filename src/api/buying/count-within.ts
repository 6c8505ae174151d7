export interface WindowCounter {
  /** Counts one more of a key and says how many there are in the present window. */
  count (key: string, nowMs: number): number
  /** How many of a key there are in the present window. */
  counted (key: string, nowMs: number): number
}

/** Counts keys in windows that begin with their first; of the most keys it holds, the oldest are forgotten first. */
export function countWithin ({ windowMs, keysMax }: { readonly windowMs: number, readonly keysMax: number }): WindowCounter {
  const windows = new Map<string, { readonly endsMs: number, count: number }>()
  const present = (key: string, nowMs: number) => {
    const window = windows.get(key)
    return window !== undefined && window.endsMs > nowMs ? window : undefined
  }
  return {
    counted: (key, nowMs) => present(key, nowMs)?.count ?? 0,
    count (key, nowMs) {
      const window = present(key, nowMs)
      if (window !== undefined) return ++window.count
      windows.delete(key)
      if (windows.size >= keysMax) windows.delete(windows.keys().next().value!)
      windows.set(key, { endsMs: nowMs + windowMs, count: 1 })
      return 1
    }
  }
}
