// Fetching the codes of an order. Each step has its audit rows, committed before any plaintext of it leaves; the order is locked
// for that moment, so that a reveal and a reversal cannot both happen. Each step looks at the key anew, so that a key revoked in the
// middle of a stream ends it, and at the key that codes are sealed to, so that once it is registered nothing leaves in the clear.
import type { KeyObject } from 'node:crypto'
import type { OrderCodeView } from '../../../schema/rest/orders.ts'
import type { OrderState } from '../../../schema/vocabulary.ts'
import { newId, showId, type Uuid } from '../../base/ids.ts'
import { Problem, assert } from '../../base/problem.ts'
import { bareArray } from '../../postgres/arrays.ts'
import type { Db, Tx } from '../../postgres/pool.ts'
import { transact } from '../../postgres/transact.ts'
import { lockResellers } from '../events/lock-resellers.ts'
import { countReveals } from '../resellers/count-reveals.ts'
import type { EncryptionKeyInUse } from '../resellers/keyring.ts'
import { readEncryptionKeyInUse } from '../resellers/list-encryption-keys.ts'
import { recheckKey } from '../resellers/recheck-key.ts'
import { spendNonce, type StoredNonce } from '../requests/spend-nonce.ts'
import type { LotKeys } from '../stock/lot-keys.ts'
import { openCode, type PlainCode } from '../stock/open-codes.ts'
import { countLive, lineRuns, positionRuns, readLayout, takeLive, type CodeLayout, type CodeRange } from './code-layout.ts'
import { ndjson, writePieces, type CodeRun } from './code-lines.ts'
import { codesOfBuyer, type OrderTerms } from './order.ts'
import { codeView } from './order-view.ts'
import { readSealedRanges, sealedCodesOf, type SealedRange } from './read-orders.ts'
import type { Sealing } from './seal-delivery.ts'

export interface RevealBy {
  readonly orderId: Uuid
  readonly resellerId: Uuid
  readonly keyId: string
  readonly nonce: StoredNonce
  readonly ip: string
}

export interface RevealNeeds { readonly db: Db, readonly lotKeys: LotKeys, readonly sealing: Sealing }

/** Codes whose reveal is recorded: sealed in their lots still, with what opens them. */
export interface Revealed {
  readonly sealed: readonly SealedRange[]
  readonly keys: ReadonlyMap<number, KeyObject>
  readonly count: number
  /** The lines they belong to, one after the other. */
  readonly runs: readonly CodeRun[]
  /** Codes the order has, without those given back. */
  readonly total: number
  /** The position at which the next code stands; null when there is none. */
  readonly next: number | null
  /** The key that they leave sealed to; null when they leave in the clear. */
  readonly sealTo: EncryptionKeyInUse | null
}

/** A page of codes as their buyer gets it: in the clear, or sealed in pieces. */
export interface CodePageView {
  readonly data: OrderCodeView[]
  readonly sealed?: string[]
  readonly count: number
  readonly next_offset: number | null
}

/** Codes revealed in one step: one transaction. A longer step would be held for so long that the memory it takes is given back late. */
export const revealStepMax = 2_000

/** Records the reveal of a range and gives its codes; beyond the order's end there are none, and none is recorded. */
export async function revealPage (needs: RevealNeeds, by: RevealBy, range: CodeRange): Promise<CodePageView> {
  const revealed = await startReading(needs, by).begin(range)
  const place = { count: revealed.total, next_offset: revealed.next }
  if (revealed.sealTo === null) return { data: openOrderCodes(revealed), ...place }
  const pieces = [...writePieces(ndjson, revealed.runs, openOneByOne(revealed))].map(({ bytes }) => bytes)
  return { data: [], sealed: await needs.sealing.seal(revealed.sealTo, pieces), ...place }
}

/** Opens revealed codes, the next one with each call. */
export function openOneByOne ({ keys, sealed }: Pick<Revealed, 'keys' | 'sealed'>): () => PlainCode {
  const codes = sealedCodesOf(sealed)
  return () => {
    const { value } = codes.next()
    assert(value, 'as many codes as there are lines for')
    return openCode(keys, value)
  }
}

