// Finds codes that stand twice in a file: a table of 64-bit hashes, open addressing, 12 bytes a slot and a bounded number of
// slots, so that a file of any length is read in flat memory. Two different codes with one hash are not to be expected: one
// chance in millions for the largest table. Beyond its size, the server alone finds duplicates.

/** Slots at most: 48 MiB. */
const slotsMax = 2 ** 22
const slotsFirst = 2 ** 12
const fullAt = 0.75
/** Codes compared with each other in one file. */
export const codesComparedMax = slotsMax * fullAt

export interface SeenCodes {
  /** The line that had this code before; 0 when none had, or when there are more codes than are compared. */
  firstLine (sameness: string, line: number): number
}

/** Remembers codes by hash. */
export function openSeenCodes (): SeenCodes {
  let table = newTable(slotsFirst)
  let count = 0

  return {
    firstLine (sameness, line) {
      const [high, low] = hash(sameness)
      const slot = slotOf(table, high, low)
      if (table.lines[slot] !== 0) return table.lines[slot]!
      if (count >= codesComparedMax) return 0
      put(table, slot, high, low, line)
      if (++count > table.lines.length * fullAt && table.lines.length < slotsMax) table = grown(table)
      return 0
    }
  }
}

interface Table { readonly highs: Uint32Array, readonly lows: Uint32Array, readonly lines: Uint32Array }

function newTable (slots: number): Table {
  return { highs: new Uint32Array(slots), lows: new Uint32Array(slots), lines: new Uint32Array(slots) }
}

/** The slot that holds the hash, or the empty one it belongs in. */
function slotOf ({ highs, lows, lines }: Table, high: number, low: number): number {
  const mask = lines.length - 1
  let slot = low & mask
  while (lines[slot] !== 0 && !(highs[slot] === high && lows[slot] === low)) slot = (slot + 1) & mask
  return slot
}

function put (table: Table, slot: number, high: number, low: number, line: number): void {
  table.highs[slot] = high
  table.lows[slot] = low
  table.lines[slot] = line
}

function grown (table: Table): Table {
  const larger = newTable(table.lines.length * 2)
  for (let i = 0; i < table.lines.length; i++) {
    if (table.lines[i] !== 0) put(larger, slotOf(larger, table.highs[i]!, table.lows[i]!), table.highs[i]!, table.lows[i]!, table.lines[i]!)
  }
  return larger
}

/** cyrb53 (public domain) with all 64 bits of its two halves kept. */
function hash (text: string): readonly [number, number] {
  let high = 0xdeadbeef
  let low = 0x41c6ce57
  for (let i = 0; i < text.length; i++) {
    const unit = text.charCodeAt(i)
    high = Math.imul(high ^ unit, 2654435761)
    low = Math.imul(low ^ unit, 1597334677)
  }
  high = Math.imul(high ^ (high >>> 16), 2246822507) ^ Math.imul(low ^ (low >>> 13), 3266489909)
  low = Math.imul(low ^ (low >>> 16), 2246822507) ^ Math.imul(high ^ (high >>> 13), 3266489909)
  return [high >>> 0, low >>> 0]
}
