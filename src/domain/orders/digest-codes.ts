// Sums over the whole of an order's codes, in the forms it can be had in, for those who keep them in files: they are computed once
// and kept. A sum over codes that nobody has seen would tell of them (few guesses fit it), so it is only given of codes revealed.
import { createHash } from 'node:crypto'
import { setImmediate as othersTurn } from 'node:timers/promises'
import type { Uuid } from '../../base/ids.ts'
import { Problem } from '../../base/problem.ts'
import type { Db } from '../../postgres/pool.ts'
import { transact } from '../../postgres/transact.ts'
import type { LotKeys } from '../stock/lot-keys.ts'
import { lineRuns, readLayout, takeLive, type CodeLayout } from './code-layout.ts'
import { csv, csvHeader, linesPerPieceMax, ndjson } from './code-lines.ts'
import { codesOfBuyer, type OrderTerms } from './order.ts'
import { readSealedRanges } from './read-orders.ts'
import { openOneByOne, revealStepMax } from './reveal-codes.ts'

/** Digests computed at once in a process; who comes then is asked to come again. */
export const digestsAtOnceMax = 2
const comeAgainSeconds = 2

export interface CodeDigest {
  /** Codes the order has, without those given back. */
  readonly count: number
  /** Of the lines of the whole order's NDJSON, without the last line that tells the end; hex. */
  readonly ndjsonSha256: string
  /** Of the whole order's CSV with its header; hex. */
  readonly csvSha256: string
}

/** Gives the digest of an order's codes; `codes_not_revealed` unless all of them were revealed before. */
export type DigestCodes = (resellerId: Uuid, orderId: Uuid) => Promise<CodeDigest>

/** Starts the making of digests; whoever asks for one that is being computed waits for it. */
export function openDigests (needs: { readonly db: Db, readonly lotKeys: LotKeys }): DigestCodes {
  const computing = new Map<string, Promise<CodeDigest>>()

  return async (resellerId, orderId) => {
    const layout = await readRevealedLayout(needs.db, resellerId, orderId)
    const kept = await readDigest(needs.db, orderId, layout)
    if (kept) return kept
    const name = `${orderId} ${layout.returned}`
    const running = computing.get(name)
    if (running) return await running
    if (computing.size >= digestsAtOnceMax) {
      throw new Problem('overloaded', 'Other digests are being computed. Come again in a moment.', { retryAfterSeconds: comeAgainSeconds })
    }
    const digest = computeDigest(needs, layout).finally(() => computing.delete(name))
    computing.set(name, digest)
    const computed = await digest
    await keepDigest(needs.db, orderId, layout, computed)
    return computed
  }
}

/** The layout of an order all of whose codes were revealed: none of them can be given back any more, so it holds for ever. */
function readRevealedLayout (db: Db, resellerId: Uuid, orderId: Uuid): Promise<CodeLayout> {
  return transact(db, async tx => {
    const [order] = await tx<{ delivered: number, returned: number, terms: OrderTerms | null }[]>`
      select delivered, returned, terms from orders where id = ${orderId} and reseller_id = ${resellerId} for share`
    if (!order) throw new Problem('not_found', 'You have no order with this id.')
    if (order.terms?.checkout !== undefined) throw codesOfBuyer(order.terms.checkout)
    const [row] = await tx<{ revealed: boolean }[]>`
      with positions as (
        select live, count, sum(count) over (order by line, lot_id, first rows unbounded preceding)::int as stop
        from allocations where order_id = ${orderId}
      )
      select coalesce(
        (select range_agg(int4range(stop - count, stop)) from positions where live)
          <@ (select range_agg(int4range(first, first + count)) from reveals where order_id = ${orderId}),
        not exists (select 1 from positions where live)
      ) as revealed`
    if (!row!.revealed) {
      const detail = 'Some codes of this order were never revealed: read all of them first, then ask for the digest.'
      throw new Problem('codes_not_revealed', detail)
    }
    return await readLayout(tx, orderId, order)
  })
}

async function readDigest (db: Db, orderId: Uuid, { returned }: CodeLayout): Promise<CodeDigest | undefined> {
  const [kept] = await db<CodeDigest[]>`
    select count, ndjson_sha256 as "ndjsonSha256", csv_sha256 as "csvSha256" from code_digests
    where order_id = ${orderId} and returned = ${returned}`
  return kept
}

async function keepDigest (db: Db, orderId: Uuid, { returned }: CodeLayout, digest: CodeDigest): Promise<void> {
  await transact(db, tx => tx`
    insert into code_digests (order_id, returned, count, ndjson_sha256, csv_sha256)
    values (${orderId}, ${returned}, ${digest.count}, ${digest.ndjsonSha256}, ${digest.csvSha256}) on conflict do nothing`)
}

/** Reads and opens the codes in steps, and lets others have their turn in between. */
async function computeDigest ({ db, lotKeys }: { readonly db: Db, readonly lotKeys: LotKeys }, layout: CodeLayout): Promise<CodeDigest> {
  const ofNdjson = createHash('sha256')
  const ofCsv = createHash('sha256').update(csvHeader)
  let count = 0
  for (let first: number | null = 0; first !== null;) {
    const { ranges, next } = takeLive(layout, { first, count: revealStepMax })
    const sealed = await readSealedRanges(db, ranges)
    const keys = await lotKeys.keysOf(db, ranges.map(({ lotId }) => lotId))
    const nextCode = openOneByOne({ sealed, keys })
    for (const { line, skuId, count: length } of lineRuns(layout, ranges)) {
      const ndjsonHead = ndjson.head(line, skuId)
      const csvHead = csv.head(line, skuId)
      for (let left = length; left > 0; left--) {
        if (++count % linesPerPieceMax === 0) await othersTurn()
        const code = nextCode()
        ofNdjson.update(ndjson.write(ndjsonHead, code))
        ofCsv.update(csv.write(csvHead, code))
      }
    }
    first = next
  }
  return { count, ndjsonSha256: ofNdjson.digest('hex'), csvSha256: ofCsv.digest('hex') }
}
