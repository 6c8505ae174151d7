// The model's shelf: taking codes in order of use, putting them back, withdrawing lots and who makes way for that.
import { available, isHeld, type Hold, type Order, type OrderLine, type Row, type Shop, type SoldCode } from './shop.ts'

/** Takes codes from a SKU's shelf: earliest expiry first, then oldest lot, then oldest row. */
export function takeCodes (shop: Shop, sku: number, quantity: number): SoldCode[] {
  const { rows } = shop.skus[sku]!
  const usable = rows.filter(({ lot }) => !shop.lots[lot]!.over)
    .sort((a, b) => shop.lots[a.lot]!.expiry - shop.lots[b.lot]!.expiry || a.lot - b.lot || a.row - b.row)
  const codes: SoldCode[] = []
  for (const row of usable) {
    if (codes.length === quantity) break
    const piece = ++shop.count
    while (row.next < row.stop && codes.length < quantity) codes.push({ lot: row.lot, n: row.next++, piece, live: true, revealed: false })
  }
  if (codes.length < quantity) throw new Error('the model took more than there is')
  shop.skus[sku]!.rows = rows.filter(row => row.next < row.stop)
  return codes.sort((a, b) => a.lot - b.lot || a.n - b.n)
}

/** Puts unrevealed codes of an order back: each run of them that was taken together becomes a row of its own. */
export function putBackCodes (shop: Shop, order: Order): void {
  const runs: SoldCode[][] = []
  let before: SoldCode | undefined
  for (const code of order.lines.flatMap(line => line.codes)) {
    const back = code.live && !code.revealed
    if (back && before && before.piece === code.piece && before.n + 1 === code.n) runs.at(-1)!.push(code)
    else if (back) runs.push([code])
    before = back ? code : undefined
  }
  for (const [first, ...more] of runs.sort((a, b) => a[0]!.lot - b[0]!.lot || a[0]!.n - b[0]!.n)) {
    const { lot, n } = first!
    if (shop.lots[lot]!.state === 'available' && !shop.lots[lot]!.over) {
      shop.skus[shop.lots[lot]!.sku]!.rows.push({ row: ++shop.count, lot, next: n, stop: n + more.length + 1 })
    }
  }
  // A piece that is broken by what stays sold is several from now on.
  for (const line of order.lines) line.codes = line.codes.map(code => code.live && !code.revealed ? { ...code, live: false } : code)
  splitPieces(shop, order)
}

function splitPieces (shop: Shop, order: Order): void {
  for (const line of order.lines) {
    let before: SoldCode | undefined
    let piece = 0
    line.codes = line.codes.map(code => {
      if (before?.piece !== code.piece || before.live !== code.live) piece = ++shop.count
      before = code
      return { ...code, piece }
    })
  }
}

/** The pass that joins neighbouring rows of one lot: the first of a run stays, with its place. */
export function joinRows (shop: Shop): void {
  for (const sku of shop.skus) {
    const joined: Row[] = []
    for (const row of sku.rows.sort((a, b) => a.lot - b.lot || a.next - b.next)) {
      const before = joined.at(-1)
      if (before?.lot === row.lot && before.stop === row.next) before.stop = row.stop
      else joined.push(row)
    }
    sku.rows = joined
  }
}

/** Takes lots off the shelf; holds and then held orders make way, newest first. */
export function withdrawLots (shop: Shop, lots: readonly number[], state: 'recalled' | 'expired'): void {
  const rows = shop.skus.flatMap(sku => sku.rows).filter(({ lot }) => lots.includes(lot))
  const missing = new Map<number, number>()
  for (const { lot, next, stop } of rows) {
    const { sku } = shop.lots[lot]!
    missing.set(sku, (missing.get(sku) ?? 0) + stop - next)
  }
  for (const [sku, wanted] of missing) {
    const short = wanted - available(shop, sku)
    if (short > 0) missing.set(sku, short)
    else missing.delete(sku)
  }
  const resellers = [...shop.resellers.values()]
  const holds = resellers.flatMap(({ holds }) => [...holds.values()]).filter(hold => hold.state === 'active')
    .sort((a, b) => Number(b.over) - Number(a.over) || b.made - a.made)
  for (const hold of makingWay(holds, hold => hold.lines, missing)) endHold(hold, 'broken')
  const orders = resellers.flatMap(({ orders }) => [...orders.values()].filter(isHeld).map(order => ({ order, of: orders })))
    .sort((a, b) => b.order.made - a.order.made)
  const asLines = (lines: readonly OrderLine[]) => lines.map(({ sku, held }) => ({ sku, quantity: held })).filter(line => line.quantity > 0)
  for (const { order } of makingWay(orders, ({ order }) => asLines(order.lines), missing)) {
    const owner = resellers.find(({ orders }) => [...orders.values()].includes(order))!
    owner.balance += releaseOrder(order, 'cancelled', 'stock_withdrawn')
    if (order.approval?.state === 'pending') order.approval.state = 'cancelled'
  }
  for (const lot of lots) if (shop.lots[lot]!.state === 'available') shop.lots[lot]!.state = state
  for (const sku of shop.skus) sku.rows = sku.rows.filter(({ lot }) => !lots.includes(lot))
}

/** Of those in their order, who has something of what is missing as long as anything is; the map is used up. */
function makingWay<One> (ones: readonly One[], linesOf: (one: One) => Hold['lines'], missing: Map<number, number>): One[] {
  const concerned = new Set(missing.keys())
  return ones.filter(one => {
    const lines = linesOf(one).filter(({ sku }) => concerned.has(sku))
    if (!lines.some(({ sku }) => missing.has(sku))) return false
    for (const { sku, quantity } of lines) {
      const left = (missing.get(sku) ?? 0) - quantity
      if (left > 0) missing.set(sku, left)
      else missing.delete(sku)
    }
    return true
  })
}

/** Ends an active hold; one whose time is over ends as expired. */
export function endHold (hold: Hold, state: 'cancelled' | 'expired' | 'broken'): void {
  if (hold.state === 'active') hold.state = hold.over ? 'expired' : state
}

/** Releases a held order; gives the money that goes back. */
export function releaseOrder (order: Order, state: 'cancelled' | 'rejected' | 'expired', reason: OrderLine['reason']): bigint {
  let back = 0n
  for (const line of order.lines) {
    if (line.held === 0) continue
    back += line.total
    Object.assign(line, { held: 0, total: 0n, state: 'released', reason })
  }
  order.state = state
  return back
}
