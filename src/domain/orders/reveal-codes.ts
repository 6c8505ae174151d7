// Fetching the codes of an order. Each piece has its audit row, committed before any plaintext of it leaves; the order is
// locked for that moment, so that a reveal and a reversal cannot both happen. Each piece looks at the key anew, so that a key
// revoked in the middle of a stream ends it.
import { createHash } from 'node:crypto'
import type { KeyObject } from 'node:crypto'
import type { OrderCodeView } from '../../../schema/rest/orders.ts'
import type { OrderState } from '../../../schema/vocabulary.ts'
import { newId, showId, type Uuid } from '../../base/ids.ts'
import { Problem } from '../../base/problem.ts'
import { bareArray } from '../../postgres/arrays.ts'
import type { Db, Tx } from '../../postgres/pool.ts'
import { transact } from '../../postgres/transact.ts'
import { lockResellers } from '../events/lock-resellers.ts'
import { countReveals } from '../resellers/count-reveals.ts'
import { recheckKey } from '../resellers/recheck-key.ts'
import { spendNonce, type StoredNonce } from '../requests/spend-nonce.ts'
import type { LotKeys } from '../stock/lot-keys.ts'
import { openCodes, type SealedCode } from '../stock/open-codes.ts'
import type { PositionedAllocation } from './order.ts'
import { codeView } from './order-view.ts'
import { readPositions, readSealedCodes } from './read-orders.ts'

export interface RevealBy {
  readonly orderId: Uuid
  readonly resellerId: Uuid
  readonly keyId: string
  readonly nonce: StoredNonce
  readonly ip: string
}

/**
 * Up to `count` codes of an order from position `first` on. Positions count all codes ever delivered, over the lines; those that
 * were given back keep theirs and are passed over.
 */
export interface CodeRange { readonly first: number, readonly count: number }

interface Needs { readonly db: Db, readonly lotKeys: LotKeys }

/** Codes whose reveal is recorded: sealed still, with what opens them. */
export interface Revealed {
  readonly sealed: readonly SealedCode[]
  readonly keys: ReadonlyMap<number, KeyObject>
  /** For each code the line it belongs to. */
  readonly lines: readonly { readonly line: number, readonly skuId: Uuid, readonly count: number }[]
  /** Codes the order has, without those given back. */
  readonly total: number
  /** The position at which the next code stands; null when there is none. */
  readonly next: number | null
}

/** Codes revealed in one step: one transaction and one audit row. */
export const revealStepMax = 5_000

/** Records the reveal of a range and gives its codes, sealed; beyond the order's end there are none, and none is recorded. */
export function revealCodes (needs: Needs, by: RevealBy, range: CodeRange): Promise<Revealed> {
  return transact(needs.db, async tx => {
    await spendNonce(tx, by.nonce)
    return await revealStep(tx, needs.lotKeys, by, range)
  })
}

/** Opens revealed codes, each with its line, as their buyer reads them. */
export function openOrderCodes ({ sealed, keys, lines }: Revealed): OrderCodeView[] {
  const codes = openCodes(keys, sealed)
  let next = 0
  return lines.flatMap(({ line, skuId, count }) => {
    const sku = showId('sku', skuId)
    const first = next
    next += count
    return codes.slice(first, next).map(code => ({ line, sku, ...codeView(code) }))
  })
}

/**
 * The codes of a range as NDJSON in pieces of whole lines, read as fast as they are taken. The last line is
 * `{"end":true,"count":…,"sha256":…}`: the number of codes in this answer and the digest of its bytes before that line.
 * The first piece is revealed before this returns, so that a refusal is a refusal and not a broken stream.
 */
export async function streamCodes (needs: Needs, by: RevealBy, range: CodeRange): Promise<AsyncGenerator<Buffer>> {
  const pieceOf = (first: number, left: number) => ({ first, count: Math.min(revealStepMax, left) })
  const start = await revealCodes(needs, by, pieceOf(range.first, range.count))
  return pieces()

  async function * pieces (): AsyncGenerator<Buffer> {
    const digest = createHash('sha256')
    let count = 0
    let revealed = start
    while (revealed.sealed.length > 0) {
      count += revealed.sealed.length
      const piece = writeLines(revealed)
      digest.update(piece)
      yield piece
      const { next } = revealed
      if (next === null || count >= range.count) break
      revealed = await transact(needs.db, tx => revealStep(tx, needs.lotKeys, by, pieceOf(next, range.count - count)))
    }
    yield Buffer.from(JSON.stringify({ end: true, count, sha256: digest.digest('hex') }) + '\n')
  }
}

