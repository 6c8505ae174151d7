// Where the codes of an order stand. Positions count all codes ever delivered, over the lines; those that were given back keep
// theirs and are passed over, so that those of the others never shift.
import type { Uuid } from '../../base/ids.ts'
import type { Tx } from '../../postgres/pool.ts'
import type { CodeRun } from './code-lines.ts'
import type { PositionedAllocation } from './order.ts'
import { readPositions } from './read-orders.ts'

/** Up to `count` codes from position `first` on, after passing over `pass` of those that are there. */
export interface CodeRange { readonly first: number, readonly pass?: number, readonly count: number }

/** The codes of an order as long as none more is given back. */
export interface CodeLayout {
  readonly delivered: number
  readonly returned: number
  readonly positions: readonly PositionedAllocation[]
  readonly skuOf: ReadonlyMap<number, Uuid>
}

/** Codes of an order, and where the next one stands; null when there is none. */
export interface TakenCodes { readonly ranges: readonly PositionedAllocation[], readonly next: number | null }

/** Reads the layout of an order that the caller has locked. */
export async function readLayout (
  tx: Tx,
  orderId: Uuid,
  { delivered, returned }: { readonly delivered: number, readonly returned: number }
): Promise<CodeLayout> {
  const [positions, skus] = await Promise.all([
    readPositions(tx, orderId),
    tx<{ line: number, skuId: Uuid }[]>`select line, sku_id as "skuId" from order_lines where order_id = ${orderId}`.execute()
  ])
  return { delivered, returned, positions, skuOf: new Map(skus.map(row => [row.line, row.skuId])) }
}

/** The codes of a range that were not given back. */
export function takeLive ({ positions }: CodeLayout, { first, pass = 0, count }: CodeRange): TakenCodes {
  const ranges: PositionedAllocation[] = []
  let toPass = pass
  let missing = count
  for (const range of positions) {
    let passed = Math.max(0, first - range.position)
    if (!range.live || passed >= range.count) continue
    const passing = Math.min(toPass, range.count - passed)
    toPass -= passing
    passed += passing
    if (passed === range.count) continue
    if (missing === 0) return { ranges, next: range.position + passed }
    const taken = Math.min(missing, range.count - passed)
    ranges.push({ ...range, first: range.first + passed, position: range.position + passed, count: taken })
    missing -= taken
    if (passed + taken < range.count) return { ranges, next: range.position + passed + taken }
  }
  return { ranges, next: null }
}

/** How many codes a range has that were not given back. */
export function countLive (layout: CodeLayout, range: CodeRange): number {
  return takeLive(layout, range).ranges.reduce((sum, { count }) => sum + count, 0)
}

/** Ranges as positions without a gap: an audit row names no code that was not revealed. */
export function positionRuns (ranges: readonly PositionedAllocation[]): readonly { readonly first: number, readonly count: number }[] {
  const runs: { first: number, count: number }[] = []
  for (const { position, count } of ranges) {
    const last = runs.at(-1)
    if (last && last.first + last.count === position) last.count += count
    else runs.push({ first: position, count })
  }
  return runs
}

/** For each range the line it belongs to, as lines of text are written from. */
export function lineRuns ({ skuOf }: CodeLayout, ranges: readonly PositionedAllocation[]): readonly CodeRun[] {
  return ranges.map(({ line, count }) => ({ line, skuId: skuOf.get(line)!, count }))
}