/** Codes of an order read step after step by one who asked once. */
export interface Reading {
  /** The first step: it spends the nonce too. */
  begin (range: CodeRange): Promise<Revealed>
  /** Records the reveal of a range and gives its codes. */
  go (range: CodeRange): Promise<Revealed>
  /** Fetches the sealed codes of the next step while those of this one are taken. Nothing of them is revealed yet. */
  fetchAhead (range: CodeRange): void
  /** Codes that a range will have, once begun. */
  count (range: CodeRange): number
}

interface Fetched { readonly of: CodeLayout, readonly range: CodeRange, readonly sealed: readonly SealedRange[] }

/** Starts reading an order; `refuseSealed` refuses to go on where codes are sealed to their buyer. */
export function startReading (needs: RevealNeeds, by: RevealBy, refuseSealed: () => void = () => {}): Reading {
  let layout: CodeLayout | undefined
  let ahead: Promise<Fetched | undefined> | undefined

  return {
    begin: range => transact(needs.db, async tx => {
      await spendNonce(tx, by.nonce)
      return await reveal(tx, range, undefined)
    }),
    async go (range) {
      // Waited for before the transaction, which holds a connection and locks.
      const fetched = await ahead
      return await transact(needs.db, tx => reveal(tx, range, fetched))
    },
    fetchAhead (range) {
      const of = layout!
      // If it fails the step reads them itself, and is told why if it fails too.
      ahead = readSealedRanges(needs.db, takeLive(of, range).ranges).then(sealed => ({ of, range, sealed }), () => undefined)
    },
    count: range => countLive(layout!, range)
  }

  async function reveal (tx: Tx, range: CodeRange, fetched: Fetched | undefined): Promise<Revealed> {
    const { revealsCounted } = await recheckKey(tx, by.keyId)
    // What is counted is counted under the reseller's lock, which comes before the order's.
    if (revealsCounted) await lockResellers(tx, [by.resellerId])
    const [[order], sealTo] = await Promise.all([
      tx<{ state: OrderState, delivered: number, returned: number, terms: OrderTerms | null }[]>`
        select state, delivered, returned, terms from orders
        where id = ${by.orderId} and reseller_id = ${by.resellerId} for share`.execute(),
      readEncryptionKeyInUse(tx, by.resellerId)
    ])
    if (!order) throw new Problem('not_found', 'You have no order with this id.')
    if (order.terms?.checkout !== undefined) throw codesOfBuyer(order.terms.checkout)
    if (order.state === 'reversed') throw new Problem('state_conflict', 'All codes of this order were given back.')
    if (sealTo) refuseSealed()
    // Under the order's lock no code is given back: a layout with as many holds.
    if (layout?.delivered !== order.delivered || layout.returned !== order.returned) layout = await readLayout(tx, by.orderId, order)
    const { ranges, next } = takeLive(layout, range)
    const total = order.delivered - order.returned
    if (ranges.length === 0) return { sealed: [], keys: new Map(), count: 0, runs: [], total, next, sealTo }

    const positions = positionRuns(ranges)
    const count = positions.reduce((sum, run) => sum + run.count, 0)
    if (revealsCounted) await countReveals(tx, by.keyId, count)
    const [sealed, keys] = await Promise.all([
      fetched?.of === layout && fetched.range === range ? fetched.sealed : readSealedRanges(tx, ranges),
      needs.lotKeys.keysOf(tx, ranges.map(({ lotId }) => lotId)),
      tx`insert into reveals (order_id, id, reseller_id, first, count, key_id, ip)
         select ${by.orderId}, id, ${by.resellerId}, first, count, ${by.keyId}, ${by.ip}
         from unnest(${bareArray(positions.map(() => newId()))}::uuid[], ${bareArray(positions.map(run => run.first))}::int[],
                     ${bareArray(positions.map(run => run.count))}::int[]) as run (id, first, count)`.execute()
    ])
    return { sealed, keys, count, runs: lineRuns(layout, ranges), total, next, sealTo }
  }
}

function openOrderCodes (revealed: Revealed): OrderCodeView[] {
  const nextCode = openOneByOne(revealed)
  return revealed.runs.flatMap(({ line, skuId, count }) => {
    const sku = showId('sku', skuId)
    return Array.from({ length: count }, () => ({ line, sku, ...codeView(nextCode()) }))
  })
}