async function revealStep (tx: Tx, lotKeys: LotKeys, by: RevealBy, range: CodeRange): Promise<Revealed> {
  const { revealsCounted } = await recheckKey(tx, by.keyId)
  // What is counted is counted under the reseller's lock, which comes before the order's.
  if (revealsCounted) await lockResellers(tx, [by.resellerId])
  const [order] = await tx<{ state: OrderState, delivered: number, returned: number }[]>`
    select state, delivered, returned from orders where id = ${by.orderId} and reseller_id = ${by.resellerId} for share`
  if (!order) throw new Problem('not_found', 'You have no order with this id.')
  if (order.state === 'reversed') throw new Problem('state_conflict', 'All codes of this order were given back.')
  const { ranges, next } = takeLive(await readPositions(tx, by.orderId), range)
  const total = order.delivered - order.returned
  if (ranges.length === 0) return { sealed: [], keys: new Map(), lines: [], total, next }

  const skus = await tx<{ line: number, skuId: Uuid }[]>`select line, sku_id as "skuId" from order_lines where order_id = ${by.orderId}`
  const skuOf = new Map(skus.map(row => [row.line, row.skuId]))
  const runs = runsOf(ranges)
  if (revealsCounted) await countReveals(tx, by.keyId, runs.reduce((sum, run) => sum + run.count, 0))
  const [sealed] = await Promise.all([
    readSealedCodes(tx, ranges),
    tx`insert into reveals (order_id, id, reseller_id, first, count, key_id, ip)
       select ${by.orderId}, id, ${by.resellerId}, first, count, ${by.keyId}, ${by.ip}
       from unnest(${bareArray(runs.map(() => newId()))}::uuid[], ${bareArray(runs.map(run => run.first))}::int[],
                   ${bareArray(runs.map(run => run.count))}::int[]) as run (id, first, count)`.execute()
  ])
  return {
    sealed,
    keys: await lotKeys.keysOf(tx, ranges.map(({ lotId }) => lotId)),
    lines: ranges.map(({ line, count }) => ({ line, skuId: skuOf.get(line)!, count })),
    total,
    next
  }
}

/** The first codes from a position on that were not given back, as many as are wanted, and where the next one stands. */
function takeLive (positions: readonly PositionedAllocation[], { first, count }: CodeRange) {
  const ranges: PositionedAllocation[] = []
  let missing = count
  for (const range of positions) {
    const passed = Math.max(0, first - range.position)
    if (!range.live || passed >= range.count) continue
    if (missing === 0) return { ranges, next: range.position + passed }
    const taken = Math.min(missing, range.count - passed)
    ranges.push({ ...range, first: range.first + passed, position: range.position + passed, count: taken })
    missing -= taken
    if (passed + taken < range.count) return { ranges, next: range.position + passed + taken }
  }
  return { ranges, next: null }
}

/** Ranges as positions without a gap: an audit row names no code that was not revealed. */
function runsOf (ranges: readonly PositionedAllocation[]): CodeRange[] {
  const runs: { first: number, count: number }[] = []
  for (const { position, count } of ranges) {
    const last = runs.at(-1)
    if (last && last.first + last.count === position) last.count += count
    else runs.push({ first: position, count })
  }
  return runs
}

/** NDJSON written by hand: this is the whole cost of a large download. */
function writeLines (revealed: Revealed): Buffer {
  const codes = openCodes(revealed.keys, revealed.sealed)
  let next = 0
  let text = ''
  for (const { line, skuId, count } of revealed.lines) {
    const head = `{"line":${line},"sku":"${showId('sku', skuId)}","secret":`
    for (const end = next + count; next < end; next++) {
      const { secret, number, serial, expiresAt } = codes[next]!
      text += head + JSON.stringify(secret)
      if (number !== undefined) text += ',"number":' + JSON.stringify(number)
      if (serial !== undefined) text += ',"serial":' + JSON.stringify(serial)
      if (expiresAt !== undefined) text += `,"expires_at":"${expiresAt}"`
      text += '}\n'
    }
  }
  return Buffer.from(text)
}
