// Fetching the codes of an order. Each piece has its audit row, committed before any plaintext of it leaves; the order is
// locked for that moment, so that a reveal and a reversal cannot both happen. Each piece looks at the key anew, so that a key
// revoked in the middle of a stream ends it.
import { createHash } from 'node:crypto'
import type { KeyObject } from 'node:crypto'
import type { OrderCodeView } from '../../../schema/rest/orders.ts'
import { newId, showId, type Uuid } from '../../base/ids.ts'
import { Problem } from '../../base/problem.ts'
import type { Db, Tx } from '../../postgres/pool.ts'
import { transact } from '../../postgres/transact.ts'
import { recheckKey } from '../resellers/recheck-key.ts'
import { spendNonce, type StoredNonce } from '../requests/spend-nonce.ts'
import type { LotKeys } from '../stock/lot-keys.ts'
import { openCodes, type SealedCode } from '../stock/open-codes.ts'
import type { OrderAllocation } from './order.ts'
import { codeView } from './order-view.ts'
import { readAllocations, readSealedCodes } from './read-orders.ts'

export interface RevealBy {
  readonly orderId: Uuid
  readonly resellerId: Uuid
  readonly keyId: string
  readonly nonce: StoredNonce
  readonly ip: string
}

/** Codes first … first+count-1 of an order, counted over its lines. */
export interface CodeRange { readonly first: number, readonly count: number }

interface Needs { readonly db: Db, readonly lotKeys: LotKeys }

/** Codes whose reveal is recorded: sealed still, with what opens them. */
export interface Revealed {
  readonly sealed: readonly SealedCode[]
  readonly keys: ReadonlyMap<number, KeyObject>
  /** For each code the line it belongs to. */
  readonly lines: readonly { readonly line: number, readonly skuId: Uuid, readonly count: number }[]
  /** Codes of the whole order. */
  readonly total: number
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
  const step = (first: number, spend: boolean) => {
    const piece = { first, count: Math.min(revealStepMax, range.first + range.count - first) }
    return spend ? revealCodes(needs, by, piece) : transact(needs.db, tx => revealStep(tx, needs.lotKeys, by, piece))
  }
  const start = await step(range.first, true)
  return pieces()

  async function * pieces (): AsyncGenerator<Buffer> {
    const digest = createHash('sha256')
    let count = 0
    let revealed = start
    while (revealed.sealed.length > 0) {
      count += revealed.sealed.length
      const end = range.first + count
      const more = end < revealed.total && count < range.count
      const piece = writeLines(revealed)
      digest.update(piece)
      yield piece
      if (!more) break
      revealed = await step(end, false)
    }
    yield Buffer.from(JSON.stringify({ end: true, count, sha256: digest.digest('hex') }) + '\n')
  }
}

async function revealStep (tx: Tx, lotKeys: LotKeys, by: RevealBy, { first, count }: CodeRange): Promise<Revealed> {
  const [, [order]] = await Promise.all([
    recheckKey(tx, by.keyId),
    tx<{ delivered: number }[]>`
      select delivered from orders where id = ${by.orderId} and reseller_id = ${by.resellerId} for share`.execute()
  ])
  if (!order) throw new Problem('not_found', 'You have no order with this id.')
  const shown = Math.max(0, Math.min(count, order.delivered - first))
  if (shown === 0) return { sealed: [], keys: new Map(), lines: [], total: order.delivered }

  const ranges = cutRanges(await readAllocations(tx, [by.orderId]), first, shown)
  const skus = await tx<{ line: number, skuId: Uuid }[]>`select line, sku_id as "skuId" from order_lines where order_id = ${by.orderId}`
  const skuOf = new Map(skus.map(row => [row.line, row.skuId]))
  const [sealed] = await Promise.all([
    readSealedCodes(tx, ranges),
    tx`insert into reveals (order_id, id, reseller_id, first, count, key_id, ip)
       values (${by.orderId}, ${newId()}, ${by.resellerId}, ${first}, ${shown}, ${by.keyId}, ${by.ip})`.execute()
  ])
  return {
    sealed,
    keys: await lotKeys.keysOf(tx, ranges.map(range => range.lotId)),
    lines: ranges.map(range => ({ line: range.line, skuId: skuOf.get(range.line)!, count: range.count })),
    total: order.delivered
  }
}

/** The part of an order's ranges that holds its codes first … first+count-1. */
function cutRanges (ranges: readonly OrderAllocation[], first: number, count: number): OrderAllocation[] {
  const cut: OrderAllocation[] = []
  let passed = 0
  for (const range of ranges) {
    const from = Math.max(first, passed)
    const to = Math.min(first + count, passed + range.count)
    if (from < to) cut.push({ ...range, first: range.first + from - passed, count: to - from })
    passed += range.count
  }
  return cut
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
