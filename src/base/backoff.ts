/** Full jitter (0 … min(cap, base × 2^attempt)), in milliseconds; attempt counts from 0. */
export function backoffMs (attempt: number, baseMs: number, capMs: number, random: () => number = Math.random): number {
  return Math.floor(random() * Math.min(capMs, baseMs * 2 ** attempt))
}
