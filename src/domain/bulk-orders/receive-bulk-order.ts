// A file comes in: read while it arrives, checked as a whole, and only then kept. Until its bytes are known to be the signed ones
// nothing of it is written.
import { newId, type Uuid } from '../../base/ids.ts'
import type { Db, Tx } from '../../postgres/pool.ts'
import { snapshotVersions, type Snapshot } from '../../postgres/snapshot.ts'
import { transact } from '../../postgres/transact.ts'
import type { Buyer, PriceBook } from '../pricing/price-book.ts'
import { claimReference } from '../requests/claim-reference.ts'
import { readBulkOrder, type ReportedBulkOrder } from './bulk-order.ts'
import { checkLines } from './check-lines.ts'
import { createBulkOrder, type BulkOrderWish } from './create-bulk-order.ts'
import { readFileLines } from './read-file.ts'

export interface ReceiveNeeds { readonly db: Db, readonly priceBook: Snapshot<PriceBook> }

/** A file as it arrives. */
export interface ArrivingFile {
  readonly body: AsyncIterable<Uint8Array>
  /** Called when all of it is there: gives the sum of its bytes, or throws when they are not the signed ones. */
  arrived (): Buffer
  /** What else happens in the transaction that keeps it. */
  alongside (tx: Tx): Promise<void>
}

/**
 * Keeps a bulk order, or gives the one that the same reference made of the same bytes. Throws `bulk_file_too_large`,
 * `bulk_file_unreadable` and `reference_reused`, and what is wrong with a JSON body.
 */
export async function receiveBulkOrder (
  { db, priceBook }: ReceiveNeeds, buyer: Buyer, wish: Omit<BulkOrderWish, 'sha256'>, file: ArrivingFile
): Promise<{ readonly bulk: ReportedBulkOrder, readonly replayed: boolean }> {
  let sha256: Buffer = Buffer.alloc(0)
  const lines = await readFileLines(wish.format, file.body, () => { sha256 = file.arrived() })
  const prices = await priceBook.atLeast((await snapshotVersions(db)).get('prices')!)
  const checked = await checkLines(db, prices, buyer, wish.currency, lines)
  const { resellerId, reference, format, fill, currency, costCenter } = wish
  const fields = { file: sha256.toString('hex'), format, fill, currency, cost_center: costCenter }
  return await transact(db, async tx => {
    await file.alongside(tx)
    const id: Uuid = newId()
    const earlier = await claimReference(tx, { owner: resellerId, resource: 'bulk_order', reference, fields, resourceId: id })
    if (earlier === undefined) await createBulkOrder(tx, id, { ...wish, sha256 }, lines, checked)
    return { bulk: await readBulkOrder(tx, resellerId, earlier ?? id), replayed: earlier !== undefined }
  })
}
